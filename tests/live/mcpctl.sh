#!/bin/sh
# SPDX-License-Identifier: ISC
#
# mcpctl.sh: the operator's command as an operator meets it: what it prints for people and for programs, what it refuses and with
# which exit status, and what stays as it was.  What the web programs write is put into the database by hand here; with real
# programs it is in tests/wire/.
set -u
cd "$(dirname "$0")/../.." || exit 1
ctl=$(pwd)/${BUILD:-build}/bin/mcpctl
top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
failed=0
export MCP_CGI_CONF="$top/in/mcp-cgi.conf"
db=$top/in/mcp.db

# run ARGUMENT...: leaves status, $top/out and $top/err; stdin is what came.
run() {
	"$ctl" "$@" >"$top/out" 2>"$top/err"
	status=$?
}

reason=
no() {
	[ -n "$reason" ] || reason=$*
}
exits() {
	[ "$status" -eq "$1" ] || no "exit status $status instead of $1: $(head -c 300 "$top/err")"
}
prints() {
	grep -qF -e "$1" "$top/out" || no "'$1' is not printed: $(head -c 300 "$top/out")"
}
never_prints() {
	! grep -qF -e "$1" "$top/out" "$top/err" || no "'$1' is printed"
}
says() {
	grep -qF -e "$1" "$top/err" || no "'$1' is not said: $(head -c 300 "$top/err")"
}
silent() {
	[ ! -s "$top/out" ] || no "printed: $(head -c 200 "$top/out")"
}
# row QUERY: what it gives.
row() {
	sqlite3 "$db" ".timeout 2000" "$1"
}
is() {
	got=$(row "$1")
	[ "$got" = "$2" ] || no "$1: '$got' instead of '$2'"
}
# member NAME: out of the JSON object that was printed.
member() {
	sed -n 's/.*"'"$1"'":"\([^"]*\)".*/\1/p' "$top/out"
}
check() {
	if [ -z "$reason" ]; then
		echo "ok - mcpctl: $1"
	else
		printf 'not ok - mcpctl: %s: %s\n' "$1" "$(printf '%s' "$reason" | tr '\n' ' ')"
		failed=1
	fi
	reason=
}
# json: the output is one JSON document and one line.
json() {
	[ "$(wc -l <"$top/out")" -eq 1 ] || no "$(wc -l <"$top/out") lines of JSON"
	[ "$(sqlite3 :memory: "SELECT json_valid(CAST(readfile('$top/out') AS TEXT))")" = 1 ] || no "no JSON: $(head -c 200 "$top/out")"
}

settings() {
	printf '%s\n' 'issuer = https://mcp.example.org' 'password_ln = 10' "$@" >"$MCP_CGI_CONF"
}

run init --issuer https://mcp.example.org
exits 0
settings
check 'init makes an installation'

mkdir "$top/data"
run --config "$top/elsewhere/mcp-cgi.conf" init --issuer https://mcp.example.org --database "$top/data/mcp.db"
exits 0
grep -qxF "database = $top/data/mcp.db" "$top/elsewhere/mcp-cgi.conf" || no 'the settings do not name the database'
[ -s "$top/data/mcp.db" ] && [ ! -e "$top/elsewhere/mcp.db" ] || no 'the database is not where it was asked for'
run --config "$top/elsewhere/mcp-cgi.conf" init --database "$top/data/other.db"
exits 1
says 'nothing was changed'
run --config "$top/none/mcp-cgi.conf" init --database mcp.db
exits 1
says 'begins with a slash'
[ ! -e "$top/none" ] || no 'a refused init leaves something'
check 'init puts the database where it is asked to'

# ---- documentation ------------------------------------------------------------------------------------------------

keys() {
	sed -n 's/^	{ "\([a-z_]*\)",.*/\1/p' common/conf_key.c
}
for key in $(keys); do
	grep -qx "\.It Ql $key" cgi/mcp-cgi.conf.5 || no "$key is not in the manual page"
done
for key in $(sed -n 's/^\.It Ql \([a-z_]*\)$/\1/p' cgi/mcp-cgi.conf.5); do
	keys | grep -qx "$key" || no "there is no key $key"
