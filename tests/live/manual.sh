#!/bin/sh
# SPDX-License-Identifier: ISC
#
# manual.sh: the pages of site/manual about a VPS and about proxies, followed as they are written: the blocks of commands are
# taken out of the page and run in a small Debian, where only certbot and systemctl stand for others.
set -u
cd "$(dirname "$0")/../.." || exit 1
name=manual
PASSWORD='a password for the test'
. tests/live/chroot.sh

# blocks PAGE LANGUAGE: each into a file of its own, $T/blocks/N.
blocks() {
	rm -rf "$T/blocks"
	mkdir "$T/blocks"
	awk -v to="$T/blocks" -v begin="\`\`\`$2" '$0 == begin { n++; on = 1; next } /^```/ { on = 0 } on { print > sprintf("%s/%02d", to, n) }' \
	    "site/manual/$1"
}

# With a terminal, on which PASSWORD is typed when it is asked for.
typed() {
	python3 -c 'import os, pty, sys
answer, command = sys.argv[1].encode() + b"\n", sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
said = b""
while True:
    try:
        some = os.read(fd, 4096)
    except OSError:
        break
    if not some:
        break
    said += some
    if said.rstrip().endswith(b":"):
        os.write(fd, answer)
        sys.stdout.write(said.decode()); said = b""
sys.stdout.write(said.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))' "$PASSWORD" "$@"
}

run_block() {
	case $(cat "$1") in
	'mcpctl user add '*) typed chroot "$R" sh -c "$(cat "$1")" ;;
	*) inside sh -e -c "cd /root
$(cat "$1")" ;;
	esac >"$T/out" 2>&1 </dev/null
}

follow() {
	blocks "$1" sh
	for block in "$T"/blocks/*; do
		run_block "$block"
		expect "$1: $(head -n 1 "$block" | cut -c1-60)" $?
	done
}

vps() {
	follow "$1"
	smoke
	expect "$1: the server is there" $?
	[ -s "$R/root/mcp-backup.db" ] && grep -qrx 'KillMode=process' "$R/etc/systemd/system/"
	expect "$1: backup and unit file are where they are said to be" $?
	sign_in uptime '{}'
	expect "$1: a person signs in, and calls the tool of the page" $?
}

# through PROXY: what the page says of it.
through() {
	smoke
	expect "behind-a-proxy.md: the server is there through $1" $?
	sign_in
	expect "behind-a-proxy.md: a person signs in through $1" $?
	inside curl -sSI "https://$HOST/.well-known/oauth-authorization-server" >"$T/out" 2>&1 &&
		grep -qi '^strict-transport-security:' "$T/out"
	expect "behind-a-proxy.md: $1 says HSTS" $?
	inside curl -sS --interface "$2" -H 'X-Forwarded-For: 192.0.2.99' -d grant_type=authorization_code -d client_id=nobody \
	    -d code=x -d code_verifier=x "https://$HOST/token" >"$T/out" 2>&1
	inside mcpctl audit >"$T/out" 2>&1
	grep -qF "\"$2\"" "$T/out" && ! grep -qF 192.0.2.99 "$T/out"
	expect "behind-a-proxy.md: the audit has the client's address through $1, not what the client said" $?
}

proxies() {
	follow behind-a-proxy.md
	[ "$(inside curl -s -o /dev/null -w '%{http_code}' -H "Host: $HOST" http://127.0.0.1:8080/mcp)" = 403 ]
	expect 'behind-a-proxy.md: who comes past the proxy is refused' $?
	inside apt-get -y -q install --no-install-recommends nginx >"$T/out" 2>&1
	blocks behind-a-proxy.md nginx
	cp "$T/blocks/01" "$R/etc/nginx/sites-enabled/$HOST"
	inside nginx -t >"$T/out" 2>&1 && inside service nginx restart >"$T/out" 2>&1
	expect 'behind-a-proxy.md: nginx takes its block' $?
	through nginx 127.0.0.9
	inside service nginx stop >/dev/null 2>&1
	blocks behind-a-proxy.md lighttpd
	{
		printf 'server.document-root = "/var/www/html"\nserver.port = 8081\nserver.pid-file = "/run/proxy.pid"\n'
		cat "$T/blocks/01"
	} >"$R/etc/lighttpd/proxy.conf"
	inside lighttpd -f /etc/lighttpd/proxy.conf >"$T/out" 2>&1
	expect 'behind-a-proxy.md: lighttpd takes its block' $?
	through lighttpd 127.0.0.10
	kill "$(cat "$R/run/proxy.pid")"
}

start_anew() {
	inside service lighttpd stop >/dev/null 2>&1
	inside apt-get -y -q purge mcp-cgi lighttpd lighttpd-mod-openssl nginx >"$T/out" 2>&1
	rm -rf "$R/etc/letsencrypt" "$R/root/mcp-backup.db" "$R/etc/systemd/system/"*.d
}

chroot_open
program systemctl 'case $1 in daemon-reload) ;; *) exec service "$2" "$1" ;; esac'
make_package
expect 'make deb makes a package' $?
vps vps-lighttpd.md
proxies
start_anew
vps vps-apache.md
exit $failed
