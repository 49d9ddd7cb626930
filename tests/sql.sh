#!/bin/sh
# SPDX-License-Identifier: ISC
#
# sql.sh: every statement of schema/*.sql, prepared and explained by SQLite on an empty file.  None may scan a table
# that can grow; the few that are meant to are named here.  Prints a line a statement.
set -u
cd "$(dirname "$0")/.." || exit 1
db=$(mktemp -d)
trap 'rm -rf "$db"' EXIT
failed=0

sqlite3 "$db/x.db" <schema/schema.sql >/dev/null || exit 1

# The operator lists users, clients, grants and documents, makes the redirect rules, and drops what is over without an index that
# tells when: these read all of their rows.  user_find_any reads one.
meant='^(user_each|document_each|document_count|user_find_any|pinned_each|redirect_rule_each|list_(clients|grants|waiting)|task_each|reap_(code|access|refresh|session|question|cancelled|stream))$'

awk '/^-- [a-z_]+: [a-z ]+$/ { name = substr($2, 1, length($2) - 1); text = ""; next }
     name && !/^--/ && NF { text = text " " $0 }
     name && /;[ \t]*$/ { print name "\t" text; name = "" }' $(ls schema/*.sql | grep -vE '/(schema|migrate_[0-9]+)\.sql$') >"$db/all"

while IFS='	' read -r name text; do
	plan=$(printf 'EXPLAIN QUERY PLAN %s\n' "$text" | sqlite3 "$db/x.db" 2>&1)
	bad=$(printf '%s\n' "$plan" | grep -E 'Error|SCAN' | grep -vE 'SCAN (gathered|document_text VIRTUAL TABLE INDEX|CONSTANT ROW|[0-9]+ CONSTANT|limits USING (COVERING )?INDEX limits_by_last)')
	if [ -z "$bad" ] || printf '%s' "$name" | grep -qE "$meant"; then
		echo "ok - sql: $name"
	else
		echo "not ok - sql: $name"
		printf '%s\n' "$plan" | sed 's/^/#   /'
		failed=1
	fi
done <"$db/all"
exit $failed