done
[ "$(keys | wc -l)" -ge 45 ] || no "only $(keys | wc -l) keys were found"
# A default that is a word or a number is in the manual page as it is in the table.
keys_with_default() {
	tr '\n' ' ' <common/conf_key.c | grep -oE '\{ "[a-z_]+", (NUMBER|RATE|SWITCH|MODE), AT\([^)]*\), [0-9]+, [0-9]+, "[^"]*"' |
		sed 's/{ "\([a-z_]*\)", [A-Z]*,.*, "\([^" ]*\)[^"]*"$/\1 \2/'
}
keys_with_default | while read -r key value; do
	awk -v key="$key" '$1 == ".It" { here = $3 == key } here' cgi/mcp-cgi.conf.5 | tr '\n' ' ' |
		grep -qE "Default: (\.Ql )?${value}[ ,.;]" || echo "$key = $value"
done >"$top/wrong"
[ ! -s "$top/wrong" ] || no "other defaults in the manual page: $(tr '\n' ' ' <"$top/wrong")"
[ "$(keys_with_default | wc -l)" -ge 30 ] || no "only $(keys_with_default | wc -l) defaults were found"
check 'mcp-cgi.conf(5) has every key with its default, and no other'

run --help
exits 0
sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) \([a-z]*\) .*/\1 \2/p' "$top/out" >"$top/commands"
[ "$(wc -l <"$top/commands")" -ge 28 ] || no "only $(wc -l <"$top/commands") commands"
while read -r noun verb; do
	grep -E '^\.(It )?Cm ' cgi/mcpctl.1 | grep -qE "^\.It Cm $noun( $verb)?( |\$)" || no "$noun $verb is not in the manual page"
	run $noun $verb --help
	[ $status -eq 0 ] && grep -q "^mcpctl $noun" "$top/out" || no "$noun $verb --help"
	run $noun $verb --no-such-option
	exits 2
	says usage:
	silent
done <"$top/commands"
check 'every command is in mcpctl(1), explains itself and refuses an unknown option'

# ---- clients ------------------------------------------------------------------------------------------------------

run client add nightly --scope read:knowledge --json
exits 0
json
says 'client_credentials = off'
id=$(member client_id)
secret=$(member client_secret)
case $id in c_??????????????????????) ;; *) no "client_id $id" ;; esac
case $secret in mcps_*) ;; *) no "client_secret $secret" ;; esac
is "SELECT kind || ' ' || grant_types || ' ' || scope || ' ' || auth_method || ' ' || length(secret) FROM client WHERE id = '$id'" \
	'operator client_credentials read:knowledge client_secret_basic 32'
is "SELECT count(*) FROM audit WHERE event = 'register' AND client_id = '$id' AND why = 'made by the operator'" 1
! grep -qaF "$secret" "$db" "$db-wal" 2>/dev/null || no 'the secret is in the database'
check 'client add makes a machine; its secret is shown once and not kept'

run client add 'an app' --redirect https://a.example/cb --redirect http://127.0.0.1/cb --method none
exits 0
never_prints mcps_
is "SELECT grant_types || redirect_uris || (secret IS NULL) FROM client WHERE name = 'an app'" \
	'authorization_code refresh_token["https://a.example/cb","http://127.0.0.1/cb"]1'
run client add rs --introspect HTTPS://MCP.example.org:443/mcp/
exits 0
says 'introspection = off'
is "SELECT introspects || '|' || grant_types FROM client WHERE name = 'rs'" 'https://mcp.example.org/mcp|'
settings 'client_credentials = on' 'introspection = on'
run client add both --introspect https://mcp.example.org/mcp --scope 'read:* write:knowledge' --method client_secret_post
exits 0
[ ! -s "$top/err" ] || no "said: $(cat "$top/err")"
is "SELECT grant_types || '|' || scope FROM client WHERE name = 'both'" 'client_credentials|read:* write:knowledge'
check 'client add makes applications and resource servers, and warns when the settings do not let them'

before=$(row 'SELECT count(*) FROM client')
refuse() {
	run client add "$@"
	[ $status -ne 0 ] && [ -s "$top/err" ] || no "client add $*: exit status $status"
	silent
}
refuse x --scope no:such
refuse x --scope 'rea*'
refuse x --scope '*:knowledge'
refuse x --scope 'read:knowledge  write:knowledge'
refuse x --resource https://other.example/mcp
refuse x --introspect https://other.example/mcp
refuse x --redirect javascript:alert
refuse x --redirect http://a.example/
refuse x --method none
refuse x --method none --redirect https://a.example/ --introspect https://mcp.example.org/mcp
refuse x --method private_key_jwt
refuse x --method magic
refuse x --jwks-uri http://a.example/
refuse x --jwks-uri https://a.example/ --method client_secret_basic
refuse x --jwks /nonexistent
refuse x --jwks "$MCP_CGI_CONF"
refuse x --scope read:knowledge --scope write:knowledge
refuse x y
refuse ''
refuse "$(printf 'a\nb')"
refuse
is 'SELECT count(*) FROM client' "$before"
check 'client add refuses what cannot work, and makes nothing then'

