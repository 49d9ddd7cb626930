#!/bin/sh
# SPDX-License-Identifier: ISC
#
# run.sh: a complete server on this machine, for trying it out and for developing (`make run`).
#
# Makes sure of packages and programs, keeps one folder (DATA) with settings and database, and serves it with lighttpd
# on 127.0.0.1 until Ctrl-C.  From the environment: FRONT (fastcgi or cgi), PORT, DATA, SITE (a folder with tools,
# resources and prompts; see mcp-site(5)), DEMO_USER, DEMO_PASSWORD, BUILD (folder of the build), MAKE.
#
# Started by root, the server locks itself into DATA and becomes www-data there.  That needs nothing above DATA to be
# open to www-data, so it works from a checkout in /root.  What the server needs is copied into DATA, or shown there
# by mounts that nobody else sees and that end with this script: the system's programs and libraries, which the site's own
# programs are written for, and SITE.  Where nothing can be mounted (in most containers), SITE is copied at the start, and only
# programs without libraries run.
set -eu
umask 077

FRONT=${FRONT:-fastcgi}
PORT=${PORT:-8080}
DATA=${DATA:-run}
SITE=${SITE:-}
DEMO_USER=${DEMO_USER:-demo}
DEMO_PASSWORD=${DEMO_PASSWORD:-}
OWNER='www-data'
PATH=$PATH:/usr/sbin:/sbin	# lighttpd and chroot, which an ordinary user's PATH lacks on Debian

TREE=$(cd "$(dirname "$0")/.." && pwd -P)
scratch=			# a folder that is gone after the run
server=				# process of lighttpd, and of the group that all programs belong to

die() {
	echo "make run: $*" >&2
	exit 1
}

is_root() {
	[ "$(id -u)" -eq 0 ]
}

check_wishes() {
	case $FRONT in
	fastcgi | cgi) ;;
	*) die "FRONT is fastcgi or cgi, not '$FRONT'." ;;
	esac
	case $PORT in
	'' | *[!0-9]* | 0* | ??????*) die "PORT is a number from 1 to 65535, not '$PORT'." ;;
	esac
	[ "$PORT" -le 65535 ] || die "PORT is a number from 1 to 65535, not '$PORT'."
	[ -z "$SITE" ] || SITE=$(cd "$SITE" 2>/dev/null && pwd -P) || die "SITE is a folder, and this is none that can be entered."
}

# Somebody who listens on our port at 127.0.0.1, or at all addresses.  Read from the kernel, because nothing else is
# sure to be installed yet.
check_port() {
	if cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port="$(printf ':%04X' "$PORT")" '
		$4 == "0A" && ($2 == "0100007F" port || $2 ~ "^0+" port "$" || $2 ~ "FFFF00000100007F" port "$") { n++ }
		END { exit !n }'
	then
		die "port $PORT is in use; stop what listens there, or choose another one: make run PORT=8081"
	fi
}

check_owner() {
	is_root || return 0
	id -u "$OWNER" >/dev/null 2>&1 || die "there is no user $OWNER for the server to become; run this as an ordinary user."
}

# Only a folder that is empty or was made by this script is taken, because root gives it away.
open_data() {
	mkdir -p "$DATA" || die "cannot make the folder $DATA."
	cd "$DATA" 2>/dev/null || die "may not enter $DATA; choose another folder: make run DATA=..."
	DATA=$(pwd -P)
	[ -e "$DATA/mcp-cgi.conf" ] ||
	    [ -z "$(find "$DATA" -mindepth 1 -maxdepth 1 ! -name served ! -name dev ! -name etc ! -name 'lib*' \
	    ! -name usr ! -name bin ! -name sbin ! -name proc ! -name site)" ] ||
	    die "$DATA is not empty and holds no mcp-cgi.conf; choose another folder: make run DATA=..."
	if [ ! -w "$DATA" ] || { [ -e "$DATA/mcp-cgi.conf" ] && [ ! -w "$DATA/mcp-cgi.conf" ]; }; then
		die "$DATA belongs to somebody else (to $OWNER, if root ran this before); choose another one: make run DATA=..."
	fi
	chmod 700 .
	exec 9<.
	flock -n 9 || die "another make run serves $DATA; stop it, or choose another folder: make run DATA=..."
}

