/* SPDX-License-Identifier: ISC */
/* log: a line is built whole and written with one write(2), so that lines of several workers do not mix. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

static const char *program = "";
static const char *request;

void log_program(const char *name)
{
	program = name;
}

void log_request(const char *id)
{
	request = id;
}

static size_t escape(char *to, size_t room, const char *from)
{
	size_t n = 0;

	for (; *from && n + 5 < room; from++) {
		unsigned char c = (unsigned char)*from;

		if (c >= 0x20 && c != 0x7f && c != '\\')
			to[n++] = (char)c;
		else
			n += (size_t)snprintf(to + n, room - n, "\\x%02x", c);
	}
	return n;
}

void log_line(const char *format, ...)
{
	char text[1024], line[2048];
	va_list ap;
	size_t n;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	n = (size_t)snprintf(line, sizeof line, "mcp-cgi%s%s%s%s: ", *program ? " " : "", program,
	    request ? " " : "", request ? request : "");
	n += escape(line + n, sizeof line - n - 1, text);
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, n) < 0)
		return;		/* nowhere left to say it */
}
