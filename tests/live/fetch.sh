#!/bin/sh
# SPDX-License-Identifier: ISC
# fetch.sh: the program that gets documents from the web, against a server that is as strange as the web.
exec "$(dirname "$0")/../node_modules/.bin/node" "$(dirname "$0")/fetch.mjs" "$@"
