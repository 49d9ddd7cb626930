/* SPDX-License-Identifier: ISC */
/*
 * tool_definition: what is missing is taken from the function that is built in; what nobody knows is refused, because it
 * is a typing error.
 */
#include <string.h>

#include <json-c/json.h>

#include "definition.h"
#include "json.h"
#include "schema.h"
#include "tool_definition.h"

/* Of the protocol: sent to clients. */
static const struct part_key {
	const char *key;
	enum json_type type;
} public_keys[] = {
	{ "name", json_type_string }, { "title", json_type_string }, { "description", json_type_string },
	{ "inputSchema", json_type_object }, { "outputSchema", json_type_null }, { "annotations", json_type_object },
	{ "icons", json_type_array }, { "_meta", json_type_object },
};

enum { PUBLIC_KEYS = sizeof public_keys / sizeof *public_keys };

static const char *const own_keys[] = { "builtin", "scope", "personal", "long", "restart", "once", "polling" };

bool tool_definition_is_name(const char *name)
{
	return definition_is_name(name);
}

bool tool_definition_is_object(struct json_object *schema)
{
	const char *type = json_text(schema, "type");

	return type && strcmp(type, "object") == 0;
}

static const struct part_key *public_key(const char *key)
{
	for (size_t i = 0; i < PUBLIC_KEYS; i++)
		if (strcmp(public_keys[i].key, key) == 0)
			return &public_keys[i];
	return NULL;
}

static bool is_own_key(const char *key)
{
	for (size_t i = 0; i < sizeof own_keys / sizeof *own_keys; i++)
		if (strcmp(own_keys[i], key) == 0)
			return true;
	return program_is_key(key);
}

static const char *check_keys(struct arena *a, struct json_object *d)
{
	if (!json_object_is_type(d, json_type_object))
		return "must be a JSON object";
	json_object_object_foreach(d, key, value) {
		const struct part_key *known = public_key(key);

		if (!known && !is_own_key(key))
			return arena_printf(a, "%s is not a key of a tool", key);
		if (known && known->type != json_type_null && !json_object_is_type(value, known->type))
			return arena_printf(a, "%s must be a JSON %s", key, json_type_to_name(known->type));
	}
	return NULL;
}

/* ---- from the function that is built in --------------------------------------------------------------------------- */

static void add_text(struct json_object *d, const char *key, const char *text)
{
	if (!json_has(d, key))
		json_object_object_add(d, key, json_object_new_string(text));
}

static void add_json(struct json_object *d, const char *key, const char *text)
{
	if (!json_has(d, key))
		json_object_object_add(d, key, json_tokener_parse(text));
}

static const char *take_over(struct arena *a, struct json_object *d, struct tool *t)
{
	const char *name = json_text(d, "builtin");

	if (!json_has(d, "builtin"))
		return json_has(d, "run") ? NULL : "run is missing: the program that the tool is";
	if (json_has(d, "run"))
		return "run and builtin exclude each other";
	if (!name || !(t->builtin = builtin_find(name)))
		return "builtin must be the name of a function that is built in";
	if (json_has(d, "inputSchema") || json_has(d, "outputSchema"))
		return arena_printf(a, "inputSchema and outputSchema of %s are its own", name);
	add_text(d, "title", t->builtin->title);
	add_text(d, "description", t->builtin->description);
	add_text(d, "scope", t->builtin->scope);
	add_json(d, "inputSchema", t->builtin->input_schema);
	add_json(d, "outputSchema", t->builtin->output_schema);
	add_json(d, "annotations", t->builtin->annotations);
	return NULL;
}

/* ---- what it says --------------------------------------------------------------------------------------------------- */

static const char *read_scope(struct context *cx, struct arena *a, struct json_object *d, struct tool *t)
{
	const char *words = json_text(d, "scope");

	if (!words)
		return "scope is missing: the words that a token must hold (\"\" if every token will do)";
	t->scope = words;
	return definition_check_scope(cx, a, words);
}

static void drop(void *schema)
{
	schema_drop(schema);
}