jwks='{"keys":[{"kty":"EC","crv":"P-256","kid":"k","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}'
printf '%s\n' "$jwks" >"$top/jwks"
run client add keyed --jwks "$top/jwks" --json
exits 0
json
never_prints mcps_
is "SELECT auth_method || keys FROM client WHERE name = 'keyed'" "private_key_jwt$jwks"
printf '%s\n' "$jwks" | sed 's/"kid"/"d":"AAAA","kid"/' >"$top/jwks"
refuse x --jwks "$top/jwks"
check 'client add takes public keys, and no private ones'

row "INSERT INTO client (id, name, auth_method, redirect_uris, grant_types, scope, metadata, created_at, waits) VALUES
 ('c_wild', char(27) || '[31m' || char(10) || 'x' || char(8238) || 'y\"\\', 'none', '[\"https://w.example/cb\"]',
 'authorization_code refresh_token', '', '{}', 1780000000, 1)"
run client list
exits 0
prints 'c_wild  registered  waits     2026-05-28    0  ?[31m?x?y"\'
[ "$(wc -l <"$top/out")" -eq "$(row 'SELECT count(*) FROM client')" ] || no 'number of lines'
run client list --json
exits 0
json
prints '\u001b[31m\u000ax'
run client show c_wild --json
json
prints '"redirect_uris":["https://w.example/cb"]'
run client show c_wild
exits 0
prints 'registered, waits'
! grep -q "$(printf '\033')" "$top/out" || no 'a control character is printed'
run client show c_none
exits 1
says 'there is no client'
check 'what a stranger has written is one line for people and strict JSON for programs'

run client approve c_wild
exits 0
is "SELECT waits FROM client WHERE id = 'c_wild'" 0
run client approve c_wild
exits 0
prints 'nothing was changed'
run client disable c_wild
exits 0
is "SELECT disabled_at > 0 FROM client WHERE id = 'c_wild'" 1
run client enable c_wild
exits 0
is "SELECT disabled_at FROM client WHERE id = 'c_wild'" 0
is "SELECT group_concat(why) FROM audit WHERE client_id = 'c_wild'" \
	'approved by the operator,disabled by the operator,enabled by the operator'
for verb in approve disable enable delete show; do
	run client $verb c_none
	exits 1
done
check 'client approve, disable and enable, each with a row of the audit'

mkdir "$top/documents"
document() {
	printf '{"client_id":"https://%s.example/client.json","client_name":"%s","redirect_uris":["https://%s.example/cb"]}\n' "$1" "$2" "$1"
}
document one One >"$top/documents/1.json"
document two Two >"$top/documents/2.json"
document three Three >"$top/documents/notes.txt"
run client import "$top/documents"
exits 0
prints 'https://one.example/client.json  One'
is 'SELECT count(*) FROM pinned WHERE fallback = 0' 2
run client list
prints 'https://two.example/client.json  document    imported'
run client show https://two.example/client.json
prints '["https://two.example/cb"]'
document one Uno >"$top/documents/1.json"
document two '' >"$top/documents/2.json"
run client import --fallback "$top/documents"
exits 1
says '2.json'
is "SELECT count(*) FROM pinned WHERE document LIKE '%Uno%' OR fallback" 0
run client import --fallback "$top/documents/1.json"
exits 0
prints '(replaced)'
is "SELECT fallback FROM pinned WHERE document LIKE '%Uno%'" 1
for file in "$top/jwks" "$top/nothing" "$top/in" "$top/documents/notes.txt $top/documents/notes.txt"; do
	run client import $file
	exits 1
	silent
done
is 'SELECT count(*) FROM pinned' 2
check 'client import takes all documents or none, and a folder of them'

# ---- grants and tokens --------------------------------------------------------------------------------------------

printf 'a password for ada\n' | "$ctl" user add ada --password-stdin >/dev/null || no 'user add'
later=$(($(date +%s) + 9999))
row "INSERT INTO grants (id, user_id, client_id, scope, resource, attempt, created_at, used_at, expires_at) VALUES
 (1, 1, 'c_wild', 'read:knowledge', 'https://mcp.example.org/mcp', 'aaaaaaaaaaaaaaa1', 1780000000, 1780086400, $later),
 (2, 1, '$id', 'write:knowledge', 'https://mcp.example.org/mcp', '', 1780000000, 0, $later),
 (3, NULL, '$id', 'read:knowledge', 'https://mcp.example.org/mcp', '', 1780000000, 0, 1780000001),
 (4, 1, 'c_wild', 'write:knowledge', 'https://mcp.example.org/mcp', '', 1780000000, 0, $later)"