place_front_page() {
	mkdir "$1"
	cp "$TREE"/site/www/* "$1"
	[ ! -e "$TREE/README.md" ] || cp "$TREE/README.md" "$1"
}

# What the server is told, as it will see it.
place_for_user() {
	scratch=$(TMPDIR=/tmp mktemp -d)
	# lighttpd splits the name of a program at blanks, and the name of a socket holds 107 bytes at most: hence a short
	# place for both.
	ln -s "$BUILD/bin" "$scratch/bin"
	place_front_page "$scratch/www"
	if [ -n "$SITE" ]; then
		[ ! -e site ] || [ -L site ] || die "$DATA has a site of its own; serve $SITE with another folder: make run DATA=..."
		ln -sfn "$SITE" site
	fi
	programs=$scratch/bin conf=$DATA/mcp-cgi.conf run=$scratch www=$scratch/www chroot='' user=''
}

# Mounts of our own: in a namespace that ends with this script.
may_mount() {
	[ -n "${MCP_CGI_MOUNTS:-}" ]
}

# show FROM TO [OPTIONS]: what lies at FROM is seen at TO as well.
show() {
	mount --bind "$1" "$2" && mount -o "remount,bind,nosuid${3:+,$3}" "$2"
}

# The system as its programs expect to find it.  Whatever an earlier run left in the places is no longer mounted.
place_system() {
	rm -rf lib* etc bin sbin
	for name in bin sbin lib lib32 lib64 libx32; do
		if [ -L "/$name" ]; then
			ln -s "$(readlink "/$name")" "$name"
		elif [ -d "/$name" ]; then
			mkdir "$name" && show "/$name" "$name" ro || return 1
		fi
	done
	[ ! -L usr ] || rm -f usr
	[ ! -L dev ] || rm -f dev
	mkdir -p usr etc dev
	chmod 755 dev
	show /usr usr ro && show /etc etc ro || return 1
	for name in null zero urandom; do
		rm -f "dev/$name"
		: >"dev/$name"
		mount --bind "/dev/$name" "dev/$name" || return 1
	done
}

place_content() {
	[ -n "$SITE" ] || return 0
	if may_mount; then
		[ ! -L site ] || rm -f site
		mkdir -p site
		show "$SITE" site ro || die "cannot show $SITE in $DATA."
	else
		[ ! -e site ] || [ -L site ] || die "$DATA has a site of its own; serve $SITE with another folder: make run DATA=..."
		rm -f site
		cp -RL "$SITE" served/site
		ln -s served/site site
		echo "Nothing can be mounted here: SITE was copied, and of its programs only those without libraries run. As an ordinary user all works."
	fi
}

# What fetch needs beside itself: its libraries, flat, where their loader looks for them; the authorities that it trusts;
# how names are resolved.  Without one of them it cannot fetch, and everything else works.
place_fetch() {
	rm -rf lib* etc
	mkdir -p served/lib served/etc/ssl/certs
	for file in $(ldd served/bin/fetch | awk '{ for (i = 1; i <= NF; i++) if ($i ~ "^/") print $i }'); do
		cp -L "$file" served/lib/ || return 1
	done
	loader=$(ldd served/bin/fetch | awk '$1 ~ "^/lib[0-9a-z]*/[^/]*$" { split($1, part, "/"); print part[2] }')
	for link in lib $loader; do
		[ -L "$link" ] || ln -s served/lib "$link" || return 1
	done
	ln -s served/etc etc
	cp -L /etc/resolv.conf /etc/hosts served/etc/
	echo 'hosts: files dns' >served/etc/nsswitch.conf
	cp -L /etc/ssl/certs/ca-certificates.crt served/etc/ssl/certs/
}

# Asked for nothing, it says so with a status of its own.
try_fetch() {
	rc=0
	chroot --userspec="$(id -u "$OWNER"):$(id -g "$OWNER")" --groups= "$DATA" /served/bin/fetch </dev/null 2>/dev/null || rc=$?
	[ "$rc" -eq 2 ] && [ -s etc/ssl/certs/ca-certificates.crt ] && [ -s etc/resolv.conf ] ||
	    echo "Clients that are a URL can connect only with pinned documents: fetch lacks libraries, certificates or names in $DATA."
}

