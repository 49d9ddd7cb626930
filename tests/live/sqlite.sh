#!/bin/sh
# SPDX-License-Identifier: ISC
#
# sqlite.sh: the programs with two SQLites that they cannot do with: build/sqlite/3.36 is the last release before STRICT tables, and
# build/sqlite/3.39 a later one, compiled without FTS5.  The sources, as they were released, are in two packages of npm.  SQLite is
# compiled once; the programs are only linked anew, as make links them, and lie in usr as make install lays them out.
set -eu
cd "$(dirname "$0")/../.."
make=${MAKE:-make}

# sqlite VERSION OPTION...: FTS5 is not in it when no option asks for it.
sqlite() {
	to=build/sqlite/$1
	from=tests/node_modules/sqlite-$1
	shift
	[ -z "$(find "$to/sqlite3.o" -newer tests/live/sqlite.sh 2>/dev/null)" ] || return 0
	rm -rf "$to"
	mkdir -p "$to/source"
	tar -xzf "$from"/deps/sqlite-autoconf-*.tar.gz -C "$to/source" --strip-components=1
	${CC:-gcc} -O0 -w -fPIE "$@" -c -o "$to/sqlite3.o.new" "$to/source/sqlite3.c"
	mv "$to/sqlite3.o.new" "$to/sqlite3.o"
	rm -rf "$to/source"
}

# programs VERSION: all but SQLite is what it is in build.
programs() {
	to=build/sqlite/$1
	for part in gen obj libmcp.a; do ln -sfn "../../$part" "$to/$part"; done
	"$make" -s -j2 O="$to" LIBS="-lfcgi -ljson-c $to/sqlite3.o -lpcre2-8 -lcrypto -lm" DESTDIR="$to" PREFIX=/usr install
}

sqlite 3.36 -DSQLITE_ENABLE_FTS5 &
sqlite 3.39
wait $!
"$make" -s -j2 all
programs 3.36
programs 3.39
