/* SPDX-License-Identifier: ISC */
/*
 * schema: the table of keywords is the checker.  A row says what a keyword must hold and what it demands of a value;
 * rows are applied in their order, so that the first thing said is the most helpful one.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "buf.h"
#include "json.h"
#include "schema.h"
#include "schema_place.h"
#include "schema_value.h"

#define DIALECT "https://json-schema.org/draft/2020-12/schema"

/* One keyword that meets one value. */
struct demand {
	const struct schema_place *at;
	struct json_object *schema;	/* that the keyword is in */
	struct json_object *rule;	/* what the keyword holds */
	struct json_object *value;
};

static const char *check(const struct schema_place *at, struct json_object *schema, struct json_object *value);

/* A value of the schema's own, to be shown. */
static const char *shown(struct arena *a, struct json_object *v)
{
	struct buf b = buf_new(a);

	json_put(&b, v);
	return b.v;
}

/* -- what the keywords demand -- */

static const char *check_type(const struct demand *d)
{
	bool many = schema_value_is_list(d->rule);
	size_t n = many ? json_object_array_length(d->rule) : 1;
	struct buf words = buf_new(d->at->arena);

	for (size_t i = 0; i < n; i++) {
		const struct schema_type *t = schema_value_type(many ? json_object_array_get_idx(d->rule, i) : d->rule);

		if (t->is(d->value))
			return NULL;
		buf_printf(&words, "%s%s", i ? " or " : "", t->words);
	}
	return schema_place_say(d->at, "must be %s", words.v);
}

static const char *check_enum(const struct demand *d)
{
	if (schema_value_is_among(d->value, d->rule, json_object_array_length(d->rule)))
		return NULL;
	return schema_place_say(d->at, "must be one of %s", shown(d->at->arena, d->rule));
}

static const char *check_const(const struct demand *d)
{
	if (schema_value_is_equal(d->value, d->rule))
		return NULL;
	return schema_place_say(d->at, "must be %s", shown(d->at->arena, d->rule));
}

static const char *check_minimum(const struct demand *d)
{
	if (!schema_value_is_number(d->value) || schema_value_number(d->value) >= schema_value_number(d->rule))
		return NULL;
	return schema_place_say(d->at, "must be at least %s", shown(d->at->arena, d->rule));
}

static const char *check_maximum(const struct demand *d)
{
	if (!schema_value_is_number(d->value) || schema_value_number(d->value) <= schema_value_number(d->rule))
		return NULL;
	return schema_place_say(d->at, "must be at most %s", shown(d->at->arena, d->rule));
}

static const char *say_size(const struct demand *d, const char *bound, const char *unit)
{
	int64_t n = json_object_get_int64(d->rule);

	return schema_place_say(d->at, "must have %s %" PRId64 " %s%s", bound, n, unit, n == 1 ? "" : "s");
}

static bool is_under(size_t n, struct json_object *rule)
{
	return (long double)n < schema_value_number(rule);
}

static bool is_over(size_t n, struct json_object *rule)
{
	return (long double)n > schema_value_number(rule);
}

static const char *check_min_length(const struct demand *d)
{
	if (!schema_value_is_text(d->value) || !is_under(schema_value_length(d->value), d->rule))
		return NULL;
	return say_size(d, "at least", "character");
}

static const char *check_max_length(const struct demand *d)
{
	if (!schema_value_is_text(d->value) || !is_over(schema_value_length(d->value), d->rule))
		return NULL;
	return say_size(d, "at most", "character");
}

static const char *check_min_items(const struct demand *d)
{
	if (!schema_value_is_list(d->value) || !is_under(json_object_array_length(d->value), d->rule))
		return NULL;
	return say_size(d, "at least", "item");
}

static const char *check_max_items(const struct demand *d)
{
	if (!schema_value_is_list(d->value) || !is_over(json_object_array_length(d->value), d->rule))
		return NULL;
	return say_size(d, "at most", "item");
}

static const char *check_items(const struct demand *d)
{
	size_t n = schema_value_is_list(d->value) ? json_object_array_length(d->value) : 0;
	const char *wrong = NULL;

	for (size_t i = 0; i < n && !wrong; i++) {
		struct schema_place item = { .arena = d->at->arena, .in = d->at, .index = i };

		wrong = check(&item, d->rule, json_object_array_get_idx(d->value, i));
	}
	return wrong;
}