place_for_root() {
	# Nobody else may touch the folder while root works in it; it is given away when that is done.  What lies there from
	# an earlier run was www-data's to change, so that nothing of it is followed or run.
	chown "$(id -u):$(id -g)" .
	chmod 700 .
	for file in mcp-cgi.conf mcp.db; do
		[ ! -L "$file" ] || die "$DATA/$file is a symbolic link; put the file itself there."
	done
	rm -rf served
	mkdir served
	cp -R "$BUILD/bin" served/bin
	place_front_page served/www
	if may_mount; then
		place_system || die "cannot show the system's programs in $DATA."
	else
		place_fetch 2>/dev/null || :
	fi
	place_content
	chmod -R go+rX served
	mkdir -m 700 served/tmp
	chown -h "$OWNER:$OWNER" served/tmp
	for file in mcp-cgi.conf mcp.db mcp.db-wal mcp.db-shm; do
		[ ! -e "$file" ] || chown -h "$OWNER:$OWNER" "$file"
	done
	chown "$OWNER:$OWNER" .
	# lighttpd's empty body for CGI programs; a true device would not open on a file system mounted nodev.
	may_mount || as_owner sh -c 'mkdir -p dev && : >dev/null'
	programs=/served/bin conf=/mcp-cgi.conf run=/served/tmp www=/served/www chroot=$DATA user=$OWNER
	ctl --version >/dev/null || die "the programs do not run inside $DATA; as root they must be static: make clean run"
	try_fetch
}

# In DATA, as the user that the data belongs to.
as_owner() {
	if is_root; then
		setpriv --reuid="$OWNER" --regid="$OWNER" --clear-groups -- "$@"
	else
		"$@"
	fi
}

ctl() {
	if is_root; then
		chroot --userspec="$(id -u "$OWNER"):$(id -g "$OWNER")" --groups= "$DATA" \
		    /served/bin/mcpctl --config /mcp-cgi.conf "$@"
	else
		"$BUILD/bin/mcpctl" --config "$DATA/mcp-cgi.conf" "$@"
	fi
}

setting() {
	as_owner sed -n "s/^$1[ 	]*=[ 	]*//p" mcp-cgi.conf
}

# An address of this script follows PORT; one that somebody wrote (of a tunnel, say) stays.
follow_port() {
	have=$(setting issuer)
	case $have in
	"$1") return ;;
	http://127.0.0.1 | http://127.0.0.1:*) ;;
	*) return ;;
	esac
	as_owner sh -c 'umask 077; sed "s|^issuer[ 	]*=.*|issuer = $1|" mcp-cgi.conf >mcp-cgi.conf.new && mv mcp-cgi.conf.new mcp-cgi.conf' \
	    sh "$1"
	echo "The address changed from $have to $1: clients that are connected must connect anew."
}

fill_settings() {
	issuer=http://127.0.0.1:$PORT
	[ "$PORT" -ne 80 ] || issuer=http://127.0.0.1	# as every client spells it
	if [ -e mcp-cgi.conf ]; then
		follow_port "$issuer"
		ctl init >/dev/null
		ctl migrate >/dev/null
	else
		ctl init --issuer "$issuer" >/dev/null
		echo 'logo = /logo.svg' | as_owner sh -c 'cat >>mcp-cgi.conf'
	fi
	issuer=$(setting issuer)
}

fill_knowledge() {
	[ "$(ctl document list | wc -l)" -gt 0 ] || sh "$TREE/site/knowledge.sh" | ctl document import -
}

# The password goes through a pipe, from a built-in command: no process list, file or log sees it.
give_password() {
	printf '%s\n' "$1" | ctl user "$2" "$DEMO_USER" --password-stdin $3 >/dev/null
}

fill_user() {
	if ctl user list | awk -v name="$DEMO_USER" 'tolower($1) == tolower(name) { n++ } END { exit !n }'; then
		shown="as printed when $DEMO_USER was made (a new one: make run DEMO_PASSWORD=...)"
		[ -n "$DEMO_PASSWORD" ] || return 0
		give_password "$DEMO_PASSWORD" passwd --if-changed
		shown="as given in DEMO_PASSWORD"
	elif [ -n "$DEMO_PASSWORD" ]; then
		give_password "$DEMO_PASSWORD" add ''
		shown="as given in DEMO_PASSWORD"
	else
		shown=$(head -c 15 /dev/urandom | base64 | tr '+/' 'Kz')
		give_password "$shown" add ''
	fi
}

