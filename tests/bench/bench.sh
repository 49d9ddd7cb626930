#!/bin/sh
# SPDX-License-Identifier: ISC
#
# bench.sh: what a request costs, as ratios (`make bench`).
#
# Absolute figures move from machine to machine and from hour to hour.  So everything is measured in one run, behind
# one lighttpd, in rounds that take turns, against floors: a FastCGI program that answers as many bytes and does
# nothing else, and a CGI program that does nothing.  From the environment: BUILD, CC, ROUNDS, SECONDS_EACH, CONNECTIONS,
# DOCUMENTS (in the knowledge base; one in 125 is found), RUNS (of one plain-CGI process).
set -eu
umask 077

TREE=$(cd "$(dirname "$0")/../.." && pwd -P)
BUILD=$(cd "$TREE" && cd "${BUILD:-build}" && pwd -P)
CC=${CC:-gcc}
ROUNDS=${ROUNDS:-5}
SECONDS_EACH=${SECONDS_EACH:-2}
CONNECTIONS=${CONNECTIONS:-16}
DOCUMENTS=${DOCUMENTS:-10000}
RUNS=${RUNS:-300}
OWNER='www-data'
PATH=$PATH:/usr/sbin:/sbin
T=$(TMPDIR=/tmp mktemp -d)
server=

die() {
	echo "bench.sh: $*" >&2
	[ ! -s "$T/log" ] || tail -n 5 "$T/log" >&2
	exit 1
}

leave() {
	status=$?
	trap '' INT TERM
	if [ -n "$server" ]; then
		kill -s TERM -- "-$server" 2>/dev/null || :
		wait "$server" 2>/dev/null || :
	fi
	rm -rf "$T"
	exit "$status"
}

# Root measures as www-data, because the programs refuse to run as root.
as_owner() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid="$OWNER" --regid="$OWNER" --clear-groups -- "$@"
	else
		"$@"
	fi
}

# Two ports that nobody listens on.
find_ports() {
	used=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '{ sub(/.*:/, "", $2); print $2 }')
	p1=18480
	while echo "$used" | grep -qi -e "$(printf '%04X' "$p1")" -e "$(printf '%04X' $((p1 + 1)))"; do
		p1=$((p1 + 2))
	done
	p2=$((p1 + 1))
	URL=http://127.0.0.1:$p1
}

build_floors() {
	for one in floor_fcgi floor_cgi exec_time; do
		"$CC" -std=gnu17 -D_GNU_SOURCE -O2 -static-pie -o "$T/bin/$one" "$TREE/tests/bench/$one.c" -lfcgi 2>"$T/log" ||
		    die "$one does not compile"
	done
}

