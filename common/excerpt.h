/* SPDX-License-Identifier: ISC */
/*
 * excerpt: the words around a match.  FTS5's own snippet() looks at every match from every match, which takes hours for a
 * long text that says one thing over and over; this is one look at a marked text.
 */
#ifndef EXCERPT_H
#define EXCERPT_H

#include <stddef.h>

#include "arena.h"

/* What stands before and after a match in a marked text. */
#define EXCERPT_OPEN '\x02'
#define EXCERPT_CLOSE '\x03'

/*
 * About thirty words around the first match of n bytes of UTF-8 (the beginning, if there is none), on one line, matches between
 * ** and **, with "..." where something was left out.
 */
const char *excerpt_cut(struct arena *a, const char *marked, size_t n) __attribute__((nonnull, returns_nonnull));

#endif
