#!/bin/sh
# SPDX-License-Identifier: ISC
# serve.sh: how the programs stand to the web server that runs them.
exec "$(dirname "$0")/../node_modules/.bin/node" "$(dirname "$0")/serve.mjs" "$@"