static const char *check_unique_items(const struct demand *d)
{
	size_t n = schema_value_is_list(d->value) ? json_object_array_length(d->value) : 0;

	if (!json_object_get_boolean(d->rule))
		return NULL;
	if (n > SCHEMA_UNIQUE)
		return schema_place_say(d->at, "has more than %d items, too many to compare", SCHEMA_UNIQUE);
	for (size_t i = 1; i < n; i++)
		if (schema_value_is_among(json_object_array_get_idx(d->value, i), d->value, i))
			return schema_place_say(d->at, "must not have two equal items");
	return NULL;
}

static const char *check_required(const struct demand *d)
{
	size_t n = schema_value_is_object(d->value) ? json_object_array_length(d->rule) : 0;

	for (size_t i = 0; i < n; i++) {
		const char *name = json_object_get_string(json_object_array_get_idx(d->rule, i));
		struct schema_place member = { .arena = d->at->arena, .in = d->at, .name = name };

		if (!json_has(d->value, name))
			return schema_place_say(&member, "is required");
	}
	return NULL;
}

static const char *check_additional(const struct demand *d)
{
	struct json_object *known = json_get(d->schema, "properties");
	const char *wrong;

	if (!schema_value_is_object(d->value))
		return NULL;
	json_object_object_foreach(d->value, name, value) {
		struct schema_place member = { .arena = d->at->arena, .in = d->at, .name = name };

		if (!json_has(known, name) && (wrong = check(&member, d->rule, value)))
			return wrong;
	}
	return NULL;
}

static const char *check_properties(const struct demand *d)
{
	struct json_object *value;
	const char *wrong;

	json_object_object_foreach(d->rule, name, schema) {
		struct schema_place member = { .arena = d->at->arena, .in = d->at, .name = name };

		if (json_object_object_get_ex(d->value, name, &value) && (wrong = check(&member, schema, value)))
			return wrong;
	}
	return NULL;
}

/* -- the table -- */

enum holds {
	HOLDS_ANY, HOLDS_TEXT, HOLDS_BOOL, HOLDS_NUMBER, HOLDS_COUNT, HOLDS_LIST, HOLDS_NAMES, HOLDS_TYPES, HOLDS_DIALECT,
	HOLDS_SCHEMA, HOLDS_SCHEMAS,
};

static const char *const holds_words[] = {
	[HOLDS_TEXT] = "a string",
	[HOLDS_BOOL] = "true or false",
	[HOLDS_NUMBER] = "a number",
	[HOLDS_COUNT] = "a whole number that is not negative",
	[HOLDS_LIST] = "an array with at least one item",
	[HOLDS_NAMES] = "an array of strings",
	[HOLDS_TYPES] = "the name of a type or an array of such names",
	[HOLDS_DIALECT] = DIALECT,
	[HOLDS_SCHEMAS] = "an object",
};

static const struct keyword {
	const char *name;
	enum holds holds;
	const char *(*check)(const struct demand *d);	/* NULL: says nothing about validity */
} keywords[] = {
	{ "type",		HOLDS_TYPES,	check_type },
	{ "enum",		HOLDS_LIST,	check_enum },
	{ "const",		HOLDS_ANY,	check_const },
	{ "minimum",		HOLDS_NUMBER,	check_minimum },
	{ "maximum",		HOLDS_NUMBER,	check_maximum },
	{ "minLength",		HOLDS_COUNT,	check_min_length },
	{ "maxLength",		HOLDS_COUNT,	check_max_length },
	{ "minItems",		HOLDS_COUNT,	check_min_items },
	{ "maxItems",		HOLDS_COUNT,	check_max_items },
	{ "items",		HOLDS_SCHEMA,	check_items },
	{ "uniqueItems",	HOLDS_BOOL,	check_unique_items },
	{ "required",		HOLDS_NAMES,	check_required },
	{ "additionalProperties", HOLDS_SCHEMA,	check_additional },
	{ "properties",		HOLDS_SCHEMAS,	check_properties },
	{ "$schema",		HOLDS_DIALECT,	NULL },
	{ "$comment",		HOLDS_TEXT,	NULL },
	{ "title",		HOLDS_TEXT,	NULL },
	{ "description",	HOLDS_TEXT,	NULL },
	{ "default",		HOLDS_ANY,	NULL },
	{ "examples",		HOLDS_LIST,	NULL },
	{ "deprecated",		HOLDS_BOOL,	NULL },
	{ "readOnly",		HOLDS_BOOL,	NULL },
	{ "writeOnly",		HOLDS_BOOL,	NULL },
};

