/* SPDX-License-Identifier: ISC */
/*
 * schema: does a value conform to a JSON Schema (2020-12)?  The text that is published is the text that is enforced: a
 * schema with a keyword that is not known here is refused, by name, instead of being half obeyed.
 *
 * Enforced: type enum const minLength maxLength minimum maximum minItems maxItems uniqueItems items required
 * additionalProperties properties, and the schemas true and false.  Allowed, because they say nothing about validity:
 * $schema (2020-12 only) $comment title description default examples deprecated readOnly writeOnly.
 * Nothing is ever fetched; there is no $ref.
 */
#ifndef SCHEMA_H
#define SCHEMA_H

#include <json-c/json.h>

#include "arena.h"

enum {
	SCHEMA_DEPTH = 32,	/* schemas within schemas */
	SCHEMA_UNIQUE = 256,	/* items that uniqueItems compares, each with each; more are refused */
};

/*
 * Why this schema cannot be enforced, as a sentence that names the keyword ("pattern is not supported"), or NULL when
 * it can.  The sentence lives in the arena.
 */
const char *schema_refusal(struct arena *a, struct json_object *schema) __attribute__((nonnull(1)));

/*
 * What the first thing wrong with the value is, as a sentence that names the argument ("limit must be at most 20"), or
 * NULL when the value conforms.  A member name of the value's own is quoted shortened and without control characters.
 * The schema must be one that schema_refusal() has nothing against.  Lengths are counted in code points
 * (JSON Schema Validation section 6.3.1); 1.0 is an integer (section 6.1.1), and equal to 1.
 */
const char *schema_check(struct arena *a, struct json_object *schema, struct json_object *value)
    __attribute__((nonnull(1)));

#endif
