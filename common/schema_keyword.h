/* SPDX-License-Identifier: ISC */
/*
 * schema_keyword: the table of keywords is the checker.  A row says what a keyword must hold, which vocabulary it
 * belongs to, and what it demands of a value; rows are applied in their order, so that the first thing said is the
 * most helpful one, and so that what is unevaluated is known when it is asked for.
 */
#ifndef SCHEMA_KEYWORD_H
#define SCHEMA_KEYWORD_H

#include <stdbool.h>
#include <stddef.h>

#include <json-c/json.h>

struct schema_demand;

#define SCHEMA_DIALECT "https://json-schema.org/draft/2020-12/schema"

enum schema_vocabulary {
	VOCABULARY_CORE = 1,
	VOCABULARY_APPLICATOR = 2,
	VOCABULARY_UNEVALUATED = 4,
	VOCABULARY_VALIDATION = 8,
	VOCABULARY_NOTES = 16,		/* meta-data, format-annotation, content */
	VOCABULARY_ALL = 31,
};

enum schema_holds {
	HOLDS_ANY, HOLDS_TEXT, HOLDS_BOOL, HOLDS_NUMBER, HOLDS_POSITIVE, HOLDS_COUNT, HOLDS_ITEMS, HOLDS_LIST, HOLDS_NAMES,
	HOLDS_NAMES_OF, HOLDS_TYPES, HOLDS_OBJECT, HOLDS_ID, HOLDS_ANCHOR, HOLDS_PATTERN, HOLDS_REF,
	HOLDS_SCHEMA, HOLDS_SCHEMAS, HOLDS_SCHEMA_OF, HOLDS_SCHEMA_OF_PATTERN,
};

struct schema_keyword {
	const char *name;
	enum schema_holds holds;
	enum schema_vocabulary vocabulary;
	const char *(*check)(const struct schema_demand *d);	/* NULL: demands nothing by itself */
	bool in_place;						/* its schemas look at the very same value */
	const char *beside[2];
};

/* The i-th row; NULL behind the last. */
const struct schema_keyword *schema_keyword_at(size_t i);

/* The row of that name, or NULL. */
const struct schema_keyword *schema_keyword_find(const char *name) __attribute__((nonnull));

/* For a keyword of an older draft that would silently not be enforced, what to write today, or NULL. */
const char *schema_keyword_today(const char *name) __attribute__((nonnull));

/* NULL, or what the keyword must hold, in words, when it does not. */
const char *schema_keyword_must_hold(const struct schema_keyword *k, struct json_object *json)
    __attribute__((nonnull(1)));

/* The vocabulary of that address, or 0. */
unsigned schema_keyword_vocabulary(const char *uri) __attribute__((nonnull));

#endif
