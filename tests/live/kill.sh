#!/bin/sh
# SPDX-License-Identifier: ISC
#
# kill.sh: processes are killed at random under load; nothing that was confirmed is lost, nothing is half done.  On four
# fronts, or on the ones named on the command line.
cd "$(dirname "$0")/.." || exit 1
failed=0
for front in ${*:-fastcgi cgi apache-fcgid htaccess}; do
	node_modules/.bin/node live/kill.mjs "$front" || failed=1
done
exit $failed
