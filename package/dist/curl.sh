#!/bin/sh
# SPDX-License-Identifier: ISC
#
# curl.sh FOLDER: builds a small static libcurl from Debian's source package, with its patches: http and https by OpenSSL, and nothing
# else.  Debian's own libcurl.a wants libraries that have no static form (Kerberos).  Leaves FOLDER/libcurl.a and FOLDER/include, and
# does nothing when they are there already.  CC is the compiler.  The source comes through apt, which checks its signature.
set -eu
to=$1
[ -f "$to/libcurl.a" ] && [ -d "$to/include/curl" ] && exit 0
mkdir -p "$to"
to=$(cd "$to" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# apt's own user has to write there.
chmod 755 "$work"
. /etc/os-release

mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/source"
printf 'deb-src http://deb.debian.org/debian %s main\ndeb-src http://deb.debian.org/debian-security %s-security main\n' \
	"$VERSION_CODENAME" "$VERSION_CODENAME" >"$work/sources.list"
apt() {
	apt-get -qq -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$work/lists" \
		-o Dir::Cache="$work/cache" -o APT::Sandbox::User= "$@"
}
apt update
(cd "$work/source" && apt source --download-only curl && dpkg-source -x ./*.dsc curl) >/dev/null

cd "$work/source/curl"
./configure --quiet --host="$(${CC:-gcc} -dumpmachine)" --disable-shared --enable-static --with-openssl --disable-openssl-auto-load-config \
	--without-ca-bundle --without-ca-path --without-zlib --without-brotli --without-zstd --without-libpsl --without-libidn2 \
	--without-nghttp2 --without-librtmp --without-libssh2 --without-libgsasl --disable-ares --disable-ldap --disable-ldaps \
	--disable-rtsp --disable-ftp --disable-file --disable-dict --disable-telnet --disable-tftp --disable-pop3 --disable-imap \
	--disable-smb --disable-smtp --disable-gopher --disable-mqtt --disable-manual --disable-ntlm --disable-ntlm-wb \
	--disable-tls-srp --disable-unix-sockets --disable-cookies --disable-doh --disable-alt-svc --disable-hsts \
	--disable-libcurl-option \
	CFLAGS='-O2 -fPIE -ffunction-sections -fdata-sections -fstack-protector-strong -D_FORTIFY_SOURCE=2' >/dev/null
make -s -j2 -C lib >/dev/null
cp -r include "$to/"
cp COPYING "$to/"
cp lib/.libs/libcurl.a "$to/"
