/* SPDX-License-Identifier: ISC */
/*
 * html: text into pages.  The pages themselves are compiled from common/html by pages.awk; a hole is escaped by
 * being a hole, there is no other kind.
 */
#ifndef HTML_H
#define HTML_H

#include "buf.h"
#include "http.h"

/* Appends text escaped for element content and quoted attributes; invisible characters are left out. */
void html_put(struct buf *b, const char *text) __attribute__((nonnull(1)));

/* The same, with its line breaks, for a <pre>. */
void html_put_lines(struct buf *b, const char *text) __attribute__((nonnull));

/*
 * Begins a page's answer: status, type, and the headers every page has: a Content-Security-Policy that allows nothing
 * but our own style and images, and no framing.  form_action is false on a page whose form ends in a redirect to
 * another origin, because Chromium applies form-action to the whole chain (w3c/webappsec-csp issue 8).
 */
void html_answer(struct request *rq, struct response *rs, int status, bool form_action) __attribute__((nonnull));

/* Appends the style sheet, with the owner's accent colour, in the bytes that html_answer() has hashed. */
void html_put_style(struct buf *b, const struct context *cx) __attribute__((nonnull));

/* Appends the first character of a name, escaped. */
void html_put_initial(struct buf *b, const char *name) __attribute__((nonnull));

#endif