run grant list
exits 0
prints '1  live  2026-05-28  2026-05-29  ada  ?[31m?x?y"\  read:knowledge  c_wild'
prints '3  expired  2026-05-28  never  (machine)  nightly  read:knowledge'
run grant list --user ADA --client "$id" --json
json
prints '"id":2,'
never_prints '"id":1,'
run grant list --user nobody
exits 1
run grant list --client c_none
exits 1
run grant revoke 1 99
exits 1
is 'SELECT count(*) FROM grants WHERE revoked_at' 0
run grant revoke 1
exits 0
prints '1 grant ended'
is "SELECT attempt || ' ' || user || ' ' || client_id || ' ' || why FROM audit WHERE event = 'revoke'" \
	'aaaaaaaaaaaaaaa1 ada c_wild revoked by the operator'
run grant revoke --client c_wild
exits 0
prints '1 grant ended'
run grant revoke --user ada
prints '1 grant ended'
for words in '' '1 --user ada' 'x' '-1' '0' '1x'; do
	run grant revoke $words
	[ $status -ne 0 ] || no "grant revoke $words"
done
is 'SELECT group_concat(id) FROM grants WHERE revoked_at = 0' 3
check 'grant list and grant revoke'

# A token is 43 characters and a checksum; these were made once for this test, and their digests are put where the programs would.
token=mcpa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0000
printf '%s\n' "$token" | "$ctl" token revoke >"$top/out" 2>"$top/err"
status=$?
exits 1
never_prints "$token"
run token revoke "$token" </dev/null
exits 2
never_prints "$token"
run token revoke </dev/null
exits 1
check 'token revoke takes no token as an argument, and repeats none'

run client delete c_wild
exits 0
prints 'is gone'
is "SELECT count(*) FROM client WHERE id = 'c_wild'" 0
is "SELECT count(*) FROM grants WHERE client_id = 'c_wild'" 0
run client delete https://one.example/client.json
exits 0
prints 'imported document'
is 'SELECT count(*) FROM pinned' 1
check 'client delete takes the grants and the imported document along'

row "UPDATE user SET disabled_at = 0; INSERT INTO grants (user_id, client_id, scope, resource, created_at, expires_at)
 VALUES (1, '$id', 's', 'r', 1, $later)"
run user disable ada
exits 0
is 'SELECT count(*) FROM grants WHERE user_id = 1 AND revoked_at = 0' 0
is "SELECT why FROM audit WHERE event = 'account' AND user = 'ada'" 'disabled by the operator'
run user enable ada
check 'user disable ends the grants, with a row of the audit for each and one for the user'

# ---- documents ----------------------------------------------------------------------------------------------------

printf '# Handbook\n\nFirst line.\n\033[31mSecond \302\233line.\n\n## Part two\n\nMore.\n' >"$top/handbook.md"
run document import "$top/handbook.md"
exits 0
prints 'imported 2 documents'
is "SELECT group_concat(kind || about || coalesce(user_id, '')) FROM change" resources
row "INSERT INTO document (id, user_id, title, content, tags, created_at, updated_at, private)
 VALUES (5000000000, 1, 'My' || char(27) || 'own', 'secret', 'a' || char(10) || 'b', 1780000000, 1780086400, 1);
 INSERT INTO document_text (rowid, title, content, tags) SELECT id, title, content, tags FROM document WHERE private"
run document list
exits 0
prints 'operator  Handbook: Part two'
prints '5000000000  2026-05-28  ada  private  My?own'
run document list --json
json
prints '"title":"Handbook: Part two","tags":[],"author":"operator","private":false,'
prints '{"id":5000000000,"title":"My\u001bown","tags":["a","b"],"author":"ada","private":true,"created_at":1780000000,"updated_at":1780086400}'
never_prints secret
run document show 1
exits 0
prints 'document   1'
prints 'First line.'
prints '?[31mSecond ?line.'
never_prints "$(printf '\033')"
run document show 5000000000 --json
json
prints '"content":"secret"}'
run document show 5000000000
prints 'document   5000000000, private'
prints 'changed    2026-05-29 20:26:40'
for words in '' 0 x -1 '1 2' '1 --xml' 99; do
	run document show $words
	[ $status -ne 0 ] || no "document show $words"
	silent
