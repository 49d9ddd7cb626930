/* SPDX-License-Identifier: ISC */
/*
 * log: one line a thing, on standard error, where every web server collects it:
 *	mcp-cgi PROGRAM REQUEST-ID: text
 * Control characters are escaped, so that nobody can forge a line.  A secret is a struct and does not fit a %s.
 */
#ifndef LOG_H
#define LOG_H

/* Names the program; before that lines say "mcp-cgi". */
void log_program(const char *name) __attribute__((nonnull));

/* Names the request that the following lines belong to; NULL: none.  The text must outlive its use. */
void log_request(const char *id);

/* Writes one line. */
void log_line(const char *format, ...) __attribute__((nonnull(1), format(printf, 1, 2)));

#endif
