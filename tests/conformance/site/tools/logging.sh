#!/bin/sh
# SPDX-License-Identifier: ISC
say() {
	printf '{"level":"info","data":"%s"}\n' "$1" >&3
}
say 'Tool execution started'
sleep 0.05
say 'Tool processing data'
sleep 0.05
say 'Tool execution completed'
printf 'Tool with logging executed successfully'