done
check 'document import, list and show, private or not, with nothing that drives a terminal'

row 'DELETE FROM change'
for words in '' x '1 x' '1 99' '1 1' '1 --all'; do
	run document delete $words
	[ $status -ne 0 ] || no "document delete $words"
	silent
done
is 'SELECT count(*) FROM document' 3
is 'SELECT count(*) FROM change' 0
run document delete 1 5000000000
exits 0
prints '2 documents are gone'
is 'SELECT group_concat(title) FROM document' 'Handbook: Part two'
is "SELECT group_concat(kind || about || coalesce(':' || user_id, ''), ' ') FROM change" \
	'resourcekb:///documents/1 resources resourcekb:///documents/5000000000:1 resources:1'
row "INSERT INTO document_text (document_text, rank) VALUES ('integrity-check', 1)"
is "SELECT count(*) FROM document_text WHERE document_text MATCH 'secret OR first'" 0
run document delete 2
prints '1 document is gone'
check 'document delete removes all or none, keeps the index, and is heard of by those who may'

# ---- redirects and scopes -----------------------------------------------------------------------------------------

run redirect allow 'https://*.example.org/cb'
exits 0
run redirect deny evil:
exits 0
run redirect list --json
json
prints '"rule":"deny","pattern":"evil:"'
run redirect list
prints 'allow'
for pattern in '' x 'https://a b/' 'javascript:*' 'https://user@a/'; do
	run redirect allow "$pattern"
	exits 1
	[ -s "$top/err" ] || no "no reason for $pattern"
done
run redirect drop 1
exits 0
run redirect drop 1
exits 1
is 'SELECT count(*) FROM redirect_rule' 1
check 'redirect allow, deny, list and drop'

settings '[resource https://mcp.example.org/team/mcp]' 'scopes = read:knowledge' '[scope write:knowledge]' 'implies = read:knowledge' \
	'[scope admin:x]' 'words = Do everything' 'implies = write:knowledge'
run scope list
exits 0
prints 'admin:x  Do everything'
prints 'implies write:knowledge'
run scope list --json
json
prints '"name":"read:knowledge"'
prints '"resources":["https://mcp.example.org/mcp","https://mcp.example.org/team/mcp"]'
run scope test admin:x 'read:knowledge write:knowledge'
exits 0
prints covered
run scope test read:knowledge 'read:knowledge admin:x no:such'
exits 1
prints 'admin:x is missing'
prints 'no:such is missing, and no scope of these settings'
run scope test '' read:knowledge
exits 1
run scope test 'read:*' read:knowledge
exits 0
run scope test '*' offline_access
exits 1
run scope test read:knowledge
exits 2
run scope test read:knowledge '"'
exits 2
settings
check 'scope list and scope test'

# A site with one good file of each kind, and some that are none.
site=$(dirname "$MCP_CGI_CONF")/site
mkdir -p "$site/tools" "$site/prompts" "$site/resources"
cat >"$site/tools/greet.json" <<'END'
{ "description": "Greets", "scope": "read:knowledge", "run": ["greet.sh"],
  "inputSchema": { "type": "object", "properties": { "name": { "type": "string" } }, "required": ["name"] } }
END
cat >"$site/tools/greet.sh" <<'END'
#!/bin/sh
cat >/dev/null
case $MCP_ANSWERS in *accept*) echo "Hello, $MCP_USER: $MCP_ANSWERS" ;; *) echo '{"ask": {"who": "Who is it?"}}' ;; esac
END
chmod 755 "$site/tools/greet.sh"
printf -- '---\nargument x (required): X\n---\nHello {{x}}\n' >"$site/prompts/hi.md"
printf 'Hello {{x}}\n' >"$site/prompts/bad.md"
printf 'some text' >"$site/resources/a.txt"
printf '\000\001\377' >"$site/resources/z.bin"
printf '{\n"uri": "x:y",\n' >"$site/resources/b.resource.json"
printf '{ "scope": "read:moon" }' >"$site/resources/a.txt.meta.json"
chmod -R go-w "$site"
run site check
exits 1
prints '1 tools, 1 prompts, 1 resources, 3 faults'
says 'prompts/bad.md:1: has a hole'
says 'resources/b.resource.json:3: is not JSON'
says 'resources/a.txt.meta.json: scope read:moon is not in the settings'
rm "$site/prompts/bad.md" "$site/resources/b.resource.json" "$site/resources/a.txt.meta.json"
run site check
exits 0
prints '1 tools, 1 prompts, 2 resources, 0 faults'
check 'site check looks through all three shelves, and no broken file hides another'

