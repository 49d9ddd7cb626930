#!/bin/sh
# SPDX-License-Identifier: ISC
#
# run.sh: runs the tests and counts them.
#
#	tests/run.sh check	fences, statements, unit tests, mcpctl, wire tests in process under the sanitizers
#	tests/run.sh test	all of that, and lighttpd, Apache, the clients, the conformance suite, Chromium, fuzzing, make run itself
#	tests/run.sh all	all of that, and every web server that there is configuration for, and the tarball for arm64
#
# Every suite prints lines that begin with "ok" or "not ok"; a suite that fails without such a line counts as one
# failure.  The last line is `N passed, N failed`.
set -u
cd "$(dirname "$0")/.." || exit 1
what=${1:-test}
make=${MAKE:-make}
tap=$(mktemp)
trap 'rm -f "$tap" "$tap".*' EXIT
began=$(date +%s)
unset MCP_CGI_CONF
rm -f build/rows.*

# suite NAME COMMAND...: runs it, shows what it prints, and makes sure that a failure is counted.
suite() {
	name=$1
	shift
	echo "# $name ($(($(date +%s) - began)) s)"
	{ "$@" </dev/null 2>&1; echo $? >"$tap.status"; } | tee "$tap.out"
	cat "$tap.out" >>"$tap"
	echo "$name:$(grep -c '^ok' "$tap.out"):$(grep -c '^not ok' "$tap.out")" >>"$tap.counts"
	if [ "$(cat "$tap.status")" -ne 0 ] && ! grep -q '^not ok' "$tap.out"; then
		echo "not ok - $name: exit status $(cat "$tap.status")" | tee -a "$tap"
	fi
}

# beside FUNCTION: its suites run while others do; meet waits for them, shows what they have printed, and counts it.
beside() {
	(
		tap=$tap.beside
		: >"$tap"
		"$1"
	) >"$tap.printed" 2>&1 &
}
meet() {
	wait
	cat "$tap.printed"
	cat "$tap.beside" >>"$tap"
	cat "$tap.beside.counts" >>"$tap.counts"
}

# A build that works is one line.
build() {
	name=$1
	shift
	if "$make" -s -j2 "$@" >"$tap.build" 2>&1; then
		echo "ok - build: $name"
	else
		tail -n 30 "$tap.build"
		echo "not ok - build: $name"
		return 1
	fi
}

unit() {
	for program in build/asan/test/test_*; do
		case $program in *.d) continue ;; esac
		name=${program##*/}
		CMOCKA_MESSAGE_OUTPUT=TAP "$program" >"$tap.unit" 2>"$tap.err"
		ended=$?
		cat "$tap.err" >>"$tap.unit"
		sed -n -E "s/^\t*((not )?ok) [0-9]+ - /\1 - $name: /p" "$tap.unit"
		if ! grep -qE '^[[:space:]]*(not )?ok [0-9]+ - ' "$tap.unit" ||
			{ [ $ended -ne 0 ] && ! grep -qE '^[[:space:]]*not ok [0-9]+ - ' "$tap.unit"; }; then
			tail -n 20 "$tap.unit"
			echo "not ok - $name: ended with status $ended"
		fi
	done
}

# Node comes from npm as well: Debian's own is too old for the clients.  No package runs a script of its own.  npm 9 does not link it, so it is linked here.
node() {
	if ! cmp -s tests/package-lock.json tests/node_modules/.lock; then
		(cd tests && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null) || return 1
		mkdir -p tests/node_modules/.bin
		for program in tests/node_modules/node-linux-*/bin/node; do
			ln -sf "../${program#tests/node_modules/}" tests/node_modules/.bin/node
		done
		cp tests/package-lock.json tests/node_modules/.lock
	fi
	tests/node_modules/.bin/node --version >/dev/null && echo "ok - npm ci"
}

run_node() {
	tests/node_modules/.bin/node "$@"
}

# lib/fronts.mjs knows what they are.
fronts='fastcgi cgi apache-fcgid htaccess'
[ "$what" != all ] || fronts="$fronts apache-proxy apache-cgi htaccess-fcgid htaccess-sub nginx"

on_each() {
	for front in $fronts; do
		suite "$1, $front" run_node "tests/$1/run.mjs" "$front"
	done
}

# None of this measures time. The Debian package is also the build against shared libraries.
second_lane() {
	suite 'make dist' tests/live/dist.sh
	[ "$what" != all ] || suite 'make dist, arm64' tests/live/arm64.sh
	suite 'Debian package' tests/live/deb.sh
	suite 'manual' tests/live/manual.sh
	on_each clients
	suite 'judges, make run' run_node tests/judges/run.mjs fastcgi
	suite 'judges, make run as CGI' run_node tests/judges/run.mjs cgi
	on_each conformance
	suite 'everything' run_node tests/conformance/everything.mjs fastcgi
	suite 'browser' run_node tests/browser/run.mjs fastcgi
	suite 'inspector, make run' run_node tests/inspector/run.mjs fastcgi
	suite 'fuzz' tests/fuzz/run.sh 4
}

# What passed and what failed, a line a front; a front that a suite did not reach is a failure.
table() {
	echo '# front          wire          clients       conformance'
	for front in $fronts; do
		awk -F '[:,] *' -v front="$front" '$2 == front { n[$1] = $3 " / " $4; ran += $3 > 0 }
		END {
			printf "# %-14s %-13s %-13s %s\n", front, n["wire"], n["clients"], n["conformance"]
			printf "%s - every suite ran on %s\n", ran == 3 ? "ok" : "not ok", front
		}' "$tap.counts"
	done >"$tap.table"
	grep '^#' "$tap.table"
	echo '# (passed / failed)'
	grep -v '^#' "$tap.table" | tee -a "$tap"
}

suite 'build' build 'gcc, static-PIE' all
suite 'sanitizers' build 'gcc, ASan and UBSan' inproc unit
suite 'npm' node
[ "$what" = check ] || beside second_lane
suite 'fences' tests/house.sh
suite 'statements' tests/sql.sh
suite 'rows' tests/rows.sh
suite 'unit' unit
suite 'json schema' tests/conformance/schema_suite.sh
suite 'operator' tests/live/mcpctl.sh
suite 'wire, in process' env MCP_TESTS_JOBS=8 tests/node_modules/.bin/node tests/wire/run.mjs inproc
if [ "$what" != check ]; then
	suite 'rebuild, with clang' tests/live/rebuild.sh
	suite 'serve' tests/live/serve.sh
	suite 'fetch' tests/live/fetch.sh
	suite 'doctor' tests/live/doctor.sh
	suite 'streams' tests/live/streams.sh
	suite 'kill -9 under load' tests/live/kill.sh
	suite 'reload, newer programs, migration' tests/live/reload.sh
	suite 'https and proxies' tests/live/tls.sh
	on_each wire
	meet
	suite 'make run' tests/live/run.sh
	# shellcheck disable=SC2086
	suite 'rows on each front' tests/rows.sh fronts $fronts
	table
fi

passed=$(grep -c '^ok' "$tap")
failed=$(grep -c '^not ok' "$tap")
grep '^not ok' "$tap"
echo "# $(($(date +%s) - began)) s"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
