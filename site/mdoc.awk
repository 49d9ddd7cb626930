# SPDX-License-Identifier: ISC
#
# mdoc.awk: a manual page in mdoc(7) as plain Markdown.  Knows the macros that the pages in cgi/ use, and stops at any
# other one, so that a page cannot lose text unseen.

function die(why) {
	printf "%s:%d: %s\n", FILENAME, FNR, why >"/dev/stderr"
	failed = 1
	exit 1
}

# \e is a backslash, \- a minus, \& nothing; a blank may be escaped.
function unescape(s) {
	gsub(/\\&/, "", s)
	gsub(/\\ /, " ", s)
	gsub(/\\-/, "-", s)
	gsub(/\\\(em/, "-", s)
	gsub(/\\e/, "\\", s)
	return s
}

# The words of a macro line into word[1..n]; quotes and escaped blanks hold a word together.
function split_words(s, word,    n, c, quoted, w, i) {
	n = 0
	w = ""
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		if (c == "\"") {
			quoted = !quoted
		} else if (c == "\\") {
			w = w c substr(s, ++i, 1)
		} else if (c == " " && !quoted) {
			if (w != "")
				word[++n] = w
			w = ""
		} else {
			w = w c
		}
	}
	if (w != "")
		word[++n] = w
	return n
}

function code(s) {
	return synopsis ? s : "`" s "`"
}

function is_closing(w) {
	return w ~ /^[.,;:?!)]$/
}

# One word more, with a blank before it where one belongs.
function add(w) {
	line = line (line == "" || glue || is_closing(w) ? "" : " ") w
	glue = 0
}

# The words from i on that belong to a macro: up to the next macro or closing punctuation.
function take(word, n, i,    s) {
	s = ""
	for (stop = i; stop <= n && !(word[stop] in inline) && !is_closing(word[stop]); stop++)
		s = s (s == "" ? "" : " ") unescape(word[stop])
	return s
}

# A line of words and macros, rendered into `line`.
function render(s,    word, n, i, m, t, closer) {
	n = split_words(s, word)
	closer = ""
	for (i = 1; i <= n; ) {
		if (closer != "" && i == n && is_closing(word[i])) {
			glue = 1
			add(closer)
			closer = ""
		}
		m = word[i++]
		if (!(m in inline)) {
			add(unescape(m))
			continue
		}
		if (m == "Ns") {
			glue = 1
			continue
		}
		if (m == "Op" || m == "Oo" || m == "Pq" || m == "Dq") {
			add(m == "Pq" ? "(" : m == "Dq" ? "\"" : "[")
			glue = 1
			if (m != "Oo")
				closer = (m == "Pq" ? ")" : m == "Dq" ? "\"" : "]") closer
			continue
		}
		if (m == "Oc") {
			glue = 1
			add("]")
			continue
		}
		t = take(word, n, i)
		i = stop
		if (m == "Fl") {
			while (word[i] == "Fl" && t == "") {
				t = "-" take(word, n, i + 1)
				i = stop
			}
			add(code("-" t))
		} else if (m == "Ar") {
			add(t == "" ? "file ..." : t)
		} else if (m == "Nm") {
			add(t == "" ? name : t)
		} else if (m == "Xr") {
			split(t, part, " ")
			add(part[1] "(" part[2] ")")
		} else if (m == "Em" || m == "Sx") {
			add("*" t "*")
		} else {
			add(code(t))
		}
	}
	if (closer != "") {
		glue = 1
		add(closer)
	}
}

function flush_line() {
	if (line != "")
		print (depth ? indent : "") line
	line = ""
	glue = 0
}

function paragraph() {
	flush_line()
	print ""
}

function heading(s) {
	return substr(s, 1, 1) tolower(substr(s, 2))
}

function end_synopsis() {
	if (synopsis) {
		flush_line()
		print "```"
	}
	synopsis = 0
}

BEGIN {
	split("Nm Xr Sx Ar Fl Op Oo Oc Cm Pa Ev Dv Ql Dq Pq Em Ns", names, " ")
	for (i in names)
		inline[names[i]] = 1
}

/^\.\\"/ || /^\.(Dd|Os)/ {
	next
}

/^\.Dt / {
	volume = $3
	next
}

/^\.Sh / {
	end_synopsis()
	flush_line()
	section = substr($0, 5)
	if (section != "NAME") {
		print ""
		print "## " heading(section)
		print ""
	}
	if (section == "SYNOPSIS") {
		synopsis = 1
		print "```"
	}
	next
}

/^\.Ss / {
	flush_line()
	print ""
	print "### " substr($0, 5)
	print ""
	next
}

section == "NAME" && /^\.Nm / {
	name = $2
	next
}

/^\.Nd / {
	print "# " name "(" volume ")"
	print ""
	print "## Name"
	print ""
	print name " - " substr($0, 5)
	next
}

/^\.Pp/ {
	paragraph()
	next
}

/^\.Bl / {
	flush_line()
	print ""
	depth = 1
	mark = /-enum/ ? "1. " : "- "
	indent = /-enum/ ? "   " : "  "
	next
}

/^\.It/ {
	flush_line()
	depth = 0
	render(substr($0, 5))
	line = mark line
	if ($0 != ".It")
		flush_line()
	depth = 1
	glue = $0 == ".It"
	next
}

/^\.El/ {
	paragraph()
	depth = 0
	next
}

/^\.Bd / {
	flush_line()
	print ""
	print "```"
	literal = 1
	next
}

/^\.Ed/ {
	print "```"
	literal = 0
	next
}

literal {
	print unescape($0)
	next
}

synopsis && /^\.Nm/ {
	flush_line()
	render(substr($0, 2))
	next
}

/^\./ {
	macro = substr($1, 2)
	if (!(macro in inline))
		die("macro " macro " is not known")
	render(substr($0, 2))
	next
}

{
	add(unescape($0))
}

END {
	if (failed)
		exit 1
	end_synopsis()
	flush_line()
	print ""
}
