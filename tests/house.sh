#!/bin/sh
# SPDX-License-Identifier: ISC
#
# house.sh: the fences, held with grep.  Arrows only go down: programs, domain, rows, wire, ground; and a few things
# may be known in one place only.  Prints a line a fence; exit status 1 when one is broken.
set -u
cd "$(dirname "$0")/.." || exit 1
failed=0

# say NAME LINES: LINES is what should not be there.
say() {
	if [ -z "$2" ]; then
		echo "ok - house: $1"
	else
		echo "not ok - house: $1"
		printf '%s\n' "$2" | sed 's/^/#   /'
		failed=1
	fi
}

# only NAME PATTERN WHERE...: PATTERN occurs in none of our C files but those that match a WHERE.
only() {
	name=$1 pattern=$2
	shift 2
	found=$(grep -nE "$pattern" common/*.[ch] cgi/*.[ch] common/html/*.html 2>/dev/null)
	for where in "$@"; do
		found=$(printf '%s\n' "$found" | grep -vE "^$where:")
	done
	say "$name" "$found"
}

# never NAME PATTERN FILE...: PATTERN is in none of the files.
never() {
	name=$1 pattern=$2
	shift 2
	say "$name" "$(grep -nE "$pattern" "$@" 2>/dev/null)"
}

only 'SQLite only in the store'	'<sqlite3\.h>|sqlite3_'	'common/store[a-z_]*\.[ch]'
only 'SQL headers only in the store'	'"(store_sql|sql)\.h"'	'common/store[a-z_]*\.[ch]'
only 'libfcgi only in serve'	'<fcgi|FCGX_|FCGI_'	'common/serve_(fcgi|streams)\.c'
only 'OpenSSL only in crypto'	'<openssl/'	'common/crypto[a-z_]*\.c'
only 'libcurl only in fetch and probe'	'<curl/'	'common/(fetch|probe)\.c'
only 'PCRE2 only in the patterns of schemas'	'<pcre2\.h>|pcre2_'	'common/schema_pattern\.c'
# The programs fetch, doctor and work look whether a web server has started them.
only 'the environment only in conf and serve'	'\b(getenv|secure_getenv|environ)\b *[(;,)]'	'common/conf\.c' 'common/serve[a-z_]*\.c' \
	'common/asked\.c' 'cgi/work\.c'
# The programs fetch, doctor and work are no part of a request: what time it is they have to see for themselves.
only 'the clock only in serve and mcpctl'	'\b(clock_gettime|gettimeofday|time|ftime)\('	'common/serve[a-z_]*\.c' 'cgi/mcpctl[a-z_]*\.c' \
	'common/fetch\.c' 'common/probe\.c' 'cgi/work\.c'
only 'no unbounded or careless calls'	'\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|rand|srand|system|popen|alloca|tmpnam|mktemp)\(' nothing
only 'HTML only in common/html'	'"[^"]*<(html|body|div|form|input|p|h1)[ >]' 'common/html/[a-z]*\.html'
only 'Location is written in http only' '"Location' 'common/http\.c'

domain=$(for m in answer assertion audit authorization bearer builtin call cimd kb client_metadata clientauth clientkeys connection jws limit listen login oauth \
	password pkce program redirect registration resource rpc schema scope search site task tool work; do ls common/$m*.[ch] 2>/dev/null; done)
# shellcheck disable=SC2086
never 'the domain knows no HTTP' '"(http|serve|serve_front|door|html|pages|page|browser|voice)\.h"' $domain
never 'the store knows neither HTTP nor the domain' '"(http|serve|html|oauth|authorization|bearer|rpc|tool|clientauth|login)\.h"' common/store*.[ch]
never 'the wire knows neither OAuth nor MCP' '"(oauth|authorization|bearer|rpc|tool|scope|clientauth|login|redirect|registration|jws|assertion|cimd|listen|door)[a-z_]*\.h"' \
	common/serve*.[ch] common/stream.h common/http.[ch] common/url.[ch] common/form.[ch] common/json.[ch] common/crypto*.[ch] common/conf*.[ch] common/fetch*.[ch]
never 'what is fetched meets neither the settings nor the store' '"(conf|store|context|crypto|serve|http|json)[a-z_]*\.h"' common/fetch*.[ch] common/asked.[ch] cgi/fetch.c
never 'the doctor meets neither the settings nor the store' '"(conf|store|context|crypto|serve|http|hostcheck)[a-z_]*\.h"' common/probe.[ch] \
	common/doctor.[ch] common/doctor_[dilmw]*.[ch] cgi/doctor.c
never 'the ground knows nothing above it' '"(http|serve|json|store|conf|crypto)[a-z_]*\.h"' common/arena.[ch] common/buf.[ch] common/fail.[ch] common/log.[ch]
never 'programs take nothing from argv' 'int main\([^v]' $(ls cgi/*.c | grep -v mcpctl)
never 'no free outside what outlives a request' '\bfree\(' $(ls common/*.c | grep -vE '(arena|store|store_file|crypto|schema|serve|serve_streams|serve_record|json|site)\.c')
never 'no typedef' '^typedef' common/*.[ch] cgi/*.[ch]

say 'an SPDX line in every file' "$(git ls-files -co --exclude-standard | grep -E '\.([ch1-8]|sh|awk|sql|mjs|html|conf|css)$|Makefile$' |
	grep -vE 'package-lock|/seeds/|site/www' | while read -r f; do head -n 4 "$f" | grep -q 'SPDX-License-Identifier: ISC' || echo "$f"; done)"
say 'every module header documents itself' "$(for f in common/*.h; do sed -n 2,4p "$f" | grep -q '^/\* *[a-z_0-9]*\|^ \*' || echo "$f"; done)"
say 'no file over 400 lines' "$(wc -l common/*.[ch] cgi/*.[ch] | awk '$2 != "total" && $1 > 400 { print $2 ": " $1 }')"
say 'no function over 50 lines' "$(awk 'FNR == 1 { from = 0 } /^\{/ { from = FNR } /^\}/ { if (from && FNR - from > 51) print FILENAME ":" from ": " FNR - from - 1 " lines"; from = 0 }' common/*.c cgi/*.c)"
say 'lines of at most 130 characters' "$(grep -nE '^.{131,}$' common/*.[ch] cgi/*.[ch] | cut -c1-80)"
say 'the top level is what it should be' "$(git ls-files -co --exclude-standard | sed 's,/.*,,' | sort -u |
	grep -vxE 'Makefile|README\.md|LICENSE|SECURITY\.md|CHANGELOG\.md|\.gitignore|\.ci|cgi|common|schema|tests|apache-conf|lighttpd-conf|package|site')"
say 'the manual pages become documents of the knowledge base' "$(sh site/knowledge.sh 2>&1 >/dev/null)"
# The pages refer to one another, which mandoc cannot find before they are installed; they are of this project, not of a system.
if command -v mandoc >/dev/null; then
	say 'mandoc has nothing to say of the manual pages' "$(mandoc -Tlint cgi/*.[158] | grep -vE 'operating system explicitly specified|referenced manual not found')"
else
	say 'mandoc is there, to look at the manual pages' 'install mandoc'
fi
say 'manual pages refer to pages that there are' "$(grep -hoE '^\.Xr [^ ]+ [1-8]' cgi/*.[158] | sort -u | while read -r _ page volume; do
	[ -e "cgi/$page.$volume" ] || echo "$page $volume"; done | grep -vx 'cron 8')"
say 'no path of a machine' "$(git ls-files -co --exclude-standard | grep -v package-lock | xargs grep -nE '/work/|/home/[a-z]+/[a-z]' 2>/dev/null |
	grep -vE '^tests/house\.sh:|/home/(you|user|me)/' | cut -c1-120)"
exit $failed
