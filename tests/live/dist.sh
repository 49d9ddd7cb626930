#!/bin/sh
# SPDX-License-Identifier: ISC
# dist.sh: the tarball for hosts without a compiler: built, unpacked, uploaded, set up in the browser, and used.
exec "$(dirname "$0")/../node_modules/.bin/node" "$(dirname "$0")/dist.mjs" "$@"
