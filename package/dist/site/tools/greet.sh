#!/bin/sh
# SPDX-License-Identifier: ISC
#
# greet.sh: an example of a tool: arguments are JSON on standard input, the answer is text on standard output.
name=$(sed 's/.*"name": *"\([^"]*\)".*/\1/')
echo "Hello, $name! You are signed in as $MCP_USER."