run tool call greet '{"name":"A"}' --user ada </dev/null
exits 1
says 'Who is it?'
says "--answer 'who=JSON'"
run tool call greet '{"name":"A"}' --user ada --answer 'who="Zoe"'
exits 0
prints 'Hello, ada: {"who":{"action":"accept","content":{"answer":"Zoe"}}}'
run tool call greet '{"name":"A"}' --answer 'who={"answer":"Zoe"}' --json
exits 0
prints '"resultType":"complete"'
run tool call greet '{}' --user ada
exits 1
prints 'name'
run tool call greet 'x' --user ada
exits 1
says 'one JSON object'
run tool call greet '{"name":"A"}' --scope write:knowledge
exits 1
says "needs the scope 'read:knowledge'"
run tool call absent
exits 1
says 'Unknown tool'
run tool call greet --user nobody-here
exits 1
says 'there is no user'
run resource read site:///a.txt
exits 0
prints 'some text'
"$ctl" resource read site:///z.bin >"$top/z" 2>/dev/null
cmp -s "$top/z" "$site/resources/z.bin" || no 'bytes are not as they were'
run resource read site:///../mcp-cgi.conf
exits 1
says 'not found'
run prompt get hi '{"x":"Ada"}'
exits 0
prints 'Hello Ada'
run prompt get hi
exits 1
says 'x is missing'
rm -r "$site"
check 'tool call, resource read and prompt get do as a client does'

# ---- trace and audit ----------------------------------------------------------------------------------------------

row "DELETE FROM audit; INSERT INTO audit (at, attempt, request, event, outcome, why, user, client_id, resource, address) VALUES
 (1780000000, 'aaaaaaaaaaaaaaa1', 'aaaaaaaaaaaaaaa1', 'authorize', 'ok', '', NULL, '$id', 'https://mcp.example.org/mcp', '192.0.2.1'),
 (1780000001, 'aaaaaaaaaaaaaaa2', 'aaaaaaaaaaaaaaa2', 'authorize', 'ok', '', NULL, '$id', 'https://mcp.example.org/mcp', '192.0.2.2'),
 (1780000002, 'aaaaaaaaaaaaaaa1', 'aaaaaaaaaaaaaaa3', 'sign-in', 'invalid_request', 'wrong password', 'ada', NULL, NULL, '192.0.2.1'),
 (1780000003, 'aaaaaaaaaaaaaaa1', 'aaaaaaaaaaaaaaa4', 'sign-in', 'invalid_request', 'wrong password', 'ada', NULL, NULL, '192.0.2.1'),
 (1780000004, 'aaaaaaaaaaaaaaa1', 'aaaaaaaaaaaaaaa5', 'sign-in', 'ok', '', 'ada', NULL, NULL, '192.0.2.1'),
 (1780000005, 'aaaaaaaaaaaaaaa1', 'aaaaaaaaaaaaaaa6', 'consent', 'ok', '', 'ada', '$id', NULL, '192.0.2.1'),
 (1780000006, 'aaaaaaaaaaaaaaa1', 'aaaaaaaaaaaaaaa7', 'token', 'invalid_grant', 'code_verifier does not fit', 'ada', '$id', NULL, '192.0.2.9'),
 (1780000007, '', 'aaaaaaaaaaaaaaa8', 'authorize', 'invalid_request', 'redirect_uri is ' || char(27) || CAST(x'c3' AS TEXT), NULL, 'c_x', NULL, '192.0.2.3'),
 (1780000008, '', 'aaaaaaaaaaaaaaa9', 'register', 'ok', '', NULL, 'c_y', NULL, '192.0.2.4')"
run trace
exits 0
cat >"$top/wanted" <<EOF
2026-05-28 20:26:47  aaaaaaaaaaaaaaa8  c_x  nobody  192.0.2.3
    authorize   redirect_uri is ?? (invalid_request)
2026-05-28 20:26:41  aaaaaaaaaaaaaaa2  nightly ($id)  nobody  192.0.2.2
    authorize   ok
    sign-in     did not come to this
2026-05-28 20:26:40  aaaaaaaaaaaaaaa1  nightly ($id)  ada  192.0.2.1
    authorize   ok
    sign-in     wrong password (invalid_request)  (2 times, last 2026-05-28 20:26:43)
    sign-in     ok
    consent     ok
    token       code_verifier does not fit (invalid_grant)
EOF
cmp -s "$top/out" "$top/wanted" || no "trace: $(cat "$top/out")"
check 'trace shows how far each attempt came, and why not further'

