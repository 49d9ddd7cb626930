#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Compares the rows of the security table (rows.list) with the tests that carry their ids and with the list of those
# that wait (ROWS). Prints how many there are of each, and which rows have no test; fails when a row has neither, when
# one has both, when one waits without a reason, or when a test carries an id of a listed group that is not on the list.

#
# `rows.sh fronts [FRONT...]` reads what wire/run.mjs has left behind in build/rows.FRONT instead: every row has to have passed
# behind each of the fronts (lighttpd with FastCGI and as plain CGI, unless they are named), but for those that wait and those
# that this front cannot have: EN-10 and EN-12 are about records of FastCGI and workers that are replaced; EN-07 and EN-08 start
# a program from a shell, as CGI does; BR-13 starts an Apache of its own beside lighttpd; HO-10 to HO-13 are about plain CGI,
# .htaccess, units of systemd and mod_fcgid; SU is the page of set-up, to which .htaccess leads alone, and lighttpd in its tests; ST-10 needs
# another clock, which a static program cannot be given.

set -eu
cd "$(dirname "$0")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

on_fronts() {
	grep -oE '^[A-Z]{2}-[0-9]{2}[a-z]?' rows.list | sort >"$work/all"
	grep -vE '^(#|$)' ROWS | awk '{ print $1 }' | sort >"$work/waiting"
	failed=0
	[ $# -gt 0 ] || set -- fastcgi cgi
	for front; do
		case $front in
		fastcgi) other='EN-0[78]|HO-1[0-35]' ;;
		cgi) other='EN-1[02]|HO-1[1-35]' ;;
		apache-fcgid) other='BR-13|EN-0[78]|EN-1[02]|HO-1[0-25]|SU-[0-9]+' ;;
		apache-proxy) other='BR-13|EN-0[78]|HO-1[0135]|SU-[0-9]+' ;;
		htaccess-fcgid) other='BR-13|EN-1[02]|HO-1[02]' ;;
		htaccess*) other='BR-13|EN-1[02]|HO-1[23]' ;;
		*) other='BR-13|EN-1[02]|HO-1[1-35]|SU-[0-9]+' ;;
		esac
		grep -vxE "$other|ST-10" "$work/all" | comm -23 - "$work/waiting" >"$work/both"
		if [ -s "../build/rows.$front" ]; then
			comm -23 "$work/both" "../build/rows.$front" >"$work/out"
		else
			cp "$work/both" "$work/out"
		fi
		if [ -s "$work/out" ]; then
			echo "not ok - rows: not passed behind $front: $(paste -sd' ' "$work/out")"
			failed=1
		else
			echo "ok - rows: all $(wc -l <"$work/both") passed behind $front"
		fi
	done
	exit "$failed"
}

if [ "${1:-}" = fronts ]; then
	shift
	on_fronts "$@"
fi

cat wire/*.test.mjs | tr '\n\t' '  ' | grep -oE "\brow\( *'[A-Z]{2}-[0-9]{2}[a-z]?'" | sed "s/.*'\(.*\)'/\1/" |
	sort -u >"$work/tested"
grep -vE '^(#|$)' ROWS | awk '{ print $1 }' | sort >"$work/waiting"
grep -vE '^(#|$)' rows.list | awk '{ print $1 }' | sort >"$work/listed"

bad=0
complain() {
	while read -r id; do
		echo "rows.sh: $id $1" >&2
		bad=1
	done
}

sort -u "$work/tested" "$work/waiting" >"$work/known"
comm -23 "$work/listed" "$work/known" >"$work/out"
complain 'has neither a test nor a line in ROWS' <"$work/out"
comm -12 "$work/tested" "$work/waiting" >"$work/out"
complain 'has a test and still a line in ROWS' <"$work/out"
uniq -d "$work/waiting" >"$work/out"
complain 'stands twice in ROWS' <"$work/out"
uniq -d "$work/listed" >"$work/out"
complain 'stands twice in rows.list' <"$work/out"
grep -vE '^(#|$)' ROWS | awk 'NF < 3 { print $1 }' >"$work/out"
complain 'waits in ROWS without a reason' <"$work/out"
comm -13 "$work/listed" "$work/waiting" >"$work/out"
complain 'waits in ROWS, and is not in rows.list' <"$work/out"
groups=$(sed 's/-.*//' "$work/listed" | sort -u | paste -sd'|')
grep -E "^($groups)-" "$work/tested" | comm -23 - "$work/listed" >"$work/out"
complain 'has a test, and is not in rows.list' <"$work/out"

comm -12 "$work/listed" "$work/tested" >"$work/covered"
comm -23 "$work/listed" "$work/tested" >"$work/bare"
echo "rows with a test: $(wc -l <"$work/tested")"
echo "rows that wait: $(wc -l <"$work/waiting")"
echo "rows of rows.list with a test: $(wc -l <"$work/covered") of $(wc -l <"$work/listed")"
if [ -s "$work/bare" ]; then
	echo "rows of rows.list without a test: $(paste -sd' ' "$work/bare")"
else
	echo "rows of rows.list without a test: none"
fi
exit "$bad"
