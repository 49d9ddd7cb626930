#!/bin/sh
# SPDX-License-Identifier: ISC
#
# rebuild.sh: a change of one header rebuilds what depends on it, and nothing is rebuilt when nothing changed; install and
# clean do what they say.  Works in a copy of the tree, with clang, so that the other compiler is heard, too.
set -u
cd "$(dirname "$0")/../.." || exit 1
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
failed=0

build() {
	"${MAKE:-make}" CC=clang "$@"
}

# expect NAME STATUS: 0 is good.
expect() {
	if [ "$2" -eq 0 ]; then echo "ok - make: $1"; else echo "not ok - make: $1"; failed=1; fi
}

tar -cf - Makefile common cgi schema lighttpd-conf apache-conf package site/manual | tar -xf - -C "$copy"
cd "$copy" || exit 1
build -s -j2 all >/dev/null 2>&1
expect 'builds in a fresh folder, with clang' $?
[ -z "$(build -n all | grep -E '(clang|awk) ')" ]
expect 'has nothing to do the second time' $?
sleep 1
touch common/pkce.h
build -n all >again
grep -q 'oauth_code\.c' again
expect 'rebuilds what includes a changed header' $?
! grep -q 'store_user\.c' again
expect 'and nothing else' $?
touch schema/token.sql
build -n all | grep -q 'gen_sql'
expect 'rebuilds the statements when one changed' $?
build -s install DESTDIR="$copy/inst" PREFIX=/usr >/dev/null 2>&1
[ -x inst/usr/lib/mcp-cgi/token ] && [ -x inst/usr/bin/mcpctl ] && [ ! -e inst/usr/lib/mcp-cgi/mcpctl ] &&
	[ -f inst/usr/share/man/man1/mcpctl.1 ] && [ -f inst/usr/share/mcp-cgi/lighttpd-conf/mcp-fastcgi.conf ]
expect 'install puts programs, command, manual pages and configuration in their places' $?
readelf -hd inst/usr/lib/mcp-cgi/token | grep -q 'Type: *DYN' && ! readelf -d inst/usr/lib/mcp-cgi/token | grep -q NEEDED
expect 'web programs are static and position-independent' $?
readelf -hd inst/usr/lib/mcp-cgi/fetch | grep -q 'Type: *DYN' && readelf -d inst/usr/lib/mcp-cgi/fetch | grep -q 'NEEDED.*libcurl'
expect 'fetch stands beside them, and libcurl is a shared library' $?
build -s clean && [ ! -e build ]
expect 'clean leaves nothing' $?
exit $failed
