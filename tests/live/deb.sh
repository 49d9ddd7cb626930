#!/bin/sh
# SPDX-License-Identifier: ISC
#
# deb.sh: the Debian package in a small Debian of its own: installed beside a web server that serves something else, over a
# version with an older database, removed, purged; with lighttpd, and with Apache.
set -u
cd "$(dirname "$0")/../.." || exit 1
name=deb
PASSWORD='a password for the test'
. tests/live/chroot.sh

settings=etc/mcp-cgi/mcp-cgi.conf
db=var/lib/mcp-cgi/mcp.db
other='This was here before'

# apt WORD...: what it says is shown only when it fails.
apt() {
	inside apt-get -y -q "$@" >"$T/out" 2>&1
}
answer() {
	echo "mcp-cgi mcp-cgi/issuer string $1" | inside debconf-set-selections
}
is() {
	[ "$(stat -c '%U:%G %a' "$R/$1" 2>&1)" = "$2" ] || { stat -c '%n %U:%G %a' "$R/$1" >>"$T/out" 2>&1; return 1; }
}
ask() {
	inside curl -sS -o /dev/null -w '%{http_code}' "$@" 2>>"$T/out"
}
other_site() {
	inside curl -sS http://other.example.org/ 2>>"$T/out" | grep -q "$other" && [ "$(ask http://other.example.org/mcp)" = 404 ] &&
		[ "$(ask http://other.example.org/token)" = 404 ]
}
version_of() {
	sqlite3 "$R/$1" 'PRAGMA user_version'
}
mcp_process() {
	for exe in /proc/[0-9]*/exe; do
		[ "$(readlink "$exe" 2>/dev/null | sed 's/ (deleted)$//')" != "$R/usr/lib/mcp-cgi/$1" ] || echo "$exe"
	done | head -n 1
}

# The same with the number of an older version.
make_older() {
	dpkg-deb -R "$R/root/mcp-cgi.deb" "$T/older" && sed -i 's/^Version: .*/Version: 0.0.9-1/' "$T/older/DEBIAN/control" &&
		dpkg-deb -b "$T/older" "$R/root/older.deb" >/dev/null
}

