#!/bin/sh
# SPDX-License-Identifier: ISC
#
# streams.sh: streams and sleeping tools do not keep quick requests waiting, and leave nothing behind.
cd "$(dirname "$0")/.." || exit 1
node_modules/.bin/node live/streams.mjs
