# SPDX-License-Identifier: ISC
#
# Pages into C.  A file holds functions:
#	{{ define page_login(struct buf *b, const struct login *v) }}
#	<p>text and {{ expression }} holes</p>
#	{{! if (v->wrong) { }}  a statement of C  {{! } }}
#	{{ end }}
# A hole is a const char * and always escaped; there is no way to write one that is not.  {{# ... }} is a comment, and lines
# before the first define go to the top of the C file.  want=header prints the prototypes, want=source the functions.

function text(s) {
	if (s == "")
		return
	gsub(/\\/, "&&", s)
	gsub(/"/, "\\\"", s)
	print "\tbuf_text(b, \"" s "\");"
}

BEGIN {
	print "/* Generated from common/html by pages.awk. */"
	if (want == "header")
		print "#ifndef PAGES_H\n#define PAGES_H\n\n#include \"buf.h\"\n#include \"page.h\"\n"
	else
		print "#include \"html.h\"\n#include \"pages.h\"\n"
}

/^\{\{#/ { next }

/^\{\{ define / {
	head = $0
	sub(/^\{\{ define /, "", head)
	sub(/ \}\}$/, "", head)
	print "void " head (want == "header" ? ";" : "\n{")
	inside = 1
	next
}

/^\{\{ end \}\}$/ {
	if (want == "source")
		print "}\n"
	inside = 0
	next
}

want == "source" && !inside { print }

want == "source" && inside {
	line = $0
	sub(/^[ \t]+/, "", line)
	while ((at = index(line, "{{")) > 0) {
		text(substr(line, 1, at - 1))
		line = substr(line, at + 2)
		at = index(line, "}}")
		if (!at) {
			print FILENAME ":" FNR ": a hole does not end" >"/dev/stderr"
			exit 1
		}
		hole = substr(line, 1, at - 1)
		line = substr(line, at + 2)
		code = sub(/^!/, "", hole)
		gsub(/^ +| +$/, "", hole)
		if (code)
			print "\t" hole
		else
			print "\thtml_put(b, " hole ");"
	}
	if (line != "")
		text(line)
	if (line != "")
		print "\tbuf_char(b, '\\n');"
}

END {
	if (want == "header")
		print "\n#endif"
}
