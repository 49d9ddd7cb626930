#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Compares the rows of the security table (rows.list) with the tests that carry their ids and with the list of those
# that wait (ROWS). Prints how many there are of each; fails when a row has neither, when one has both, when one
# waits without a reason, or when a test carries an id of a listed group that is not on the list.

set -eu
cd "$(dirname "$0")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

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
grep -E '^(MD|RG|AU|LG|CO|TC|TR|BR)-' "$work/tested" | comm -23 - "$work/listed" >"$work/out"
complain 'has a test, and is not in rows.list' <"$work/out"

tested=$(wc -l <"$work/tested")
waiting=$(wc -l <"$work/waiting")
listed=$(wc -l <"$work/listed")
covered=$(comm -12 "$work/listed" "$work/tested" | wc -l)
echo "rows with a test: $tested"
echo "rows that wait: $waiting"
echo "rows of rows.list with a test: $covered of $listed"
exit "$bad"