# A group of its own, so that Ctrl-C reaches this script only and stop() reaches everybody.
start() {
	env -i PATH="$PATH" MCP_CGI_FRONT="$FRONT" MCP_CGI_PORT="$PORT" MCP_CGI_PROGRAMS="$programs" MCP_CGI_CONF="$conf" \
	    MCP_CGI_RUN="$run" MCP_CGI_WWW="$www" MCP_CGI_CHROOT="$chroot" MCP_CGI_USER="$user" \
	    setsid lighttpd -D -f "$TREE/lighttpd-conf/dev.conf" 9>&- &
	server=$!
}

wait_ready() {
	tries=0
	until curl -sf -o /dev/null -H "Host: 127.0.0.1:$PORT" "http://127.0.0.1:$PORT/.well-known/oauth-authorization-server"; do
		kill -0 "$server" 2>/dev/null || die "lighttpd did not start; the reason stands above."
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || die "the server gives no answer; the reason may stand above."
		sleep 0.1
	done
}

# By printf, which writes nothing to a file on the way as a here-document may.
tell() {
	printf '\n  %-14s%s\n' 'MCP server' "$issuer/mcp"
	printf '  %-14s%s\n' 'sign in as' "$DEMO_USER" 'password' "$shown" 'data' "$DATA"
	[ -z "$SITE" ] || printf '  %-14s%s\n' 'site' "$SITE"
	printf '\n  %-14s%s\n' 'Inspector' "npx @modelcontextprotocol/inspector --transport http --server-url $issuer/mcp"
	printf '  %-14s%s\n' 'Claude Code' "claude mcp add --transport http mcp-cgi $issuer/mcp" \
	    'VS Code' "code --add-mcp '{\"name\":\"mcp-cgi\",\"type\":\"http\",\"url\":\"$issuer/mcp\"}'"
	printf '\n  Ctrl-C stops it.\n\n'
}

# Everybody in the group gets SIGTERM; who is still there after five seconds, SIGKILL.
stop() {
	[ -n "$server" ] || return 0
	group=$server
	server=
	kill -s TERM -- "-$group" 2>/dev/null || :
	wait "$group" 2>/dev/null || :
	tries=0
	while kill -0 -- "-$group" 2>/dev/null; do
		tries=$((tries + 1))
		[ "$tries" -lt 50 ] || kill -s KILL -- "-$group" 2>/dev/null || :
		sleep 0.1
	done
}

leave() {
	status=$?
	trap '' INT TERM HUP
	stop
	[ -z "$scratch" ] || rm -rf "$scratch"
	exit "$status"
}

# SIGTERM when the parent ends, whatever ended it: `make` that is killed takes nobody with it, and a server without
# anybody who can stop it would stay.
tie_to_parent() {
	[ -z "${MCP_CGI_TIED:-}" ] || return 0
	if is_root && unshare --mount --propagation private mount --bind "$TREE" "$TREE" 2>/dev/null; then
		export MCP_CGI_MOUNTS=1
		MCP_CGI_TIED=1 exec setpriv --pdeathsig TERM unshare --mount --propagation private sh "$0"
	fi
	if setpriv --pdeathsig TERM true 2>/dev/null; then
		MCP_CGI_TIED=1 exec setpriv --pdeathsig TERM sh "$0"
	fi
}

main() {
	check_wishes
	check_port
	check_owner
	tie_to_parent
	sh "$TREE/tests/packages.sh" build run
	(cd "$TREE" && "${MAKE:-make}" -s)
	BUILD=$(cd "$TREE" && cd "${BUILD:-build}" && pwd -P)
	open_data
	trap leave EXIT
	trap 'exit 0' INT TERM HUP
	if is_root; then place_for_root; else place_for_user; fi
	fill_settings
	fill_knowledge
	fill_user
	unset DEMO_PASSWORD
	start
	wait_ready
	tell
	shown=
	wait "$server" || :
	die "lighttpd ended by itself; the reason may stand above."
}

main
