/* SPDX-License-Identifier: ISC */
/*
 * schema: does a value conform to a JSON Schema (2020-12)?  The text that is published is the text that is enforced: a
 * schema is compiled once, and one that cannot be enforced is refused then, by keyword and place, instead of being
 * half obeyed.
 *
 * Enforced: every keyword of the vocabularies core, applicator, unevaluated and validation, as the required part of
 * the official test suite has them.  Annotations, which say nothing about validity: the vocabularies meta-data,
 * format-annotation and content (`format`: Validation section 7.2.1), and every name that is not known (Core section
 * 4.3.1).  `definitions` is the name that $defs had.  Keywords of older drafts ("additionalItems", "dependencies") are
 * refused by name: whoever wrote them wants them enforced, and silently they would not be.
 *
 * Nothing is ever fetched.  A $ref leads to a place in the schema, to an $id or an anchor in it, or to the metaschemas
 * of 2020-12, which are in the program.  Patterns are ECMA-262 (schema_ecma.h).
 */
#ifndef SCHEMA_H
#define SCHEMA_H

#include <stddef.h>

#include <json-c/json.h>

#include "arena.h"

enum {
	SCHEMA_DEPTH = 64,		/* schemas within schemas */
	SCHEMA_NODES = 10000,		/* schemas in one schema, and in what it refers to */
	SCHEMA_VALUES = 20000,		/* JSON values in one document */
	SCHEMA_NAMES = 1000,		/* $id and anchors */
	SCHEMA_RUN_DEPTH = 400,		/* schemas that are being checked inside one another */
	SCHEMA_STEPS = 1000000,		/* work that one check may cost; a fifth of a second, at most */
	SCHEMA_UNIQUE = 256,		/* items that uniqueItems compares, each with each; more are refused */
};

struct schema;

/* A document that a $ref may lead to, by its address. */
struct schema_document {
	const char *uri;
	struct json_object *json;
};

/* What a schema may refer to besides itself. */
struct schema_reading {
	const struct schema_document *documents;
	size_t n;
};

/*
 * Compiles a schema; how is NULL where there is nothing but the schema.  NULL when it cannot be enforced: *wrong is then
 * a sentence in a that names the keyword and the place ("minLength must be a whole number that is not negative, at
 * #/properties/q").  The source comes from json_read() and must not be changed afterwards; the schema holds a
 * reference to it, and everything else that it needs itself.
 */
struct schema *schema_compile(struct arena *a, struct json_object *source, const struct schema_reading *how,
    const char **wrong) __attribute__((nonnull(1, 4), warn_unused_result));

/*
 * What the first thing wrong with the value is, as a sentence in a that names the argument ("limit must be at most
 * 20"), or NULL when the value conforms.  A member name of the value's own is quoted shortened and without control
 * characters.  Lengths are counted in code points (JSON Schema Validation section 6.3.1); 1.0 is an integer (section
 * 6.1.1), and equal to 1.  A check that costs too much ends with "arguments is too complex to check".
 */
const char *schema_check(struct arena *a, const struct schema *s, struct json_object *value)
    __attribute__((nonnull(1, 2)));

/* Gives a schema back.  NULL is allowed. */
void schema_drop(struct schema *s);

#endif
