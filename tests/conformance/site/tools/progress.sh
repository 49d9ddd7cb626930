#!/bin/sh
# SPDX-License-Identifier: ISC
for percent in 0 50 100; do
	printf '{"progress":%s,"total":100,"message":"%s of 100"}\n' $percent $percent >&3
	sleep 0.05
done
printf 'Tool with progress executed successfully'
