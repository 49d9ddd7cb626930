# SPDX-License-Identifier: ISC
#
# chroot.sh: a small Debian of its own, without the network of the machine, in which packages are installed and web
# servers run on their real ports.  For tests that are read by sh:
#
#	. tests/live/chroot.sh		# runs the script anew where it may do all that
#	chroot_open			# sets R, the folder
#	inside COMMAND...		# runs a command there, without the environment
#
# The base is made once by debootstrap and kept in build/chroot, or where MCP_TESTS_CHROOT says; each test works in a copy.  Needs root.

HOST=mcp.example.org
BASE=${MCP_TESTS_CHROOT:-build/chroot}
MIRROR=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
# What is installed there or may be installed later, without the network.
THERE="ca-certificates,curl,openssl,ucf"
LATER="lighttpd lighttpd-mod-openssl apache2 libapache2-mod-fcgid nginx certbot
    libcurl4 libfcgi0ldbl libjson-c5 libpcre2-8-0 libsqlite3-0 libssl3"

bail() {
	echo "not ok - $1"
	exit 1
}

# The mark holds what the base was made for: another list makes another base.
chroot_base() {
	[ "$(cat "$BASE.mark" 2>/dev/null)" != "$THERE $LATER" ] || return 0
	rm -rf "$BASE" "$BASE.mark"
	mkdir -p "$(dirname "$BASE")"
	debootstrap --variant=minbase --include="$THERE" bookworm "$BASE" "$MIRROR" >"$BASE.log" 2>&1 &&
	echo "deb $MIRROR bookworm main" >"$BASE/etc/apt/sources.list" &&
	chroot "$BASE" apt-get -qq update >>"$BASE.log" 2>&1 &&
	# shellcheck disable=SC2086 # a list
	chroot "$BASE" apt-get -y -qq install --no-install-recommends --download-only $LATER >>"$BASE.log" 2>&1 &&
	echo "$THERE $LATER" >"$BASE.mark"
}

chroot_enter() {
	[ "$(id -u)" -eq 0 ] || bail "$name: needs root, for debootstrap and chroot"
	chroot_base || { tail -n 5 "$BASE.log"; bail "$name: debootstrap"; }
	MCP_TESTS_INSIDE=1 exec unshare --net --mount --pid --fork --kill-child --mount-proc sh "$0" "$@"
}

inside() {
	chroot "$R" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

# A certificate for HOST, of an authority that is trusted there; `certbot` puts it where it would have put one.
chroot_certificate() {
	mkdir -m 700 "$R/root/live"
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$HOST" -addext "subjectAltName=DNS:$HOST" \
	    -keyout "$R/root/live/privkey.pem" -out "$R/root/live/fullchain.pem" 2>/dev/null
	cp "$R/root/live/fullchain.pem" "$R/usr/local/share/ca-certificates/test.crt"
	inside update-ca-certificates >/dev/null 2>&1
	program certbot "mkdir -p -m 700 /etc/letsencrypt/live && cp -a /root/live /etc/letsencrypt/live/$HOST"
}

# program NAME TEXT: one that stands there for another.
program() {
	printf '#!/bin/sh\n%s\n' "$2" >"$R/usr/local/sbin/$1"
	chmod 755 "$R/usr/local/sbin/$1"
}

chroot_open() {
	T=$(mktemp -d)
	R=$T/root
	trap 'umount -l "$R/proc" "$R/dev" 2>/dev/null; [ -n "${MCP_TESTS_KEEP:-}" ] || rm -rf --one-file-system "$T"' EXIT
	trap 'exit 130' INT TERM
	python3 -c 'import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh", b"lo", 0x49))' || bail "$name: no loopback"
	cp -a --reflink=auto "$BASE" "$R"
	mount -t proc proc "$R/proc" && mount --bind /dev "$R/dev" || bail "$name: no /proc or /dev"
	echo "127.0.0.1 localhost $HOST other.example.org" >"$R/etc/hosts"
	# Without an init system invoke-rc.d starts nothing, unless it is told that it may and what runs.
	printf '#!/bin/sh\nexit 0\n' >"$R/usr/sbin/policy-rc.d"
	chmod 755 "$R/usr/sbin/policy-rc.d"
	program runlevel 'echo N 2'
	cp tests/smoke.sh tests/bench/token.sh "$R/root/"
	chroot_certificate
}

# until_true COMMAND...: waits for it, half a minute.
until_true() {
	n=0
	until "$@" >/dev/null 2>&1; do
		n=$((n + 1))
		[ $n -lt 150 ] || return 1
		sleep 0.2
	done
}

failed=0
# expect WHAT STATUS: 0 is good; what the last command has said is shown otherwise.
expect() {
	if [ "$2" -eq 0 ]; then
		echo "ok - $name: $1"
	else
		[ ! -s "$T/out" ] || tail -n 20 "$T/out" | sed 's/^/#   /'
		echo "not ok - $name: $1"
		failed=1
	fi
	: >"$T/out"
}

# The server of $HOST is alive and whole, and a person can sign in and call a tool.  PASSWORD is ada's.
there() {
	inside curl -sf -o /dev/null "https://$HOST/.well-known/oauth-authorization-server"
}
smoke() {
	until_true there
	inside sh /root/smoke.sh "https://$HOST" >"$T/out" 2>&1
}
# sign_in [TOOL ARGUMENTS]
sign_in() {
	token=$(echo "$PASSWORD" | inside sh /root/token.sh "https://$HOST" ada 2>"$T/out") &&
	inside curl -sS "https://$HOST/mcp" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
	    -d '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"'"${1:-search_knowledge_base}"'","arguments":'"${2:-{\"query\":\"tides\"\}}"'}}' \
	    >"$T/out" 2>&1 && grep -q '"result"' "$T/out" && ! grep -q '"isError":true' "$T/out"
}

# The package, made anew where something of it has changed.
make_package() {
	made=$(ls -t build/deb/*.deb 2>/dev/null | head -n 1)
	if [ -z "$made" ] || [ -n "$(find Makefile cgi common schema site package ./*-conf -newer "$made" | head -n 1)" ]; then
		${MAKE:-make} -s deb >"$T/out" 2>&1 || return 1
	fi
	cp build/deb/*.deb "$R/root/"
}

[ -n "${MCP_TESTS_INSIDE:-}" ] || chroot_enter "$@"