enum { KEYWORDS = sizeof keywords / sizeof *keywords };

static const char *check(const struct schema_place *at, struct json_object *schema, struct json_object *value)
{
	struct demand d = { .at = at, .schema = schema, .value = value };
	const char *wrong = NULL;

	if (schema_value_is_bool(schema))
		return json_object_get_boolean(schema) ? NULL : schema_place_say(at, "is not allowed");
	for (size_t i = 0; i < KEYWORDS && !wrong; i++)
		if (keywords[i].check && json_object_object_get_ex(schema, keywords[i].name, &d.rule))
			wrong = keywords[i].check(&d);
	return wrong;
}

const char *schema_check(struct arena *a, struct json_object *schema, struct json_object *value)
{
	struct schema_place whole = { .arena = a };

	return check(&whole, schema, value);
}

/* -- can the schema be enforced? -- */

static bool is_list_of(struct json_object *v, bool (*is)(struct json_object *item))
{
	size_t n = schema_value_is_list(v) ? json_object_array_length(v) : 0;

	for (size_t i = 0; i < n; i++)
		if (!is(json_object_array_get_idx(v, i)))
			return false;
	return schema_value_is_list(v);
}

static bool is_anything(struct json_object *v)
{
	(void)v;
	return true;
}

static bool is_type_name(struct json_object *v)
{
	return schema_value_type(v) != NULL;
}

static bool is_held(enum holds holds, struct json_object *rule)
{
	switch (holds) {
	case HOLDS_TEXT:
		return schema_value_is_text(rule);
	case HOLDS_BOOL:
		return schema_value_is_bool(rule);
	case HOLDS_NUMBER:
		return schema_value_is_number(rule);
	case HOLDS_COUNT:
		return schema_value_is_integer(rule) && schema_value_number(rule) >= 0;
	case HOLDS_LIST:
		return is_list_of(rule, is_anything) && json_object_array_length(rule) > 0;
	case HOLDS_NAMES:
		return is_list_of(rule, schema_value_is_text);
	case HOLDS_TYPES:
		return is_type_name(rule) || (is_list_of(rule, is_type_name) && json_object_array_length(rule) > 0);
	case HOLDS_DIALECT:
		return schema_value_is_text(rule) && strcmp(json_object_get_string(rule), DIALECT) == 0;
	case HOLDS_SCHEMAS:
		return schema_value_is_object(rule);
	case HOLDS_SCHEMA:
	case HOLDS_ANY:
		break;
	}
	return true;
}

static const char *refuse(struct arena *a, struct json_object *schema, int depth);

static const char *refuse_all(struct arena *a, struct json_object *schemas, int depth)
{
	const char *wrong;

	json_object_object_foreach(schemas, name, schema) {
		(void)name;
		if ((wrong = refuse(a, schema, depth)))
			return wrong;
	}
	return NULL;
}

static const char *refuse_keyword(struct arena *a, const char *name, struct json_object *rule, int depth)
{
	for (size_t i = 0; i < KEYWORDS; i++) {
		if (strcmp(keywords[i].name, name) != 0)
			continue;
		if (!is_held(keywords[i].holds, rule))
			return arena_printf(a, "%s must be %s", name, holds_words[keywords[i].holds]);
		if (keywords[i].holds == HOLDS_SCHEMA)
			return refuse(a, rule, depth + 1);
		return keywords[i].holds == HOLDS_SCHEMAS ? refuse_all(a, rule, depth + 1) : NULL;
	}
	return arena_printf(a, "%s is not supported", name);
}

static const char *refuse(struct arena *a, struct json_object *schema, int depth)
{
	const char *wrong;

	if (schema_value_is_bool(schema))
		return NULL;
	if (!schema_value_is_object(schema))
		return "a schema must be an object, true or false";
	if (depth > SCHEMA_DEPTH)
		return "the schema is nested too deeply";
	json_object_object_foreach(schema, name, rule)
		if ((wrong = refuse_keyword(a, name, rule, depth)))
			return wrong;
	return NULL;
}

const char *schema_refusal(struct arena *a, struct json_object *schema)
{
	return refuse(a, schema, 1);
}
