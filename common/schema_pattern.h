/* SPDX-License-Identifier: ISC */
/*
 * schema_pattern: regular expressions, by PCRE2, and the only place that knows it.  A match takes from a budget what
 * it costs, so that a pattern that goes back and forth (ReDoS) ends with the budget instead of with the patience of
 * whoever waits.
 */
#ifndef SCHEMA_PATTERN_H
#define SCHEMA_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"

enum {
	SCHEMA_PATTERN_SIZE = 8000,	/* bytes of a pattern */
	SCHEMA_PATTERN_TEXT = 4096,	/* bytes of text that a pattern with backreferences is tried on */
};

struct schema_pattern;

/* Compiles an ECMA-262 pattern into memory that keep owns.  NULL, and in *wrong, in a, the reason in a few words. */
struct schema_pattern *schema_pattern_new(struct arena *keep, struct arena *a, const char *text, const char **wrong)
    __attribute__((nonnull, warn_unused_result));

/* Does it match anywhere in the text?  *left becomes 0 when that costs more than is left, or too much memory. */
bool schema_pattern_matches(const struct schema_pattern *p, const char *text, size_t n, size_t *left)
    __attribute__((nonnull));

#endif
