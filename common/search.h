/* SPDX-License-Identifier: ISC */
/* search: what a person or a model typed, as a full-text expression that cannot be anything but words. */
#ifndef SEARCH_H
#define SEARCH_H

#include "arena.h"

/*
 * The FTS5 expression (SQLite FTS5 section 3) that asks for all words of the text, each a quoted string, so that no
 * operator, column filter, star or bracket of the text is one.  A word is a run of letters, digits and bytes of other
 * scripts; `-`, `_`, `.` and `'` inside a word keep it together (`read_file`, `don't` are looked up as phrases), up to
 * eight times.  Words beyond the 32nd are left out: they would narrow nothing that a person looks for.
 * NULL when there is no word: nothing can be found then.
 */
const char *search_expression(struct arena *a, const char *text) __attribute__((nonnull));

/* The same among the words of one column: title, content or tags. */
const char *search_among(struct arena *a, const char *column, const char *text) __attribute__((nonnull));

/* The same; the last word may be unfinished. */
const char *search_begun(struct arena *a, const char *column, const char *text) __attribute__((nonnull));

#endif
