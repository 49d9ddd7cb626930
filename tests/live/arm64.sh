#!/bin/sh
# SPDX-License-Identifier: ISC
#
# arm64.sh: the tarball for another processor: compiled here by the recipe that dist.mk has for it, in a small Debian that has the
# libraries of both (build/arm64-root, made once by debootstrap), and run by qemu.  Needs root.
set -u
cd "$(dirname "$0")/../.." || exit 1
BASE=build/arm64-root
MIRROR=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
THERE="make gcc libc6-dev gcc-aarch64-linux-gnu libc6-dev-arm64-cross dpkg-dev qemu-user-static binutils
    libfcgi-dev:arm64 libjson-c-dev:arm64 libssl-dev:arm64 libsqlite3-dev:arm64 libpcre2-dev:arm64 libcurl4-openssl-dev:arm64"
AS=33217
failed=0

# expect WHAT STATUS: 0 is good; what the last command has said is shown otherwise.
expect() {
	if [ "$2" -eq 0 ]; then
		echo "ok - arm64: $1"
	else
		tail -n 20 "$R/tmp/out" | sed 's/^/#   /'
		echo "not ok - arm64: $1"
		failed=1
	fi
}

inside() {
	chroot "$@" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive sh -ec "$command"
}
as_root() {
	command=$1
	inside "$R" >"$R/tmp/out" 2>&1
}
as_user() {
	command=$1
	inside --userspec=$AS:$AS "$R" >"$R/tmp/out" 2>&1
}

base() {
	[ "$(cat "$BASE.mark" 2>/dev/null)" != "$THERE" ] || return 0
	rm -rf "$BASE" "$BASE.mark"
	debootstrap --variant=minbase --include=ca-certificates bookworm "$BASE" "$MIRROR" >"$BASE.log" 2>&1 &&
	echo "deb $MIRROR bookworm main" >"$BASE/etc/apt/sources.list" &&
	chroot "$BASE" sh -c "dpkg --add-architecture arm64 && apt-get -qq update &&
	    DEBIAN_FRONTEND=noninteractive apt-get -y -qq install --no-install-recommends $(echo "$THERE" | tr '\n' ' ')" >>"$BASE.log" 2>&1 &&
	echo "$THERE" >"$BASE.mark"
}

# cgi PROGRAM NAME=VALUE...: what the program answers, as a web server starts it; the body is /tmp/body, if there is one.
cgi() {
	program=$1
	shift
	as_user "body=/dev/null; [ ! -s /tmp/body ] || body=/tmp/body
	export MCP_CGI_CONF=/host/mcp-cgi/mcp-cgi.conf GATEWAY_INTERFACE=CGI/1.1 QUERY_STRING= HTTPS=on REMOTE_ADDR=192.0.2.1
	env $* qemu-aarch64-static /host/public_html/$program <\$body"
}

register() {
	cgi register REQUEST_METHOD=POST CONTENT_TYPE=application/json CONTENT_LENGTH="$(wc -c <"$R/tmp/body")"
}

if [ -z "${MCP_TESTS_INSIDE:-}" ]; then
	[ "$(id -u)" -eq 0 ] || { echo 'not ok - arm64: needs root, for debootstrap and chroot'; exit 1; }
	mkdir -p build
	base || { tail -n 5 "$BASE.log"; echo 'not ok - arm64: debootstrap'; exit 1; }
	MCP_TESTS_INSIDE=1 exec unshare --mount --pid --fork --kill-child --mount-proc sh "$0" "$@"
fi

R=$(mktemp -d)/root
trap 'umount -l "$R/proc" 2>/dev/null; rm -rf --one-file-system "${R%/root}"' EXIT
trap 'exit 130' INT TERM
cp -a --reflink=auto "$BASE" "$R"
mount -t proc proc "$R/proc"
mkdir "$R/src" "$R/host"
tar -cf - Makefile LICENSE CHANGELOG.md common cgi schema lighttpd-conf apache-conf package site | tar -xf - -C "$R/src"

recipe=$(sed -n 's/^# \(make dist CC=.*\)/\1/p' package/dist/dist.mk)
as_root "cd /src && MAKEFLAGS=s $recipe"
expect 'make dist, as dist.mk says it' $?
as_root "tar -xzf /src/build/arm64/dist/mcp-cgi-*-linux-aarch64.tar.gz -C /host --strip-components=1 && chown -R $AS:$AS /host/mcp-cgi &&
    [ \$(stat -c %s /src/build/arm64/dist/*.tar.gz) -lt 12582912 ]"
expect 'a tarball of less than 12 MB' $?
as_root "for f in /host/public_html/mcp /host/public_html/fetch /host/mcp-cgi/bin/mcpctl; do
	readelf -hW \$f | grep -q AArch64 && ! readelf -lW \$f | grep -q INTERP && ! readelf -dW \$f | grep -q NEEDED
	readelf -nW \$f | grep -q 'Linux, ABI: 3\.7\.0'
done"
expect 'programs for that processor, static, for any Linux since 3.7' $?

printf 'issuer = https://mcp.example.org\n' >"$R/host/mcp-cgi/mcp-cgi.conf"
ctl='qemu-aarch64-static /host/mcp-cgi/bin/mcpctl --config /host/mcp-cgi/mcp-cgi.conf'
as_user "$ctl init && echo 'a password for the test' | $ctl user add ada --password-stdin && $ctl check"
expect 'mcpctl makes the database and a user' $?
cgi .well-known/oauth-authorization-server REQUEST_METHOD=GET REQUEST_URI=/.well-known/oauth-authorization-server
grep -q '"issuer":"https://mcp.example.org"' "$R/tmp/out"
expect 'metadata' $?
cgi account REQUEST_METHOD=GET
grep -q '<h1>Sign in' "$R/tmp/out"
expect 'a page' $?
printf '{"client_name":"Zo\303\253 \344\270\226\347\225\214","redirect_uris":["https://c.example/cb"]}' >"$R/tmp/body"
register
grep -q "$(printf '"client_name":"Zo\303\253 \344\270\226\347\225\214"')" "$R/tmp/out"
expect 'a client registers, with a name beyond ASCII' $?
printf '{"client_name":"\377","redirect_uris":["https://c.example/cb"]}' >"$R/tmp/body"
register
grep -q '^Status: 400' "$R/tmp/out"
expect 'a name that is no UTF-8 is refused' $?
exit $failed