make_data() {
	password=$(head -c 15 /dev/urandom | base64)
	mkdir "$T/bin" "$T/data" "$T/run" "$T/www"
	cp "$BUILD"/bin/* "$T/bin"
	build_floors
	chmod -R go+rX "$T/bin" "$T/www"
	chmod go+x "$T"
	[ "$(id -u)" -ne 0 ] || chown "$OWNER:$OWNER" "$T/data" "$T/run"
	as_owner "$T/bin/mcpctl" --config "$conf" init --issuer "$URL" >/dev/null
	printf 'password_ln = 10\nrate_limits = off\n' | as_owner sh -c "cat >>'$conf'"
	echo "$password" | as_owner "$T/bin/mcpctl" --config "$conf" user add bench --password-stdin >/dev/null
	make_documents | as_owner "$T/bin/mcpctl" --config "$conf" document import -
}

# Notes of 80 words out of the manual pages, frequent ones more often, the same every time; one in 125 has the word that
# is searched for.
make_documents() {
	sh "$TREE/site/knowledge.sh" | tr -cs 'A-Za-z' '\n' | sort | uniq -c | sort -rn | awk -v documents="$DOCUMENTS" '
		length($2) > 2 { word[n++] = $2 }
		function draw() {
			seed = (seed * 16807) % 2147483647
			return seed / 2147483647
		}
		END {
			seed = 42
			for (d = 1; d <= documents; d++) {
				print "## Note " d "\n"
				for (i = 0; i < 80; i++)
					printf "%s%s", word[int(n * draw() * draw())], i % 16 == 15 ? "\n" : " "
				if (d % 125 == 0)
					print "There is a lighthouse."
			}
		}'
}

# floor_route NAME BYTES
floor_route() {
	cat <<END
	\$HTTP["url"] == "/$1" {
		fastcgi.server = ( "/$1" => (( "socket" => "$T/run/$1", "bin-path" => "$T/bin/floor_fcgi",
			"bin-environment" => ( "FLOOR_BYTES" => "$2", "FLOOR_WORKERS" => "8" ),
			"max-procs" => 1, "check-local" => "disable" )))
	}
END
}

# Started twice: the floors must know how long the real answers are.
write_settings() {
	[ "$(id -u)" -ne 0 ] || printf 'server.username = "%s"\nserver.groupname = "%s"\n' "$OWNER" "$OWNER"
	cat <<END
server.modules = ( "mod_fastcgi", "mod_alias", "mod_cgi", "mod_setenv" )
server.port = $p1
server.bind = "127.0.0.1"
server.document-root = "$T/www"
server.max-keep-alive-requests = 100000
var.mcp_cgi = "$T/bin"
var.mcp_conf = "$conf"
var.mcp_run = "$T/run"
\$SERVER["socket"] == "127.0.0.1:$p1" {
	include "$TREE/lighttpd-conf/mcp-fastcgi.conf"
$(floor_route floor-list "$1")
$(floor_route floor-search "$2")
}
\$SERVER["socket"] == "127.0.0.1:$p2" {
	include "$TREE/lighttpd-conf/mcp-cgi.conf"
	\$HTTP["url"] == "/floor" {
		alias.url = ( "/floor" => "$T/bin/floor_cgi" )
		cgi.assign = ( "$T/bin/floor_cgi" => "" )
	}
}
END
}

start() {
	write_settings "$1" "$2" >"$T/lighttpd.conf"
	env -i PATH="$PATH" setsid lighttpd -D -f "$T/lighttpd.conf" 2>"$T/log" &
	server=$!
	tries=0
	until curl -q -sf -o /dev/null "$URL/.well-known/oauth-authorization-server"; do
		tries=$((tries + 1))
		if [ "$tries" -ge 50 ] || ! kill -0 "$server" 2>/dev/null; then
			die "lighttpd did not start"
		fi
		sleep 0.1
	done
}

restart() {
	kill -s TERM -- "-$server"
	wait "$server" || :
	start "$@"
}

meta='"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}'

write_requests() {
	echo '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{'"$meta"'}}' >"$T/list.json"
	echo '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search_knowledge_base","arguments":{"query":"lighthouse"},'"$meta"'}}' >"$T/search.json"
	write_script list 'tools/list' ''
	write_script search 'tools/call' 'wrk.headers["Mcp-Name"] = "search_knowledge_base"'
	chmod go+r "$T"/*.json
}

# What wrk sends, to the real program and to its floor alike.
write_script() {
	cat >"$T/$1.lua" <<END
wrk.method = "POST"
wrk.body = [[$(cat "$T/$1.json")]]
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Accept"] = "application/json, text/event-stream"
wrk.headers["Authorization"] = "Bearer $token"
wrk.headers["MCP-Protocol-Version"] = "2026-07-28"
wrk.headers["Mcp-Method"] = "$2"
$3
END
}

# The size of a real answer, which must be one.
size_of() {
	curl -q -sS -o "$T/answer" "$URL/mcp" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
	    -H 'MCP-Protocol-Version: 2026-07-28' -H "Mcp-Method: $2" ${3:+-H "Mcp-Name: $3"} --data-binary "@$T/$1.json"
	grep -q '"result":' "$T/answer" || die "$2 was not answered: $(head -c 300 "$T/answer")"
	wc -c <"$T/answer"
}

# measure NAME SCRIPT URL: requests per second of one round, kept in $T/NAME.rps.
measure() {
	wrk -t1 -c"$CONNECTIONS" -d"${SECONDS_EACH}s" -s "$T/$2.lua" "$3" >"$T/wrk" 2>&1 || die "wrk: $(cat "$T/wrk")"
	! grep -q -e 'Non-2xx' -e 'Socket errors' "$T/wrk" || die "$1: $(grep -e 'Non-2xx' -e 'Socket errors' "$T/wrk")"
	sed -n 's/^Requests\/sec: *//p' "$T/wrk" >>"$T/$1.rps"
}

