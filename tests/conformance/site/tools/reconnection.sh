#!/bin/sh
# SPDX-License-Identifier: ISC
sleep 1
printf 'The client was away, and the work went on.'
