#!/bin/sh
# SPDX-License-Identifier: ISC
#
# reload.sh: what an operator does to a server while clients are at work: reload, new programs, a migration; and what
# happens by itself: a program that dies.  Behind lighttpd and Apache, or those that are named on the command line.
cd "$(dirname "$0")/.." || exit 1
failed=0
for front in ${*:-fastcgi cgi apache-fcgid htaccess}; do
	node_modules/.bin/node live/reload.mjs "$front" || failed=1
done
exit $failed
