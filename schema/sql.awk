# SPDX-License-Identifier: ISC
#
# Statements out of schema/*.sql.  A statement is headed by
#	-- name: ROLE ROLE ...
# and ends with ';' at the end of a line.  want=header prints the enum, want=table the texts with their roles.

BEGIN {
	if (want == "header")
		print "/* Generated from schema/ by schema/sql.awk. */\n#ifndef SQL_H\n#define SQL_H\n\nenum sql {"
	else
		print "/* Generated from schema/ by schema/sql.awk. */\n#include \"role.h\"\n#include \"store_sql.h\"\n\n" \
		    "const struct statement statements[SQL_COUNT] = {"
}

/^-- [a-z_]+: [a-z ]+$/ {
	name = toupper(substr($2, 1, length($2) - 1))
	roles = ""
	for (i = 3; i <= NF; i++)
		roles = roles (roles ? " | " : "") "ROLE_" toupper($i)
	next
}

name && !/^--/ && NF {
	line = $0
	gsub(/^[ \t]+/, "", line)
	gsub(/\\/, "&&", line)
	gsub(/"/, "\\\"", line)
	text = text (text ? " " : "") line
	if ($0 ~ /;[ \t]*$/) {
		sub(/;[ \t]*$/, "", text)
		if (want == "header")
			print "\tSQL_" name ","
		else
			print "\t[SQL_" name "] = { \"" tolower(name) "\", " roles ",\n\t    \"" text "\" },"
		name = text = ""
	}
}

END {
	if (name) {
		print "schema/sql.awk: " name " does not end" >"/dev/stderr"
		exit 1
	}
	print (want == "header" ? "\tSQL_COUNT\n};\n\n#endif" : "};")
}
