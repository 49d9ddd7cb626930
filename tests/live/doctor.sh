#!/bin/sh
# SPDX-License-Identifier: ISC
# doctor.sh: what mcpctl doctor finds, on real web servers that were told the wrong thing.
exec "$(dirname "$0")/../node_modules/.bin/node" "$(dirname "$0")/doctor.mjs" "$@"