run trace --json 2
exits 0
json
[ "$(sqlite3 :memory: "SELECT json_array_length(CAST(readfile('$top/out') AS TEXT))")" = 2 ] || no 'number of attempts'
prints '"missing":"sign-in"'
prints '"id":"aaaaaaaaaaaaaaa8"'
run trace aaaaaaaaaaaaaaa7
exits 0
prints '2026-05-28 20:26:40  aaaaaaaaaaaaaaa1'
prints 'code_verifier'
run trace aaaaaaaaaaaaaaa9
exits 0
prints 'register    ok'
run trace aaaaaaaaaaaaaaaa
exits 1
for word in 0 -1 1001 x aaaa AAAAAAAAAAAAAAA1; do
	run trace $word
	exits 2
done
check 'trace of so many, and of one reference'

run audit
exits 0
[ "$(wc -l <"$top/out")" -eq 9 ] || no "$(wc -l <"$top/out") lines"
while read -r line; do
	printf '%s' "$line" >"$top/line"
	[ "$(sqlite3 :memory: "SELECT json_valid(CAST(readfile('$top/line') AS TEXT))")" = 1 ] || no "no JSON: $line"
done <"$top/out"
iconv -f UTF-8 -t UTF-8 "$top/out" >/dev/null 2>&1 || no 'it is not UTF-8'
run audit --since 2026-05-28T20:26:47Z --until 2026-05-28
[ "$(wc -l <"$top/out")" -eq 2 ] || no "since: $(wc -l <"$top/out") lines"
run audit --until 2026-05-28T20:26:41Z
[ "$(wc -l <"$top/out")" -eq 1 ] || no "until: $(wc -l <"$top/out") lines"
run audit --since 2026-05-29
[ ! -s "$top/out" ] || no 'a day later'
for date in '' x 2026-13-01 2026-02-30 2026-01-01T 2026-01-01T25:00:00Z 28.05.2026; do
	run audit --since "$date"
	exits 2
done
row "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
 INSERT INTO audit (at, attempt, request, event, outcome, why, address) SELECT 1780000100, '', i, 'call', 'ok', '', '' FROM n"
run audit
[ "$(wc -l <"$top/out")" -eq 2509 ] || no "$(wc -l <"$top/out") lines of many"
[ "$(sed -n 's/^{"id":\([0-9]*\),.*/\1/p' "$top/out" | sort -n | uniq | wc -l)" -eq 2509 ] || no 'some are missing'
run trace 1
prints aaaaaaaaaaaaaaa8
check 'audit is JSON lines, in order, by date, however many there are'

# ---- what is over -------------------------------------------------------------------------------------------------

row "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
 INSERT INTO limits SELECT 'k' || i, 1, 1, 1 FROM n;
 INSERT INTO client (id, name, auth_method, redirect_uris, grant_types, scope, metadata, created_at)
 VALUES ('c_old', '', 'none', '[]', '', '', '{}', 1780000000)"
run reap
exits 0
prints '1200 counters'
prints '1 unused clients'
prints '2509 rows of the audit'
is 'SELECT count(*) FROM limits' 0
is "SELECT count(*) FROM client WHERE id = 'c_old'" 0
is "SELECT count(*) FROM client WHERE kind = 'operator'" 5
run reap
exits 0
prints 'nothing is over'
check 'reap drops what is over, in portions, and says how much'

# ---- tasks --------------------------------------------------------------------------------------------------------

row "INSERT INTO client (id, kind, name, auth_method, redirect_uris, grant_types, scope, metadata, created_at)
       VALUES ('c_task', 'operator', 'Tasks', 'none', '[]', '', '', '{}', 1);
     INSERT INTO grants (id, client_id, scope, resource, attempt, created_at, expires_at) VALUES (777, 'c_task', '', 'https://mcp.example.org/mcp', '', 1, 9999999999);
     INSERT INTO task (id, client_id, grant_id, resource, tool, request, restart, life, status, message, worker, created_at, updated_at, expires_at)
       VALUES ('t-waits', 'c_task', 777, 'https://mcp.example.org/mcp', 'tool', '{\"secret-request\":1}', 1, 5, 'working', '', NULL, 1785231000, 1785231000, 9999999999),
              ('t-works', 'c_task', 777, 'https://mcp.example.org/mcp', 'tool', '{}', 0, 5, 'working', 'step' || char(27) || '[2J', '0.x', 1785231000, 1785231000, 9999999999),
              ('t-over', 'c_task', 777, 'https://mcp.example.org/mcp', 'tool', '{}', 0, 5, 'completed', '', NULL, 1785231000, 1785231000, 1785231001)"
