#!/bin/sh
# SPDX-License-Identifier: ISC
#
# run.sh: `make run` as a stranger meets it, in a copy of the tree that only its owner can enter: the server answers, a
# person can sign in, a tool can be called, Ctrl-C stops everything, a second run keeps the data.  As root it is tried
# as root and as an ordinary user.
set -u
cd "$(dirname "$0")/../.." || exit 1
here=$(pwd)
make=${MAKE:-make}
top=$(mktemp -d)
run=
failed=0
password='a password for the test'

expect() {
	if [ "$2" -eq 0 ]; then echo "ok - make run: $1"; else echo "not ok - make run: $1"; failed=1; fi
}

leave() {
	[ -z "$run" ] || kill -TERM "$run" 2>/dev/null
	rm -rf "$top"
}
trap leave EXIT

free_port() {
	tests/node_modules/.bin/node -e 's=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}

# start WHO ARGS...: make run in the background; waits until it has said where it serves.
start() {
	who=$1
	shift
	: >"$top/out"
	if [ "$who" = root ]; then
		(cd "$top/tree" && exec $as_root "$make" run PORT="$port" DEMO_USER=ada "$@") >"$top/out" 2>&1 </dev/null &
	else
		(cd "$top/tree" && exec $as "$make" run PORT="$port" DEMO_USER=ada "$@") >"$top/out" 2>&1 </dev/null &
	fi
	run=$!
	n=0
	until grep -q 'Ctrl-C stops it' "$top/out" || ! kill -0 $run 2>/dev/null || [ $n -ge 3000 ]; do
		sleep 0.1
		n=$((n + 1))
	done
	grep -q 'Ctrl-C stops it' "$top/out" || { cat "$top/out"; return 1; }
}

# stop: as Ctrl-C would, to make alone; then nothing of it may be left.
stop() {
	kill -TERM "$run" 2>/dev/null
	wait "$run" 2>/dev/null
	run=
	n=0
	while pgrep -f "$top/tree" >/dev/null || (echo >"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
		n=$((n + 1))
		[ $n -lt 60 ] || return 1
		sleep 0.1
	done
	! curl -s -o /dev/null "http://127.0.0.1:$port/"
}

# call PASSWORD: sign in, agree, and ask the search tool for something that the manual pages know.
call() {
	token=$(printf '%s\n' "$1" | sh tests/bench/token.sh "$url" ada) || return 1
	answer=$(curl -s "$url/mcp" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
	    -d '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search_knowledge_base","arguments":{"query":"refresh token"}}}')
	printf '%s' "$answer" | grep -q 'results.*snippet.*refresh'
}

# tool PASSWORD NAME: sign in, and call a tool of the site.
tool() {
	token=$(printf '%s\n' "$1" | sh tests/bench/token.sh "$url" ada) || return 1
	curl -s "$url/mcp" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
	    -d "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"$2\",\"arguments\":{\"name\":\"Ada\"}}}"
}

# put NAME PROGRAM...: a tool into the site that is served.
put() {
	name=$1
	shift
	printf '{ "description": "Greets", "scope": "read:knowledge", "inputSchema": { "type": "object" }, "run": [%s] }\n' "$*" \
	    >"$top/site/tools/$name.json.new"
	mv "$top/site/tools/$name.json.new" "$top/site/tools/$name.json"
}

# try_site WHO [copied]: make run SITE=folder, with tools in two languages.
try_site() {
	who=$1 how=${2:-}
	port=$(free_port)
	url=http://127.0.0.1:$port
	rm -rf "$top/site"
	mkdir -p "$top/site/tools"
	printf '#!/bin/sh\necho "Hello from sh, $MCP_USER"\n' >"$top/site/tools/greet.sh"
	printf 'import json, sys\nprint("Hello from Python, " + json.load(sys.stdin)["name"])\n' >"$top/site/tools/greet.py"
	chmod 755 "$top/site" "$top/site/tools" "$top/site/tools/greet.sh"
	put greet_sh '"greet.sh"'
	printf '{ "builtin": "search_knowledge_base" }\n' >"$top/site/tools/search_knowledge_base.json"
	[ "$who" = root ] || chown -R --reference="$top/tree" "$top/site"

	export DEMO_PASSWORD="$password"
	start "$who" SITE="$top/site"
	served=$?
	unset DEMO_PASSWORD
	expect "$who${how:+, $how}: serves the folder that SITE names" $served
	call "$password"
	expect "$who${how:+, $how}: a tool of that site answers" $?
	if [ -z "$how" ]; then
		tool "$password" greet_sh | grep -q 'Hello from sh, ada'
		expect "$who: so does a program of it" $?
		put greet_python '"python3", "greet.py"'
		tool "$password" greet_python | grep -q 'Hello from Python, Ada'
		expect "$who: a tool that is dropped in meanwhile is there" $?
	else
		grep -q 'Nothing can be mounted here' "$top/out"
		expect "$who, $how: says what does not work" $?
	fi
	stop
	expect "$who${how:+, $how}: and stops" $?
	! grep -q "$top" /proc/self/mountinfo
	expect "$who${how:+, $how}: no mount is left" $?
	rm -rf "$top/tree/run"
}

try() {
	who=$1
	port=$(free_port)
	url=http://127.0.0.1:$port

	export DEMO_PASSWORD="$password"
	start "$who"
	served=$?
	unset DEMO_PASSWORD
	expect "$who: serves after one command" $served
	grep -q "MCP server *$url/mcp" "$top/out" && grep -q 'sign in as *ada' "$top/out" &&
		grep -q 'modelcontextprotocol/inspector' "$top/out" && grep -q "claude mcp add" "$top/out" && grep -q 'code --add-mcp' "$top/out"
	expect "$who: prints the address, the sign-in and lines for three clients" $?
	sh tests/smoke.sh "$url" >"$top/smoke" 2>&1
	expect "$who: smoke.sh finds everything in its place" $?
	grep '^not ok' "$top/smoke" | sed 's/^/# /'
	call "$password"
	expect "$who: sign-in, consent and a tool call answer from the manual pages" $?
	"$make" -s -C "$top/tree" run PORT="$port" DATA="$top/other" >"$top/busy" 2>&1 </dev/null
	[ $? -ne 0 ] && grep -q "port $port is in use" "$top/busy" && [ ! -e "$top/other" ]
	expect "$who: a busy port is told before anything is made" $?
	[ "$(stat -c %a "$top/tree/run")" = 700 ] && [ "$(stat -c %a "$top/tree/run/mcp.db")" = 600 ] && [ "$(stat -c %a "$top/tree/run/mcp-cgi.conf")" = 600 ]
	expect "$who: settings and database are for nobody else" $?
	[ "$(stat -c %U "$top/tree/run/mcp.db")" = "$owner" ]
	expect "$who: the data belongs to $owner" $?
	! grep -rq "$password" "$top/tree/run" "$top/out" && ! grep -aq "$password" /proc/[0-9]*/cmdline 2>/dev/null
	expect "$who: the password is in no file and no process list" $?
	stop
	expect "$who: a signal stops everything" $?

	start "$who" FRONT=cgi
	expect "$who: a second run, as plain CGI" $?
	call "$password"
	expect "$who: keeps the data: the same sign-in works" $?
	grep -q 'as printed when ada was made' "$top/out"
	expect "$who: and does not know the password" $?
	stop
	expect "$who: a signal stops that, too" $?
	rm -rf "$top/tree/run"

	start "$who"
	generated=$(sed -n 's/^  password *//p' "$top/out")
	[ "${#generated}" -ge 12 ] && call "$generated"
	expect "$who: without DEMO_PASSWORD it prints one that works" $?
	stop
	expect "$who: and stops" $?
	rm -rf "$top/tree/run"
}

if [ "$(id -u)" -eq 0 ]; then
	chmod 700 "$top"
	mkdir -m 700 "$top/tree"
	git ls-files -co --exclude-standard -z | tar --null -T - -cf - | tar -xf - -C "$top/tree"
	as='' as_root='' owner=www-data
	try root
	try_site root
	# As in most containers: a root that may not mount.
	as_root='setpriv --bounding-set=-sys_admin'
	try_site root copied
	chmod 711 "$top"
	chown -R www-data:www-data "$top/tree"
	as='setpriv --reuid=www-data --regid=www-data --clear-groups env HOME=/nonexistent' owner=www-data
	try user
	try_site user
else
	mkdir -m 700 "$top/tree"
	git ls-files -co --exclude-standard -z | tar --null -T - -cf - | tar -xf - -C "$top/tree"
	as='' owner=$(id -un)
	try user
	try_site user
fi
cd "$here" || exit 1
exit $failed
