/* SPDX-License-Identifier: ISC */
/* schema_place: where in a value something is wrong, and the sentence that says so. */
#ifndef SCHEMA_PLACE_H
#define SCHEMA_PLACE_H

#include <stdarg.h>
#include <stddef.h>

#include "arena.h"

/* A chain on the stack while a value is walked through; printed only when something is wrong. */
struct schema_place {
	struct arena *arena;
	const struct schema_place *in;	/* NULL: the value as a whole */
	const char *name;		/* a member, or NULL: */
	size_t index;			/* an item */
};

/*
 * "tags[2] must be a string": the place and the words, in the arena of the place.  The value as a whole is called
 * "arguments"; a member name may be the client's, so that it is cut after 64 bytes and shows '?' for a control
 * character.
 */
const char *schema_place_say(const struct schema_place *at, const char *format, ...)
    __attribute__((nonnull(1, 2), returns_nonnull, format(printf, 2, 3)));

/* The same with a va_list. */
const char *schema_place_vsay(const struct schema_place *at, const char *format, va_list ap)
    __attribute__((nonnull(1, 2), returns_nonnull, format(printf, 2, 0)));

#endif
