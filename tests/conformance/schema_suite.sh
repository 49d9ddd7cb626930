#!/bin/sh
# SPDX-License-Identifier: ISC
#
# schema_suite.sh [FOLDER]: the official JSON-Schema-Test-Suite, the required part of 2020-12, under the sanitizers.
#
# FOLDER is a checkout of the suite.  Without it, the copy that Debian carries inside libtest-json-schema-acceptance-perl
# is unpacked into build/, without the Perl around it: npm's copies of the suite end before 2020-12.  Debian 12 pins the
# version; the commit of the suite is printed.
set -u
cd "$(dirname "$0")/../.." || exit 1
package=libtest-json-schema-acceptance-perl
inside=usr/share/perl5/auto/share/dist/Test-JSON-Schema-Acceptance
kept=${BUILD:-build}/json-schema-suite

download() {
	apt-get download -qq -o APT::Sandbox::User=root "$package"
}

fetch() {
	mkdir -p "$kept.new" || return
	chmod 755 "$kept.new"
	(cd "$kept.new" && { download || { apt-get update -qq && download; }; }) || return
	dpkg -x "$kept.new"/*.deb "$kept.new" && rm -rf "$kept" && mv "$kept.new" "$kept"
}

folder=${1:-}
if [ -z "$folder" ]; then
	if [ -d "/$inside/tests/draft2020-12" ]; then
		folder=/$inside
	else
		folder=$kept/$inside
		if [ ! -d "$folder/tests/draft2020-12" ] && ! fetch; then
			echo "not ok - json schema: the suite is not there, and Debian's package $package cannot be had"
			exit 1
		fi
	fi
	echo "# JSON-Schema-Test-Suite $(head -n 1 "$folder/submodule_status")"
fi
exec "${BUILD:-build}/asan/schema_suite" "$folder"