static const char *compile(const struct tool *t, const char *key, struct schema **to)
{
	struct json_object *source = json_get(t->definition, key);
	const char *wrong = NULL;

	if (!source || *to)
		return NULL;
	if (!(*to = schema_compile(t->arena, source, NULL, &wrong)))
		return arena_printf(t->arena, "%s: %s", key, wrong);
	arena_defer(t->arena, drop, *to);
	return NULL;
}

const char *tool_definition_compile(const struct tool *t)
{
	struct tool *kept = (struct tool *)(uintptr_t)t;
	const char *wrong = compile(t, "inputSchema", &kept->input);

	return wrong ? wrong : compile(t, "outputSchema", &kept->output);
}

/* The schemas of what is built in are known to be good, and plain CGI pays for each that it compiles. */
static const char *read_schemas(struct json_object *d, struct tool *t)
{
	const char *wrong;

	add_json(d, "inputSchema", "{\"type\":\"object\"}");
	if (!tool_definition_is_object(json_get(d, "inputSchema")))
		return "inputSchema must have \"type\": \"object\"";
	if (t->builtin)
		return NULL;
	if ((wrong = tool_header_read(t->arena, json_get(d, "inputSchema"), &t->headers)))
		return arena_printf(t->arena, "inputSchema: %s", wrong);
	return tool_definition_compile(t);
}

/* What becomes a task, and what may be begun again. */
static const char *read_long(struct json_object *d, struct tool *t)
{
	struct json_object *is_long = json_get(d, "long"), *restart = json_get(d, "restart");
	const char *word = json_text(d, "long");

	if (word && strcmp(word, "answered") == 0)
		t->is_long = TOOL_LONG_ANSWERED;
	else if (word && strcmp(word, "only") == 0)
		t->is_long = TOOL_LONG_ONLY;
	else if (json_object_is_type(is_long, json_type_boolean))
		t->is_long = json_object_get_boolean(is_long) ? TOOL_LONG : TOOL_SHORT;
	else if (is_long)
		return "long must be true, false, \"answered\" or \"only\"";
	if (t->is_long && t->builtin)
		return "long is for programs, and not for what is built in";
	if (restart && !json_object_is_type(restart, json_type_boolean))
		return "restart must be true or false";
	if (restart && !t->is_long)
		return "restart is for tools that are long";
	t->restart = restart && json_object_get_boolean(restart);
	return NULL;
}

static const char *read_switch(struct arena *a, struct json_object *d, const char *key, bool *to)
{
	struct json_object *v = json_get(d, key);

	if (v && !json_object_is_type(v, json_type_boolean))
		return arena_printf(a, "%s must be true or false", key);
	if (v)
		*to = json_object_get_boolean(v);
	return NULL;
}

const char *tool_definition_read(struct context *cx, struct site_item *item, struct json_object *d, struct tool *t)
{
	struct arena *a = item->arena;
	size_t n = strlen(item->name);
	const char *wrong, *description;

	t->name = arena_text(a, item->name, n - 5);
	if (!tool_definition_is_name(t->name))
		return "the name of a tool is 1 to 64 letters, digits, _ and -";
	if ((wrong = check_keys(a, d)) || (wrong = take_over(a, d, t)))
		return wrong;
	if (json_has(d, "name") && strcmp(json_text(d, "name"), t->name) != 0)
		return "name must be that of the file, or be left out";
	t->definition = d;
	description = json_text(d, "description");
	if (!description || !*description)
		return "description is missing: models choose a tool by it";
	t->personal = t->builtin && t->builtin->personal;
	if ((wrong = read_switch(a, d, "personal", &t->personal)) || (wrong = read_switch(a, d, "once", &t->once)) ||
	    (wrong = read_switch(a, d, "polling", &t->polling)) || (wrong = read_long(d, t)))
		return wrong;
	if ((wrong = read_scope(cx, a, d, t)) || (wrong = read_schemas(d, t)) || (wrong = definition_check_icons(json_get(d, "icons"))))
		return wrong;
	return t->builtin ? NULL :
	    program_read(cx, item, d, definition_folder(a, item), &t->program);
}
