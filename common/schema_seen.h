/* SPDX-License-Identifier: ISC */
/*
 * schema_seen: which members of an object or items of an array have been looked at (evaluated, Core section 11): the
 * annotations that unevaluatedProperties and unevaluatedItems ask for, as a bit for each.  NULL stands for a set that
 * nobody asks for.
 */
#ifndef SCHEMA_SEEN_H
#define SCHEMA_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include "arena.h"

struct schema_seen {
	struct json_object *value;
	uint64_t *bits;
	size_t words;
};

/* How many words the set of a value has; what it costs. */
size_t schema_seen_words(struct json_object *value);

/* An empty set for that value. */
struct schema_seen schema_seen_new(struct arena *a, struct json_object *value) __attribute__((nonnull(1)));

void schema_seen_item(struct schema_seen *s, size_t i);
bool schema_seen_has_item(const struct schema_seen *s, size_t i) __attribute__((nonnull));

/* For members that the value has. */
void schema_seen_member(struct schema_seen *s, const char *name) __attribute__((nonnull(2)));
bool schema_seen_has_member(const struct schema_seen *s, const char *name) __attribute__((nonnull));

/* Adds what is in more, a set of the same value. */
void schema_seen_add(struct schema_seen *s, const struct schema_seen *more) __attribute__((nonnull(2)));

#endif