check_package() {
	make_package
	expect 'make deb makes a package' $?
	mv "$R"/root/mcp-cgi_*.deb "$R/root/mcp-cgi.deb"
	(cd build/deb && lintian --allow-root --fail-on error,warning ./*.changes) >"$T/out" 2>&1
	expect 'lintian finds neither an error nor a warning' $?
	[ "$(dpkg-deb -f "$R/root/mcp-cgi.deb" Version)" = "$(sed -n 's/^VERSION := //p' Makefile)-1" ]
	expect 'its version is that of the Makefile' $?
	make_older
}

install_lighttpd() {
	apt install --no-install-recommends lighttpd lighttpd-mod-openssl
	echo "$other" >"$R/var/www/html/index.html"
	until_true other_site
	expect 'lighttpd serves something else' $?
}

install_first() {
	apt install --no-install-recommends /root/older.deb
	expect 'is installed without an address' $?
	[ ! -e "$R/$settings" ] && is var/lib/mcp-cgi 'www-data:www-data 700' && other_site
	expect 'and then leaves the web server as it was' $?
	answer "https://$HOST/path"
	inside dpkg-reconfigure mcp-cgi >"$T/out" 2>&1 && grep -q 'issuer: ' "$T/out" && [ ! -e "$R/$settings" ] && [ ! -e "$R/$db" ] && other_site
	expect 'an address that is none makes nothing, and the reason is said' $?
	answer "https://$HOST/"
	inside dpkg-reconfigure mcp-cgi >"$T/out" 2>&1 && smoke
	expect "dpkg-reconfigure gives the address, and $HOST is there" $?
	is etc/mcp-cgi 'root:www-data 750' && is "$settings" 'root:www-data 640' && is "$db" 'www-data:www-data 600'
	expect 'settings and database belong to whom they should' $?
	other_site
	expect 'what the web server has served is served as before' $?
	[ "$(ask -k https://other.example.org/mcp)" = 404 ]
	expect 'no other name of the machine has the programs' $?
	echo "$PASSWORD" | inside mcpctl user add ada --password-stdin >"$T/out" 2>&1 && inside mcpctl check >>"$T/out" 2>&1
	expect 'mcpctl check has nothing to say' $?
	sign_in
	expect 'a person signs in and calls a tool' $?
}

put_old_database() {
	rm -f "$R/$db" "$R/$db"-*
	sed "s/{now}/$(date +%s)/" tests/schema/1-rows.sql | cat tests/schema/1.sql - | sqlite3 "$R/$db" >/dev/null
	inside chown www-data: "/$db"
	chmod 600 "$R/$db"
	sed -i 's/^# site_name = .*/site_name = The handbook/' "$R/$settings"
}

upgrade() {
	put_old_database
	was=$(mcp_process mcp)
	apt install --no-install-recommends /root/mcp-cgi.deb
	expect 'is upgraded' $?
	[ "$(version_of $db)" -gt 1 ] && [ "$(sqlite3 "$R/$db" 'SELECT name FROM user')" = alice ] && is "$db" 'www-data:www-data 600'
	expect 'the upgrade migrates the database, and keeps what is in it' $?
	[ "$(version_of var/lib/mcp-cgi/before-upgrade.db)" = 1 ] && is var/lib/mcp-cgi/before-upgrade.db 'www-data:www-data 600'
	expect 'a copy from before the migration is kept' $?
	smoke && [ -n "$was" ] && [ ! -e "$was" ] && [ -n "$(mcp_process mcp)" ]
	expect 'the programs that ran have given way to the new ones' $?
	grep -qx 'site_name = The handbook' "$R/$settings" && is "$settings" 'root:www-data 640'
	expect 'settings that were changed stay' $?
	echo "$PASSWORD" | inside mcpctl user add ada --password-stdin >"$T/out" 2>&1 && sign_in
	expect 'a person signs in and calls a tool after the upgrade' $?
	rm "$R/etc/lighttpd/conf-enabled/50-mcp-cgi.conf"
	apt install --reinstall --no-install-recommends /root/mcp-cgi.deb && [ ! -e "$R/etc/lighttpd/conf-enabled/50-mcp-cgi.conf" ]
	expect 'what the operator has disabled is not enabled again' $?
	inside lighty-enable-mod mcp-cgi >/dev/null
}

# Nobody has been where only root may write.
elsewhere_kept() {
	ls -lR "$R/root/elsewhere" >>"$T/out"
	[ "$(ls "$R/root/elsewhere")" = file ] && [ "$(cat "$R/root/elsewhere/file")" = untouched ]
}

# The user that the programs run as owns the folder of the database, and that of the settings, too, where somebody has given it to
# him as the pages say.  What he may have put there leads nothing that is done as root to anywhere else.
led_astray() {
	mkdir "$R/root/elsewhere"
	echo untouched >"$R/root/elsewhere/file"
	ln -sfn /root/elsewhere "$R/var/lib/mcp-cgi/before-upgrade.db"
	inside dpkg-reconfigure mcp-cgi >"$T/out" 2>&1 && elsewhere_kept && is var/lib/mcp-cgi/before-upgrade.db 'www-data:www-data 600'
	expect 'a link in the folder of the database leads nowhere' $?
	inside chown www-data: /etc/mcp-cgi "/$settings"
	for f in place.new mcp-cgi.conf.new; do ln -s /root/elsewhere/file "$R/etc/mcp-cgi/$f"; done
	ln -sf /root/elsewhere/servers "$R/etc/mcp-cgi/servers"
	sed -i 's/^issuer/# issuer/' "$R/$settings"
	answer "https://$HOST"
	inside dpkg-reconfigure mcp-cgi >"$T/out" 2>&1 && elsewhere_kept && grep -qx "issuer = https://$HOST" "$R/$settings"
	expect 'links in a folder of the settings that is not of root lead nowhere' $?
	is "$settings" 'www-data:www-data 640'
	expect 'and the settings are still of their owner' $?
	sed -i 's|^issuer = .*|&\\\\nevil|' "$R/$settings"
	inside dpkg-trigger --no-await --by-package=lighttpd /usr/sbin/lighttpd
	inside dpkg --triggers-only mcp-cgi >"$T/out" 2>&1 && ! grep -n evil "$R/etc/lighttpd/conf-available/50-mcp-cgi.conf" >>"$T/out"
	expect 'an issuer that is no address does not come into the configuration of the web server' $?
	sed -i "s|^issuer = .*|issuer = https://$HOST|" "$R/$settings"
	rm -f "$R"/etc/mcp-cgi/*.new "$R/etc/mcp-cgi/servers"
	inside chown root:www-data /etc/mcp-cgi "/$settings"
	inside dpkg-reconfigure mcp-cgi >"$T/out" 2>&1 && smoke
	expect 'and all is well again afterwards' $?
}

# gone SERVER-FILE: the programs are, the data are not.
removed() {
	apt remove mcp-cgi && [ ! -e "$R/usr/lib/mcp-cgi" ] && [ ! -e "$R/$1" ] && until_true other_site &&
		[ "$(ask "https://$HOST/mcp")" != 401 ] && [ -z "$(mcp_process mcp)" ]
	expect "is removed from $2, which serves the rest" $?
	[ -s "$R/$db" ] && [ -s "$R/$settings" ]
	expect 'settings and data stay' $?
}

come_back() {
	apt install --no-install-recommends /root/mcp-cgi.deb && smoke && sign_in
	expect 'comes back with the same people' $?
}

purged() {
	apt purge mcp-cgi
	left=$(find "$R/etc" "$R/var/lib" "$R/usr" -name '*mcp-cgi*' -o -name 'mcpctl*' | grep -v "^$R/var/lib/dpkg/info")
	[ -z "$left" ]
	expect "purge leaves nothing $left" $?
}

# A server whose own configuration is broken is neither restarted nor made worse.
beside_broken() {
	echo 'nonsense' >"$R/etc/lighttpd/conf-enabled/60-broken.conf"
	answer "https://$HOST"
	apt install --no-install-recommends /root/mcp-cgi.deb && grep -q 'was not told' "$T/out"
	expect 'is installed beside a lighttpd with a broken configuration, and says so' $?
	[ ! -e "$R/etc/lighttpd/conf-enabled/50-mcp-cgi.conf" ] && other_site
	expect 'which serves on as before' $?
	rm "$R/etc/lighttpd/conf-enabled/60-broken.conf"
	inside dpkg-reconfigure mcp-cgi >"$T/out" 2>&1 && smoke
	expect 'and is told when it is mended' $?
}

# The package is there already when Apache comes.
with_apache() {
	apt purge lighttpd lighttpd-mod-openssl
	apt install --no-install-recommends apache2 libapache2-mod-fcgid
	echo "$other" >"$R/var/www/html/index.html"
	smoke
	expect "Apache that comes later is told, and $HOST is there" $?
	other_site
	expect 'on this host only' $?
	echo "$PASSWORD" | inside mcpctl user add ada --password-stdin >"$T/out" 2>&1 && sign_in
	expect 'a person signs in through Apache and calls a tool' $?
	was=$(mcp_process mcp)
	apt install --reinstall --no-install-recommends /root/mcp-cgi.deb && [ -n "$was" ] && until_true test ! -e "$was" && smoke
	expect 'a new version replaces what runs under Apache' $?
}

chroot_open
inside certbot
check_package
install_lighttpd
install_first
upgrade
led_astray
removed etc/lighttpd/conf-enabled/50-mcp-cgi.conf lighttpd
come_back
purged
beside_broken
with_apache
removed etc/apache2/sites-enabled/mcp-cgi.conf Apache
come_back
purged
exit $failed
