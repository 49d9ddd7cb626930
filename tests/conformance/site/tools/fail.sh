#!/bin/sh
# SPDX-License-Identifier: ISC
printf 'This tool intentionally returns an error for testing'
exit 1
