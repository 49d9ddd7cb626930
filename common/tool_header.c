/* SPDX-License-Identifier: ISC */
/* tool_header: a walk through the schema; what is data there is not looked at, and a property may be called x-mcp-header. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <json-c/json.h>

#include "json.h"
#include "tool_header.h"

#define KEY "x-mcp-header"

struct walk {
	struct arena *arena;
	struct tool_header *list;
	size_t n;
	const char *path[TOOL_HEADER_DEPTH + 1];
};

static bool is_one_of(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(*list, name) == 0)
			return true;
	return false;
}

/* A CGI variable cannot tell '-' from '_', and most servers drop fields with the latter. */
static bool is_name(const char *name)
{
	return *name && strlen(name) <= 64 &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == strlen(name);
}

static const char *take(struct walk *w, struct json_object *schema, int depth)
{
	static const char *const types[] = { "string", "integer", "boolean", NULL };
	const char *name = json_text(schema, KEY), *type = json_text(schema, "type");

	if (depth < 1)
		return KEY " must stand at a property that is reached by properties alone";
	if (!name || !is_name(name))
		return KEY " must be a name of letters, digits and -";
	if (!type || !is_one_of(type, types))
		return KEY ": the type of the property must be string, integer or boolean";
	for (size_t i = 0; i < w->n; i++)
		if (strcasecmp(w->list[i].name + strlen("Mcp-Param-"), name) == 0)
			return KEY " has a name for the second time; case does not count";
	if (w->n == TOOL_HEADERS_MAX)
		return KEY " stands at too many properties";
	w->list[w->n].name = arena_printf(w->arena, "Mcp-Param-%s", name);
	memcpy(w->list[w->n++].path, w->path, sizeof w->path);
	return NULL;
}

static const char *look(struct walk *w, struct json_object *schema, int depth);

/* A map of names to schemas; depth -1: not reached by properties alone. */
static const char *look_in(struct walk *w, struct json_object *map, int depth)
{
	const char *wrong = NULL;

	if (!json_object_is_type(map, json_type_object))
		return NULL;
	json_object_object_foreach(map, name, schema) {
		if (depth >= 0)
			w->path[depth] = name;
		if ((wrong = look(w, schema, depth >= 0 && depth < TOOL_HEADER_DEPTH ? depth + 1 : -1)))
			break;
		if (depth >= 0)
			w->path[depth] = NULL;
	}
	return wrong;
}

static const char *look_at_member(struct walk *w, const char *key, struct json_object *value, int depth)
{
	static const char *const data[] = { "const", "enum", "default", "examples", "required", NULL };
	static const char *const maps[] = { "patternProperties", "$defs", "definitions", "dependentSchemas", NULL };
	const char *wrong = NULL;

	if (is_one_of(key, data))
		return NULL;
	if (strcmp(key, "properties") == 0)
		return look_in(w, value, depth);
	if (is_one_of(key, maps))
		return look_in(w, value, -1);
	if (!json_object_is_type(value, json_type_array))
		return look(w, value, -1);
	for (size_t i = 0; i < json_object_array_length(value) && !wrong; i++)
		wrong = look(w, json_object_array_get_idx(value, i), -1);
	return wrong;
}

static const char *look(struct walk *w, struct json_object *schema, int depth)
{
	const char *wrong = NULL;

	if (!json_object_is_type(schema, json_type_object))
		return NULL;
	json_object_object_foreach(schema, key, value) {
		if ((wrong = strcmp(key, KEY) == 0 ? take(w, schema, depth) : look_at_member(w, key, value, depth)))
			break;
	}
	return wrong;
}

const char *tool_header_read(struct arena *a, struct json_object *schema, const struct tool_header **list)
{
	struct walk w = { .arena = a, .list = arena_take(a, (TOOL_HEADERS_MAX + 1) * sizeof *w.list) };
	const char *wrong = look(&w, schema, 0);

	*list = w.n ? w.list : NULL;
	return wrong;
}

struct json_object *tool_header_argument(const struct tool_header *h, struct json_object *arguments)
{
	for (size_t i = 0; h->path[i] && arguments; i++)
		arguments = json_get(arguments, h->path[i]);
	return arguments;
}

static bool says_number(double number, const char *said)
{
	char *end;
	double value;

	if (!*said || strspn(said, "0123456789+-.eE") != strlen(said))
		return false;
	value = strtod(said, &end);
	return *end == '\0' && isfinite(value) && value >= number && value <= number;
}

bool tool_header_says(struct json_object *argument, const char *said)
{
	const double exact = 9007199254740992.0;	/* 2^53 */

	switch (json_object_get_type(argument)) {
	case json_type_string:
		return strcmp(json_object_get_string(argument), said) == 0;
	case json_type_boolean:
		return strcmp(json_object_get_boolean(argument) ? "true" : "false", said) == 0;
	case json_type_int:
	case json_type_double:
		if (fabs(json_object_get_double(argument)) > exact)
			return strcmp(json_object_get_string(argument), said) == 0;
		return says_number(json_object_get_double(argument), said);
	default:
		return true;		/* it does not conform, and the tool will say so */
	}
}
