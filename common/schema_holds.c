/* SPDX-License-Identifier: ISC */
/* schema_holds: what a keyword may hold, and how that is called; the one function of schema_keyword.h that looks. */
#include <string.h>

#include "schema_keyword.h"
#include "schema_value.h"

static const char *const words[] = {
	[HOLDS_TEXT] = "a string",
	[HOLDS_BOOL] = "true or false",
	[HOLDS_NUMBER] = "a number",
	[HOLDS_POSITIVE] = "a number above 0",
	[HOLDS_COUNT] = "a whole number that is not negative",
	[HOLDS_ITEMS] = "an array",
	[HOLDS_LIST] = "an array with at least one item",
	[HOLDS_NAMES] = "an array of strings",
	[HOLDS_NAMES_OF] = "an object of arrays of strings",
	[HOLDS_TYPES] = "the name of a type or an array of such names",
	[HOLDS_OBJECT] = "an object",
	[HOLDS_ID] = "an address without a fragment",
	[HOLDS_ANCHOR] = "a name of letters, digits, - . _",
	[HOLDS_PATTERN] = "a string",
	[HOLDS_REF] = "a string",
	[HOLDS_SCHEMAS] = "an array with at least one schema",
	[HOLDS_SCHEMA_OF] = "an object",
	[HOLDS_SCHEMA_OF_PATTERN] = "an object",
};

static bool is_list_of(struct json_object *v, bool (*is)(struct json_object *item))
{
	size_t n = schema_value_is_list(v) ? json_object_array_length(v) : 0;

	for (size_t i = 0; i < n; i++)
		if (!is(json_object_array_get_idx(v, i)))
			return false;
	return schema_value_is_list(v);
}

static bool is_type_name(struct json_object *v)
{
	return schema_value_type(v) != NULL;
}

static bool is_list(struct json_object *v)
{
	return schema_value_is_list(v) && json_object_array_length(v) > 0;
}

static bool is_names(struct json_object *v)
{
	return is_list_of(v, schema_value_is_text);
}

static bool is_names_of(struct json_object *v)
{
	if (!schema_value_is_object(v))
		return false;
	json_object_object_foreach(v, name, names) {
		(void)name;
		if (!is_names(names))
			return false;
	}
	return true;
}

static bool is_id(struct json_object *v)
{
	const char *fragment = schema_value_is_text(v) ? strchr(json_object_get_string(v), '#') : "?";

	return !fragment || strcmp(fragment, "#") == 0;
}

/* Core section 8.2.2 */
static bool is_anchor(struct json_object *v)
{
	static const char begin[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz0123456789-.";
	const char *name = schema_value_is_text(v) ? json_object_get_string(v) : "";

	return *name && memchr(begin, *name, 53) && name[strspn(name, begin)] == '\0';
}

static bool is_held(enum schema_holds holds, struct json_object *v)
{
	switch (holds) {
	case HOLDS_TEXT:
	case HOLDS_PATTERN:
	case HOLDS_REF:
		return schema_value_is_text(v);
	case HOLDS_BOOL:
		return schema_value_is_bool(v);
	case HOLDS_NUMBER:
		return schema_value_is_number(v);
	case HOLDS_POSITIVE:
		return schema_value_is_number(v) && schema_value_number(v) > 0;
	case HOLDS_COUNT:
		return schema_value_is_number(v) && schema_value_is_integer(v) && schema_value_number(v) >= 0;
	case HOLDS_ITEMS:
		return schema_value_is_list(v);
	case HOLDS_LIST:
	case HOLDS_SCHEMAS:
		return is_list(v);
	case HOLDS_NAMES:
		return is_names(v);
	case HOLDS_NAMES_OF:
		return is_names_of(v);
	case HOLDS_TYPES:
		return is_type_name(v) || (is_list_of(v, is_type_name) && is_list(v));
	case HOLDS_OBJECT:
	case HOLDS_SCHEMA_OF:
	case HOLDS_SCHEMA_OF_PATTERN:
		return schema_value_is_object(v);
	case HOLDS_ID:
		return is_id(v);
	case HOLDS_ANCHOR:
		return is_anchor(v);
	case HOLDS_SCHEMA:
	case HOLDS_ANY:
		break;
	}
	return true;
}

const char *schema_keyword_must_hold(const struct schema_keyword *k, struct json_object *json)
{
	return is_held(k->holds, json) ? NULL : words[k->holds];
}
