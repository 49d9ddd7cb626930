#!/bin/sh
# SPDX-License-Identifier: ISC
#
# pack.sh: lays out the tarball and packs it; called by dist.mk, which says what there is, and in RUN what runs a program for
# another processor.  Two folders go to a host: public_html is the document root, and mcp-cgi lies beside it, where no web
# server reaches.
set -eu
cd "$(dirname "$0")/../.."
tree=$DIST/$NAME
rm -rf "$tree"
umask 022
mkdir -p "$tree/public_html/.well-known" "$tree/mcp-cgi/bin"

cp "$DIST/web" "$tree/public_html/mcp"
cp "$DIST/net" "$tree/public_html/fetch"
cp "$DIST/mcpctl" "$tree/mcp-cgi/bin/mcpctl"
chmod 755 "$tree/public_html/mcp" "$tree/public_html/fetch" "$tree/mcp-cgi/bin/mcpctl"
for name in $WEB; do [ "$name" = mcp ] || ln "$tree/public_html/mcp" "$tree/public_html/$name"; done
for name in $WELLKNOWN; do ln "$tree/public_html/mcp" "$tree/public_html/.well-known/$name"; done
for name in $NET; do
	[ "$name" = fetch ] || ln "$tree/public_html/fetch" "$tree/public_html/$name"
	# mcpctl looks for them beside itself.
	ln "$tree/public_html/fetch" "$tree/mcp-cgi/bin/$name"
done
ln "$tree/public_html/mcp" "$tree/mcp-cgi/bin/work"
cp apache-conf/htaccess "$tree/public_html/.htaccess"
cp apache-conf/htaccess-sub "$tree/htaccess-sub"

cp -r package/dist/site "$tree/mcp-cgi/site"
printf 'Require all denied\n' >"$tree/mcp-cgi/.htaccess"
# The reference of all keys, without the two that the head has.
reference=$(mktemp -d)
trap 'rm -rf "$reference"' EXIT
$RUN "$DIST/mcpctl" --config "$reference/x/mcp-cgi.conf" init --issuer https://mcp.example.org >/dev/null
{
	cat package/dist/mcp-cgi.conf
	awk 'BEGIN { RS = ""; ORS = "\n\n" } NR > 1 && !/\nissuer =/ && !/\n# setup_secret =/' "$reference/x/mcp-cgi.conf"
} >"$tree/mcp-cgi/mcp-cgi.conf"
chmod 700 "$tree/mcp-cgi"
chmod 600 "$tree/mcp-cgi/mcp-cgi.conf"

cp package/dist/INSTALL.md site/manual/shared-host-cpanel.md LICENSE CHANGELOG.md "$tree/"
cp "$DIST/curl/COPYING" "$tree/LICENSE.curl"
for f in "$tree/public_html/mcp" "$tree/public_html/fetch" "$tree/mcp-cgi/bin/mcpctl"; do
	if readelf -lW "$f" | grep -q INTERP || readelf -dW "$f" | grep -q NEEDED; then
		echo "$f is not static" >&2
		exit 1
	fi
done
tar --sort=name --owner=0 --group=0 --numeric-owner -C "$DIST" -cf - "$NAME" | gzip -9n >"$DIST/$NAME.tar.gz"
echo "$DIST/$NAME.tar.gz: $(wc -c <"$DIST/$NAME.tar.gz") bytes"
