#!/bin/sh
# SPDX-License-Identifier: ISC
sleep 1
printf 'The job has failed.'
exit 1
