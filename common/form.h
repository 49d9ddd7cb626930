/* SPDX-License-Identifier: ISC */
/*
 * form: application/x-www-form-urlencoded into a table of values (RFC 6749 appendix B).  The three sentences of RFC
 * 6749 sections 3.1 and 3.2 live here once: an unknown parameter is ignored, one without a value counts as not sent,
 * one given twice is refused.
 *
 * A value that is no text (a broken escape, a NUL, invalid UTF-8) is given as FORM_NO_TEXT, a control character that
 * no check of a field lets pass; so it is refused in that field's own words, by whoever knows them.
 */
#ifndef FORM_H
#define FORM_H

#include <stddef.h>

#include "arena.h"
#include "fail.h"

#define FORM_NO_TEXT "\x01"

extern const struct fail form_malformed;	/* too many parameters */
extern const struct fail form_repeated;

/* What became of each field, beside its value. */
struct form {
	const char **value;	/* one a field; NULL when absent or empty */
	const char **bytes;	/* the same as opaque bytes, percent-encoded by our encoder; NULL as value */
	unsigned repeated;	/* bit set of fields given more than once */
	unsigned differing;	/* of these, the ones whose values were not all the same */
};

/*
 * Reads text[0..len) into f->value[i] for the names field[0..n), n <= 32.  Values live in the arena; a field that was
 * repeated keeps its first value and has its bit in f->repeated (a caller that forbids it uses form_read()).
 */
const struct fail *form_scan(struct arena *a, const char *text, size_t len, const char *const *field, size_t n,
    struct form *f) __attribute__((nonnull, warn_unused_result));

/* As form_scan(), but a repeated field is form_repeated. */
const struct fail *form_read(struct arena *a, const char *text, size_t len, const char *const *field, size_t n,
    const char **value) __attribute__((nonnull, warn_unused_result));

#endif