measure_all() {
	round=0
	while [ "$round" -lt "$ROUNDS" ]; do
		measure floor-list list "$URL/floor-list"
		measure fcgi-list list "$URL/mcp"
		measure floor-search search "$URL/floor-search"
		measure fcgi-search search "$URL/mcp"
		measure floor-cgi list "http://127.0.0.1:$p2/floor"
		measure cgi-list list "http://127.0.0.1:$p2/mcp"
		measure cgi-search search "http://127.0.0.1:$p2/mcp"
		round=$((round + 1))
	done
}

median() {
	sort -n "$T/$1.rps" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# show WHAT NAME FLOOR
show() {
	awk -v what="$1" -v it="$(median "$2")" -v floor="$(median "$3")" \
	    'BEGIN { printf "%-28s %8.0f/s   floor %8.0f/s   ratio %.2f\n", what, it, floor, it / floor }'
}

exec_time() {
	as_owner "$T/bin/exec_time" "$RUNS" "$@"
}

show_exec_time() {
	real=$(exec_time "$T/bin/mcp" "$T/list.json" MCP_CGI_CONF="$conf" GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=POST \
	    REQUEST_URI=/mcp SCRIPT_NAME=/mcp QUERY_STRING= SERVER_PROTOCOL=HTTP/1.1 REMOTE_ADDR=127.0.0.1 \
	    HTTP_HOST="127.0.0.1:$p1" CONTENT_TYPE=application/json CONTENT_LENGTH="$(wc -c <"$T/list.json")" \
	    HTTP_AUTHORIZATION="Bearer $token" HTTP_MCP_PROTOCOL_VERSION=2026-07-28 HTTP_MCP_METHOD=tools/list)
	nothing=$(exec_time "$T/bin/floor_cgi" "$T/list.json")
	printf '%-28s %8d us   a program that does nothing %d us\n' 'exec to exit, tools/list' "$real" "$nothing"
}

# Proportional set size: shared pages count once altogether.  The programs hide their memory from other users.
show_memory() {
	kb=0
	n=0
	for process in /proc/[0-9]*; do
		case $(readlink "$process/exe" 2>/dev/null) in
		"$T"/bin/floor*) continue ;;
		"$T"/bin/*) ;;
		*) continue ;;
		esac
		pss=$(sed -n 's/^Pss: *\([0-9]*\) kB/\1/p' "$process/smaps_rollup" 2>/dev/null) || pss=
		[ -n "$pss" ] || continue
		kb=$((kb + pss))
		n=$((n + 1))
	done
	if [ "$n" -gt 0 ]; then
		awk -v kb="$kb" -v n="$n" 'BEGIN { printf "%-28s %8.1f MB   in %d processes\n", "PSS of all programs", kb / 1024, n }'
	else
		echo "PSS of all programs          only root can read it"
	fi
}

main() {
	trap leave EXIT
	trap 'exit 130' INT TERM
	find_ports
	conf=$T/data/mcp-cgi.conf
	make_data
	start 2 2
	token=$(echo "$password" | sh "$TREE/tests/bench/token.sh" "$URL" bench)
	write_requests
	list=$(size_of list tools/list '')
	search=$(size_of search tools/call search_knowledge_base)
	restart "$list" "$search"
	echo "$ROUNDS rounds of ${SECONDS_EACH} s, $CONNECTIONS connections; answers of $((list)) and $((search)) bytes"
	measure_all
	show 'FastCGI tools/list' fcgi-list floor-list
	show 'FastCGI search' fcgi-search floor-search
	show 'plain CGI tools/list' cgi-list floor-cgi
	show 'plain CGI search' cgi-search floor-cgi
	show_exec_time
	show_memory
}

main
