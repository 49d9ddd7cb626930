/* SPDX-License-Identifier: ISC */
/* schema_check: types, values, numbers, strings (JSON Schema Validation sections 6.1 to 6.3). */
#include <inttypes.h>
#include <string.h>

#include "buf.h"
#include "schema_check.h"
#include "schema_number.h"
#include "schema_value.h"

const char *schema_check_type(const struct schema_demand *d)
{
	struct json_object *types = d->rule->json;
	bool many = schema_value_is_list(types);
	size_t n = many ? json_object_array_length(types) : 1;
	struct buf words = buf_new(d->run->arena);

	schema_run_spend(d->run, n / 8);
	for (size_t i = 0; i < n; i++) {
		const struct schema_type *t = schema_value_type(many ? json_object_array_get_idx(types, i) : types);

		if (t->is(d->value))
			return NULL;
		if (!d->run->quiet)
			buf_printf(&words, "%s%s", i ? " or " : "", t->words);
	}
	return schema_run_say(d, d->at, "must be %s", words.v);
}

const char *schema_check_enum(const struct schema_demand *d)
{
	struct json_object *list = d->rule->json;

	if (schema_value_is_among(d->value, list, json_object_array_length(list), &d->run->left))
		return NULL;
	return schema_run_say(d, d->at, "must be one of %s", schema_run_shown(d, list));
}

const char *schema_check_const(const struct schema_demand *d)
{
	if (schema_value_is_same(d->value, d->rule->json, &d->run->left))
		return NULL;
	return schema_run_say(d, d->at, "must be %s", schema_run_shown(d, d->rule->json));
}

/* -- numbers -- */

static bool is_other_than_number(const struct schema_demand *d)
{
	return !schema_value_is_number(d->value);
}

static long double number(const struct schema_demand *d)
{
	return schema_value_number(d->value);
}

static long double bound(const struct schema_demand *d)
{
	return schema_value_number(d->rule->json);
}

static const char *say_number(const struct schema_demand *d, const char *what)
{
	return schema_run_say(d, d->at, "must be %s %s", what, schema_run_shown(d, d->rule->json));
}

const char *schema_check_minimum(const struct schema_demand *d)
{
	return is_other_than_number(d) || number(d) >= bound(d) ? NULL : say_number(d, "at least");
}

const char *schema_check_maximum(const struct schema_demand *d)
{
	return is_other_than_number(d) || number(d) <= bound(d) ? NULL : say_number(d, "at most");
}

const char *schema_check_above(const struct schema_demand *d)
{
	return is_other_than_number(d) || number(d) > bound(d) ? NULL : say_number(d, "more than");
}

const char *schema_check_below(const struct schema_demand *d)
{
	return is_other_than_number(d) || number(d) < bound(d) ? NULL : say_number(d, "less than");
}

const char *schema_check_multiple(const struct schema_demand *d)
{
	if (is_other_than_number(d))
		return NULL;
	schema_run_spend(d->run, strlen(json_object_get_string(d->value)) / 64);
	if (schema_number_is_multiple(d->value, d->rule->json))
		return NULL;
	return say_number(d, "a multiple of");
}

/* -- strings -- */

/* Code points; counting them is work as well. */
static size_t length(const struct schema_demand *d)
{
	schema_run_spend(d->run, (size_t)json_object_get_string_len(d->value) / 64);
	return schema_value_length(d->value);
}

static const char *say_length(const struct schema_demand *d, const char *what)
{
	int64_t n = json_object_get_int64(d->rule->json);

	return schema_run_say(d, d->at, "must have %s %" PRId64 " character%s", what, n, n == 1 ? "" : "s");
}

const char *schema_check_min_length(const struct schema_demand *d)
{
	if (!schema_value_is_text(d->value) || (long double)length(d) >= bound(d))
		return NULL;
	return say_length(d, "at least");
}

const char *schema_check_max_length(const struct schema_demand *d)
{
	if (!schema_value_is_text(d->value) || (long double)length(d) <= bound(d))
		return NULL;
	return say_length(d, "at most");
}

const char *schema_check_pattern(const struct schema_demand *d)
{
	if (!schema_value_is_text(d->value) || schema_run_matches(d->run, d->rule->parts->pattern,
	    json_object_get_string(d->value), (size_t)json_object_get_string_len(d->value)))
		return NULL;
	return schema_run_say(d, d->at, "must match the pattern %s", json_object_get_string(d->rule->json));
}