run task list
exits 0
prints 't-waits  waiting  2026-07-28 09:30:00  tool  c_task  -'
prints 't-works  working  2026-07-28 09:30:00  tool  c_task  step?[2J'
prints 't-over  completed'
never_prints secret-request
run task list --json
json
prints '"state":"waiting"'
never_prints secret-request
run task show t-waits
exits 0
prints 'may be begun again'
never_prints secret-request
run task show t-waits --json
json
run task show nothing
exits 1
says 'there is no task'
run task show
exits 2
run task cancel t-works
exits 0
is "SELECT status || ' ' || message || coalesce(worker, '') FROM task WHERE id = 't-works'" 'cancelled The operator has cancelled it.'
is "SELECT count(*) FROM change WHERE kind = 'task' AND about = 't-works'" 1
run task cancel t-works
exits 1
says 'has ended: cancelled'
run task cancel t-over
exits 1
run reap
prints '1 tasks'
is "SELECT group_concat(id) FROM (SELECT id FROM task ORDER BY rowid)" t-waits,t-works
check 'task list, show and cancel, and reap of tasks'
mkdir "$top/lib" && cp "$ctl" "$top/lib/mcpctl" && cp "$ctl" "$top/lib/mcp"
"$top/lib/mcpctl" check >"$top/out" 2>&1
prints 'has no program work'
printf '%s\n' 'tasks = off' >>"$MCP_CGI_CONF"
"$top/lib/mcpctl" check >"$top/out" 2>&1
never_prints 'program work'
settings
check 'check says when the program work is missing'

# ---- backup, restore, migrate -------------------------------------------------------------------------------------

row "INSERT INTO grants (user_id, client_id, scope, resource, created_at, expires_at) VALUES (1, '$id', 's', 'r', 1, $later)"
run backup "$top/b.db"
exits 0
[ "$(stat -c %a "$top/b.db")" = 600 ] || no "mode $(stat -c %a "$top/b.db")"
run backup "$top/b.db"
exits 1
says 'exists already'
run backup "$top/nowhere/b.db"
exits 1
printf 'a password for bob\n' | "$ctl" user add bob --password-stdin >/dev/null
run restore "$top/b.db"
exits 0
prints 'sign in again'
is 'SELECT group_concat(name) FROM user' ada
is "SELECT CAST(value AS TEXT) FROM meta WHERE key = 'epoch'" 2
run grant list
prints 'ended by a restore'
never_prints ' live '
run grant list --json
prints '"state":"ended by a restore"'
never_prints '"state":"live"'
run client list --json
prints '"grants":0'
run grant revoke --user ada
prints '0 grants ended'
run restore "$MCP_CGI_CONF"
exits 1
says 'nothing was changed'
run restore "$top/nothing"
exits 1
is 'SELECT group_concat(name) FROM user' ada
[ "$(find "$top" -name '*.part-*' | wc -l)" -eq 0 ] || no 'something is left behind'
check 'backup and restore'

# A server that works meanwhile is not in the way, and is not kept waiting.
(for n in 1 2 3 4 5 6 7 8 9 10; do sqlite3 "$db" ".timeout 5000" "INSERT INTO limits VALUES ('busy$n', 1, 1, 1)" || echo no; done) >"$top/busy" 2>&1 &
run backup "$top/c.db"
exits 0
wait
[ ! -s "$top/busy" ] || no "$(cat "$top/busy")"
is "SELECT count(*) FROM limits WHERE key LIKE 'busy%'" 10
check 'backup while somebody writes'

mkdir "$top/old" && chmod 700 "$top/old"
sed 's/^PRAGMA user_version.*/PRAGMA user_version = 1;/' tests/schema/1.sql | sqlite3 "$top/old/mcp.db"
sqlite3 "$top/old/mcp.db" "INSERT INTO user VALUES (1, 'eve', '\$scrypt\$', 1, 0)"
chmod 600 "$top/old/mcp.db"
cp "$top/old/mcp.db" "$top/old.db"
MCP_CGI_CONF=$top/old/mcp-cgi.conf
settings
chmod 600 "$MCP_CGI_CONF"
run user list
exits 1
says 'run mcpctl migrate'
run check
exits 1
run migrate
exits 0
prints 'from schema 1 to 3'
run user list
exits 0
prints eve
run migrate
exits 0
prints already
run restore "$top/old.db"
exits 0
prints 'was of schema 1'
run user list
prints eve
check 'a program meets an older database, and migrate brings it along'

exit $failed
