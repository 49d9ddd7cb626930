/* SPDX-License-Identifier: ISC */
/* rpc_asking_shape: what 2025-06-18 does not know is left out or said in its words. */
#include <string.h>

#include <json-c/json.h>

#include "json.h"
#include "rpc_asking_shape.h"

static bool is(const char *text, const char *one)
{
	return text && strcmp(text, one) == 0;
}

static void put_member(struct buf *b, const char *name, struct json_object *value)
{
	json_put_name(b, name);
	json_put(b, value);
}

/* {"const","title"} each: their consts, or their titles. */
static void put_choices(struct buf *b, const char *name, struct json_object *list, const char *part)
{
	size_t n = json_object_array_length(list);

	json_put_name(b, name);
	buf_char(b, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_char(b, ',');
		json_put(b, json_get(json_object_array_get_idx(list, i), part));
	}
	buf_char(b, ']');
}

static void put_property(struct buf *b, struct json_object *p)
{
	struct json_object *choices = json_get(p, "oneOf");

	if (!json_object_is_type(p, json_type_object)) {
		json_put(b, p);
		return;
	}
	buf_char(b, '{');
	json_object_object_foreach(p, name, value) {
		if (is(name, "default") && !json_object_is_type(value, json_type_boolean))
			continue;
		if (is(name, "oneOf") && json_object_is_type(choices, json_type_array)) {
			put_choices(b, "enum", choices, "const");
			put_choices(b, "enumNames", choices, "title");
			continue;
		}
		put_member(b, name, value);
	}
	buf_char(b, '}');
}

static void put_schema(struct buf *b, struct json_object *schema)
{
	buf_char(b, '{');
	json_object_object_foreach(schema, name, value) {
		if (!is(name, "properties") || !json_object_is_type(value, json_type_object)) {
			put_member(b, name, value);
			continue;
		}
		json_put_name(b, name);
		buf_char(b, '{');
		json_object_object_foreach(value, key, property) {
			json_put_name(b, key);
			put_property(b, property);
		}
		buf_char(b, '}');
	}
	buf_char(b, '}');
}

static void put_params(struct buf *b, enum revision r, struct json_object *params, bool form)
{
	bool old = form && r <= REVISION_2025_06_18;

	json_object_object_foreach(params, name, value) {
		if (old && is(name, "mode"))
			continue;
		json_put_name(b, name);
		if (old && is(name, "requestedSchema") && json_object_is_type(value, json_type_object))
			put_schema(b, value);
		else
			json_put(b, value);
	}
}

void rpc_asking_put_request(struct buf *b, enum revision r, const char *id, struct json_object *question, const char *page)
{
	struct json_object *params = json_get(question, "params");
	const char *method = json_text(question, "method");

	buf_char(b, '{');
	json_put_member(b, "jsonrpc", "2.0");
	json_put_member(b, "id", id);
	json_put_member(b, "method", method);
	if (params || page) {
		json_put_name(b, "params");
		buf_char(b, '{');
		if (json_object_is_type(params, json_type_object))
			put_params(b, r, params, is(method, "elicitation/create"));
		json_put_member(b, "elicitationId", page);
		buf_char(b, '}');
	}
	buf_char(b, '}');
}
