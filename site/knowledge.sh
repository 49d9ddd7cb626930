#!/bin/sh
# SPDX-License-Identifier: ISC
#
# knowledge.sh: prints what the knowledge base of `make run` begins with: this project's README, manual and manual pages, as
# Markdown with one heading a section, for `mcpctl document import -`.
set -eu

cd "$(dirname "$0")/.."
for page in README.md site/manual/*.md; do
	[ ! -e "$page" ] || sed '/^<!--.*-->$/d' "$page"
done
for page in cgi/*.1 cgi/*.5 cgi/*.8; do
	[ ! -e "$page" ] || awk -f site/mdoc.awk "$page"
done
