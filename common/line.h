/* SPDX-License-Identifier: ISC */
/*
 * line: text that is one line, such as a title or a tag, and lists of such: a JSON array for the caller, one a line in
 * the rows, because a tag may have blanks in it.
 */
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>

#include "buf.h"

struct json_object;

/* Is there something to see in it, and no control character but the tab? */
bool line_is(const char *text) __attribute__((nonnull));

/* The items of an array of strings, which may be NULL, one a line.  NULL when one of them is no line. */
const char *line_join(struct arena *a, struct json_object *array) __attribute__((nonnull(1)));

/* Appends `"name":["line","line"]`. */
void line_put_list(struct buf *b, const char *name, const char *lines) __attribute__((nonnull));

#endif
