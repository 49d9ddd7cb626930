#!/bin/sh
# SPDX-License-Identifier: ISC
# change.sh tool|prompt: writes a definition anew, as its owner would with an editor.
now=$(date +%s.%N)
case $1 in
tool)
	file=$MCP_SITE/tools/test_changed_tool.json
	printf '{"description":"Was changed at %s","scope":"read:knowledge","run":["printf","%s"]}\n' "$now" "$now" >"$file.new"
	;;
prompt)
	file=$MCP_SITE/prompts/test_changed_prompt.md
	printf -- '---\ndescription: Was changed at %s\nscope: read:knowledge\n---\nChanged at %s.\n' "$now" "$now" >"$file.new"
	;;
esac
mv "$file.new" "$file" && printf 'Changed at %s.' "$now"
