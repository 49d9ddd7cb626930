#!/bin/sh
# SPDX-License-Identifier: ISC
#
# packages.sh: sees to it that the Debian packages are there that building, running, testing or measuring needs.
#
#	tests/packages.sh build|run|check|bench|dist|deb|test ...
#
# What is there already is left alone, and then nothing is asked of the network.  Missing packages are installed when
# that is allowed without asking (root, or sudo without a password); else the one line that installs them is printed,
# and the exit status is 1.
set -eu

build="gcc make pkg-config libc6-dev libfcgi-dev libjson-c-dev libssl-dev libsqlite3-dev libpcre2-dev libcurl4-openssl-dev"
run="lighttpd curl"
bench="wrk"
# Some tools of the tests are in Python, and one of the README in PHP.
check="libcmocka-dev sqlite3 python3 php-cli mandoc"
# libclang-rt-14-dev carries libclang_rt.fuzzer and the sanitizers of Debian 12's clang, which only recommends it.
# Apache without its service: a test starts it.
test="clang libclang-rt-14-dev chromium apache2-bin apache2-suexec-custom libapache2-mod-fcgid lighttpd-mod-openssl nginx openssl fcgiwrap spawn-fcgi"
# dpkg-dev unpacks the source of the libcurl of `make dist`.
dist="dpkg-dev"
# The Debian package, and a small Debian to install it in.
deb="debhelper dpkg-dev po-debconf lintian debootstrap"

# A Node from elsewhere will do; Debian's npm would bring a second one.
node() {
	command -v node >/dev/null || echo nodejs
	command -v npm >/dev/null || echo npm
}

die() {
	echo "packages.sh: $*" >&2
	exit 1
}

# wanted WHAT...: the names of the packages, one line each.
wanted() {
	for what in "$@"; do
		case $what in
		build) echo "$build" ;;
		run) echo "$run" ;;
		bench) echo "$run $bench" ;;
		check) echo "$build $run $check" && node ;;
		dist) echo "$build $dist" ;;
		deb) echo "$build $deb" ;;
		test) echo "$build $run $bench $check $test $dist $deb" && node ;;
		*) echo "unknown:$what" ;;
		esac
	done | tr ' ' '\n' | sort -u
}

# missing PACKAGE...: those that are not installed.  A package may also be there under another architecture's name or
# be provided by another one (pkgconf provides pkg-config), hence the look at Provides.
missing() {
	installed=$(dpkg-query -W -f '${db:Status-Status} ${Package} ${Provides}\n' 2>/dev/null |
	    sed -n 's/^installed //p' | sed 's/([^)]*)//g; s/,//g' | tr ' ' '\n')
	for package in "$@"; do
		echo "$installed" | grep -qx -e "$package" || echo "$package"
	done
}

# The compiler and Chromium may have come from elsewhere than Debian; what is asked for is the command.
drop_present_commands() {
	while read -r package; do
		case $package in
		gcc | make | pkg-config | clang | chromium | sqlite3 | wrk | curl)
			command -v "$package" >/dev/null && continue
			;;
		esac
		echo "$package"
	done
}

install() {
	if [ "$(id -u)" -eq 0 ]; then
		as_root=
	elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
		as_root="sudo -n"
	else
		echo "Some Debian packages are missing.  Please run:" >&2
		echo "sudo apt-get install --no-install-recommends" "$@" >&2
		exit 1
	fi
	echo "installing:" "$@" >&2
	$as_root apt-get update -qq </dev/null >&2 || :	# an old list may do
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null >&2
}

# shellcheck disable=SC2046,SC2086 # lists of names are meant to be split
main() {
	[ $# -gt 0 ] || die "say what for: build, run, check, bench, dist, deb or test."
	names=$(wanted "$@")
	case $names in
	*unknown:*) die "say what for: build, run, check, bench, dist, deb or test." ;;
	esac
	if ! command -v dpkg-query >/dev/null; then
		echo "packages.sh: this is no Debian; the packages are called there:" $names >&2
		exit 0
	fi
	names=$(missing $names | drop_present_commands)
	[ -z "$names" ] || install $names
}

main "$@"
