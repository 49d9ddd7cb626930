#!/bin/sh
# SPDX-License-Identifier: ISC
#
# tls.sh: the same server under https, by its own TLS and behind proxies that take the encryption off.
cd "$(dirname "$0")/.." || exit 1
node_modules/.bin/node live/tls.mjs "$@"
