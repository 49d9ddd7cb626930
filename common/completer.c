/* SPDX-License-Identifier: ISC */
/* completer: lists of values and programs that print one. */
#include <string.h>
#include <strings.h>

#include <json-c/json.h>

#include "buf.h"
#include "completer.h"
#include "definition.h"
#include "json.h"
#include "log.h"
#include "utf8.h"

enum { VALUE_MAX = 1000, NAMES_MAX = 32, WORDS_MAX = 1000 };

static const struct definition_key no_keys[] = { { NULL, json_type_null } };

static const char *read_values(struct arena *a, struct json_object *list, struct completer *to)
{
	size_t n = json_object_array_length(list);
	const char **value = arena_take(a, (n + 1) * sizeof *value);

	for (size_t i = 0; i < n; i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		if (!json_object_is_type(one, json_type_string))
			return arena_printf(a, "complete: %s must be an array of strings, or have run", to->name);
		value[i] = json_object_get_string(one);
	}
	to->value = value;
	to->values = n;
	return NULL;
}

static const char *read_one(struct context *cx, struct site_item *item, struct json_object *d, struct completer *to)
{
	struct arena *a = item->arena;
	struct program *p;
	const char *wrong;

	if (json_object_is_type(d, json_type_array))
		return read_values(a, d, to);
	if (!json_has(d, "run"))
		return arena_printf(a, "complete: %s must be an array of strings, or have run", to->name);
	p = arena_take(a, sizeof *p);
	to->program = p;
	if (!(wrong = definition_check(a, d, "complete", no_keys, true)))
		wrong = program_read(cx, item, d, definition_folder(a, item), p);
	return wrong ? arena_printf(a, "complete: %s: %s", to->name, wrong) : NULL;
}

const char *completer_read(struct context *cx, struct site_item *item, struct json_object *complete, const struct completer **to)
{
	struct completer *list;
	const char *wrong;
	size_t n = 0;

	*to = NULL;
	if (!complete)
		return NULL;
	if (!json_object_is_type(complete, json_type_object) || json_object_object_length(complete) > NAMES_MAX)
		return "complete must be an object: values for each variable";
	*to = list = arena_take(item->arena, (NAMES_MAX + 1) * sizeof *list);
	json_object_object_foreach(complete, name, value) {
		list[n].name = name;
		if ((wrong = read_one(cx, item, value, &list[n++])))
			return wrong;
	}
	return NULL;
}

const struct completer *completer_find(const struct completer *list, const char *name)
{
	for (; list && list->name; list++)
		if (strcmp(list->name, name) == 0)
			return list;
	return NULL;
}

/* "formal, casual": what stands between commas, without the blanks around it. */
struct completer *completer_words(struct arena *a, struct completer *list, const char *name, const char *words)
{
	const char **value = arena_take(a, WORDS_MAX * sizeof *value);
	struct completer *at;
	size_t n, end;

	if (!list)
		list = arena_take(a, (NAMES_MAX + 1) * sizeof *list);
	for (at = list; at->name && strcmp(at->name, name) != 0; at++)
		continue;
	if (at - list == NAMES_MAX)
		return list;
	*at = (struct completer){ .name = name, .value = value };
	for (; *words && at->values < WORDS_MAX; words += n + (words[n] == ',')) {
		words += strspn(words, " \t");
		n = end = strcspn(words, ",");
		while (end > 0 && strchr(" \t", words[end - 1]))
			end--;
		if (end > 0)
			value[at->values++] = arena_text(a, words, end);
	}
	return list;
}

/* ---- one completion ---------------------------------------------------------------------------------------------- */

static void choose(const struct completer *one, const char *typed, struct completion *to)
{
	size_t n = strlen(typed);

	to->total = 0;
	for (size_t i = 0; i < one->values; i++) {
		if (strncasecmp(one->value[i], typed, n) != 0)
			continue;
		if (to->n < COMPLETIONS_MAX)
			to->value[to->n++] = one->value[i];
		to->total++;
	}
	to->more = to->total > (int64_t)to->n;
}

static const char *question(struct call *c, const char *name, const char *typed, struct json_object *given)
{
	struct buf b = buf_new(c->cx->arena);

	buf_char(&b, '{');
	json_put_member(&b, "name", name);
	json_put_member(&b, "value", typed);
	json_put_name(&b, "arguments");
	if (given)
		json_put(&b, given);
	else
		buf_text(&b, "{}");
	buf_text(&b, "}\n");
	return b.v;
}

static bool take(struct completion *to, const char *text, size_t n)
{
	if (n == 0 || n > VALUE_MAX || !utf8_is(text, n))
		return n == 0;
	if (to->n < COMPLETIONS_MAX)
		to->value[to->n++] = text;
	else
		to->more = true;
	return true;
}

static bool take_lines(struct arena *a, const struct said *said, struct completion *to)
{
	const char *at = said->bytes, *end = at + said->n, *line;

	for (; at < end; at = line + 1) {
		if (!(line = memchr(at, '\n', (size_t)(end - at))))
			line = end;
		if (!take(to, arena_text(a, at, (size_t)(line - at)), (size_t)(line - at)))
			return false;
	}
	return true;
}

/* ["a","b"], or {"values": [...], "total": 2, "hasMore": false}. */
static bool take_json(struct json_object *said, struct completion *to)
{
	struct json_object *list = json_object_is_type(said, json_type_array) ? said : json_get(said, "values"), *one;
	struct json_object *total = json_get(said, "total");

	if (!json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		one = json_object_array_get_idx(list, i);
		if (!json_object_is_type(one, json_type_string) ||
		    !take(to, json_object_get_string(one), (size_t)json_object_get_string_len(one)))
			return false;
	}
	if (json_object_is_type(total, json_type_int) && json_object_get_int64(total) >= (int64_t)to->n)
		to->total = json_object_get_int64(total);
	to->more = to->more || json_object_get_boolean(json_get(said, "hasMore"));
	return true;
}

const struct fail *completer_run(struct call *c, const struct completer *one, const char *thing, const char *typed,
    struct json_object *given, struct completion *to)
{
	const char *input;
	const struct fail *no;
	struct said said;
	bool good;

	*to = (struct completion){ .value = arena_take(c->cx->arena, COMPLETIONS_MAX * sizeof *to->value), .total = -1 };
	if (!one->program) {
		choose(one, typed, to);
		return NULL;
	}
	input = question(c, one->name, typed, given);
	if ((no = program_run(c, one->program, thing, input, strlen(input), &said)))
		return no;
	if (said.kind == SAID_JSON)
		good = take_json(said.json, to);
	else
		good = said.kind == SAID_TEXT && !said.cut && take_lines(c->cx->arena, &said, to);
	if (good || said.kind == SAID_STOPPED)
		return NULL;
	log_line("%s: complete %s: no list of values came", thing, one->name);
	return &fail_internal;
}
