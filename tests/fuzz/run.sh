#!/bin/sh
# SPDX-License-Identifier: ISC
#
# run.sh SECONDS: builds the fuzz targets and runs each of them for that long, two at a time, with a copy of its seeds.
# A line a target; what breaks one is printed in base64 below its line.  Exit status 1 when one was broken.  BUILD is
# where they are built.
set -u
cd "$(dirname "$0")/../.." || exit 1
seconds=${1:-10}
build=${BUILD:-build}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

if ! "${MAKE:-make}" -s -j2 O="$build" fuzz >"$work/make" 2>&1; then
	echo "not ok - fuzz: the targets cannot be built"
	sed 's/^/#   /' "$work/make" | head -n 30
	exit 1
fi

# one NAME: runs a target, and writes its lines to $work/NAME/said.
one() {
	name=$1 dir=$work/$1
	mkdir -p "$dir/corpus" "$dir/found"
	[ ! -d "tests/fuzz/seeds/$name" ] || cp -R "tests/fuzz/seeds/$name/." "$dir/corpus/"
	if TMPDIR=$dir "$build/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=512 -close_fd_mask=2 \
	    -print_final_stats=1 -artifact_prefix="$dir/found/" "$dir/corpus" >"$dir/log" 2>&1; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$dir/log")
		if [ "${runs:-0}" -gt 0 ]; then
			echo "ok - fuzz $name ($runs runs)" >"$dir/said"
			return
		fi
	fi
	{
		echo "not ok - fuzz $name: $(sed -n '/^SUMMARY:/{s/^SUMMARY: *//p;q;}' "$dir/log" | grep . || tail -n 1 "$dir/log")"
		for f in "$dir"/found/*; do
			[ -f "$f" ] || continue
			printf '#   %s %s\n' "$(basename "$f")" "$(base64 "$f" | tr -d '\n')"
			TMPDIR=$dir "$build/fuzz/fuzz_$name" -timeout=5 -rss_limit_mb=512 "$f" 2>&1 |
				grep -E 'must\(|ERROR: |runtime error: |^ +#[0-9]+ 0x.* in ' | sed 's/^ */#     /' | head -n 15
		done
	} >"$dir/said"
}

set --
for f in tests/fuzz/fuzz_*.c; do
	name=${f##*/fuzz_}
	set -- "$@" "${name%.c}"
done
while [ $# -gt 0 ]; do
	one "$1" &
	[ $# -lt 2 ] || one "$2"
	wait
	cat "$work/$1/said"
	shift
	[ $# -lt 1 ] || { cat "$work/$1/said"; shift; }
done
! grep -q '^not ok' "$work"/*/said
