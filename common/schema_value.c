/* SPDX-License-Identifier: ISC */
/* schema_value: questions about values, and the table of types. */
#include <stdint.h>
#include <string.h>

#include "schema_value.h"
#include "utf8.h"

static bool is_null(struct json_object *v)
{
	return !v;
}

bool schema_value_is_bool(struct json_object *v)
{
	return json_object_is_type(v, json_type_boolean);
}

bool schema_value_is_text(struct json_object *v)
{
	return json_object_is_type(v, json_type_string);
}

bool schema_value_is_list(struct json_object *v)
{
	return json_object_is_type(v, json_type_array);
}

bool schema_value_is_object(struct json_object *v)
{
	return json_object_is_type(v, json_type_object);
}

bool schema_value_is_number(struct json_object *v)
{
	return json_object_is_type(v, json_type_int) || json_object_is_type(v, json_type_double);
}

bool schema_value_is_integer(struct json_object *v)
{
	double d;

	if (!json_object_is_type(v, json_type_double))
		return json_object_is_type(v, json_type_int);
	d = json_object_get_double(v);
	return !(d > -0x1p53 && d < 0x1p53) || d == (double)(int64_t)d;	/* from 2^53 on there are no fractions */
}

long double schema_value_number(struct json_object *v)
{
	if (json_object_is_type(v, json_type_double))
		return json_object_get_double(v);
	if (json_object_get_int64(v) < 0)
		return json_object_get_int64(v);
	return json_object_get_uint64(v);
}

size_t schema_value_length(struct json_object *v)
{
	return utf8_count(json_object_get_string(v), (size_t)json_object_get_string_len(v));
}

static bool is_same_list(struct json_object *a, struct json_object *b, size_t *left)
{
	size_t n = json_object_array_length(a);

	if (n != json_object_array_length(b))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!schema_value_is_same(json_object_array_get_idx(a, i), json_object_array_get_idx(b, i), left))
			return false;
	return true;
}

static bool is_same_object(struct json_object *a, struct json_object *b, size_t *left)
{
	struct json_object *other;

	if (json_object_object_length(a) != json_object_object_length(b))
		return false;
	json_object_object_foreach(a, name, value)
		if (!json_object_object_get_ex(b, name, &other) || !schema_value_is_same(value, other, left))
			return false;
	return true;
}

static bool is_same_text(struct json_object *a, struct json_object *b, size_t *left)
{
	size_t n = (size_t)json_object_get_string_len(a);

	if (n != (size_t)json_object_get_string_len(b))
		return false;
	if (*left <= n / 64) {
		*left = 0;
		return false;
	}
	*left -= n / 64;
	return memcmp(json_object_get_string(a), json_object_get_string(b), n) == 0;
}

bool schema_value_is_same(struct json_object *a, struct json_object *b, size_t *left)
{
	if (!*left)
		return false;
	--*left;
	if (schema_value_is_number(a) && schema_value_is_number(b))
		return schema_value_number(a) == schema_value_number(b);
	if (json_object_get_type(a) != json_object_get_type(b))
		return false;
	if (schema_value_is_list(a))
		return is_same_list(a, b, left);
	if (schema_value_is_object(a))
		return is_same_object(a, b, left);
	if (schema_value_is_bool(a))
		return json_object_get_boolean(a) == json_object_get_boolean(b);
	return is_null(a) || is_same_text(a, b, left);
}

bool schema_value_is_equal(struct json_object *a, struct json_object *b)
{
	return schema_value_is_same(a, b, &(size_t){ SIZE_MAX });
}

bool schema_value_is_among(struct json_object *v, struct json_object *list, size_t n, size_t *left)
{
	for (size_t i = 0; i < n; i++)
		if (schema_value_is_same(v, json_object_array_get_idx(list, i), left))
			return true;
	return false;
}

static const struct schema_type types[] = {
	{ "null", "null", is_null },
	{ "boolean", "true or false", schema_value_is_bool },
	{ "integer", "an integer", schema_value_is_integer },
	{ "number", "a number", schema_value_is_number },
	{ "string", "a string", schema_value_is_text },
	{ "array", "an array", schema_value_is_list },
	{ "object", "an object", schema_value_is_object },
};

const struct schema_type *schema_value_type(struct json_object *name)
{
	if (schema_value_is_text(name))
		for (size_t i = 0; i < sizeof types / sizeof *types; i++)
			if (strcmp(types[i].name, json_object_get_string(name)) == 0)
				return &types[i];
	return NULL;
}
