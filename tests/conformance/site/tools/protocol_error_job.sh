#!/bin/sh
# SPDX-License-Identifier: ISC
sleep 0.2
printf '{"error":{"code":-32603,"message":"The job has broken down"}}'
