/* SPDX-License-Identifier: ISC */
/* site_prompt: the shelf of prompts. */
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "buf.h"
#include "conf.h"
#include "definition.h"
#include "json.h"
#include "site_prompt.h"

static void load(struct context *cx, struct site_item *item);

static struct site_shelf shelf = { .folder = "prompts", .load = load };

/* Where more than one file has the name, the first of these counts. */
static const char *const ends[] = { ".json", ".md", ".txt" };

enum { ENDS = sizeof ends / sizeof *ends };

static const struct definition_key keys[] = {
	{ "name", json_type_string }, { "title", json_type_string }, { "description", json_type_string },
	{ "arguments", json_type_array }, { "icons", json_type_array }, { "_meta", json_type_object }, { "scope", json_type_string },
	{ "complete", json_type_object }, { "builtin", json_type_string }, { NULL, json_type_null },
};

static const char *const told[] = { "title", "description", "arguments", "icons", "_meta", NULL };

/* ---- a definition -------------------------------------------------------------------------------------------------- */

static struct json_object *find_argument(const struct site_prompt *p, const char *name)
{
	struct json_object *list = json_get(p->definition, "arguments");

	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		if (strcmp(json_text(one, "name"), name) == 0)
			return one;
	}
	return NULL;
}

bool site_prompt_has(const struct site_prompt *p, const char *argument)
{
	return find_argument(p, argument) != NULL;
}

static const char *check_arguments(struct arena *a, const struct site_prompt *p)
{
	static const struct definition_key argument[] = {
		{ "name", json_type_string }, { "title", json_type_string }, { "description", json_type_string },
		{ "required", json_type_boolean }, { NULL, json_type_null },
	};
	struct json_object *list = json_get(p->definition, "arguments");
	const char *wrong;

	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		if ((wrong = definition_check(a, one, "an argument", argument, false)))
			return arena_printf(a, "arguments: %s", wrong);
		if (!json_text(one, "name") || !*json_text(one, "name"))
			return "arguments must each have a name";
		if (find_argument(p, json_text(one, "name")) != one)
			return arena_printf(a, "arguments: %s stands there twice", json_text(one, "name"));
	}
	return NULL;
}

static const char *check_complete(struct arena *a, const struct site_prompt *p)
{
	for (const struct completer *c = p->complete; c && c->name; c++)
		if (!find_argument(p, c->name))
			return arena_printf(a, "complete: there is no argument %s", c->name);
	return NULL;
}

static void take_builtin(struct site_prompt *p, const struct builtin_prompt *b)
{
	p->builtin = b;
	definition_add_text(p->definition, "title", b->title);
	definition_add_text(p->definition, "description", b->description);
	json_object_object_add(p->definition, "arguments", json_tokener_parse(b->arguments));
	if (!p->scope)
		p->scope = b->scope;
}

static const char *read_builtin(struct json_object *d, struct site_prompt *p)
{
	const struct builtin_prompt *b = json_text(d, "builtin") ? builtin_prompt_find(json_text(d, "builtin")) : NULL;

	if (json_has(d, "run"))
		return "run and builtin exclude each other";
	if (!b)
		return "builtin must be the name of a prompt that is built in";
	if (json_has(d, "arguments") || json_has(d, "complete"))
		return "arguments and complete of what is built in are its own";
	take_builtin(p, b);
	return NULL;
}

static const char *read_program(struct context *cx, struct site_item *item, struct json_object *d, struct site_prompt *p)
{
	struct program *program = arena_take(item->arena, sizeof *program);
	const char *wrong;

	if (!json_has(d, "run"))
		return "run is missing: the program that makes the prompt";
	if (!p->scope)
		return "scope is missing: the words that a token must hold (\"\" if every token will do)";
	p->program = program;
	if ((wrong = check_arguments(item->arena, p)) ||
	    (wrong = completer_read(cx, item, json_get(d, "complete"), &p->complete)) || (wrong = check_complete(item->arena, p)))
		return wrong;
	return program_read(cx, item, d, definition_folder(item->arena, item), program);
}

static const char *read_definition(struct context *cx, struct site_item *item, struct json_object *d, struct site_prompt *p)
{
	const char *wrong = definition_check(item->arena, d, "a prompt", keys, true);

	if (wrong)
		return wrong;
	p->definition = d;
	p->scope = json_text(d, "scope");
	if (json_has(d, "name") && strcmp(json_text(d, "name"), p->name) != 0)
		return "name must be that of the file, or be left out";
	if ((wrong = definition_check_icons(json_get(d, "icons"))) ||
	    (p->scope && (wrong = definition_check_scope(cx, item->arena, p->scope))))
		return wrong;
	return json_has(d, "builtin") ? read_builtin(d, p) : read_program(cx, item, d, p);
}

/* As a file of resources is: published by being put there, unless it says more. */
static void load_text(struct context *cx, struct site_item *item, struct site_prompt *p)
{
	struct prompt_head head;
	size_t n;
	const char *text = site_read_item(item->arena, item, SITE_DEFINITION_MAX, &n, &item->wrong);

	if (!text || !(p->text = prompt_text_read(item, text, n, &head)))
		return;
	p->definition = head.definition;
	p->complete = head.complete;
	p->scope = head.scope ? head.scope : "";
	item->wrong = definition_check_scope(cx, item->arena, p->scope);
}

static void load(struct context *cx, struct site_item *item)
{
	struct site_prompt *p = arena_take(item->arena, sizeof *p);
	struct json_object *d;
	size_t end = 0, stem = 0;

	while (end < ENDS && !(stem = definition_stem(item->name, ends[end])))
		end++;
	if (end == ENDS)
		return;				/* a program, or what it needs */
	item->thing = p;
	p->name = arena_text(item->arena, item->name, stem);
	if (!definition_is_name(p->name))
		item->wrong = "the name of a prompt is 1 to 64 letters, digits, _ and -";
	else if (end > 0)
		load_text(cx, item, p);
	else if ((d = definition_load(item)))
		item->wrong = read_definition(cx, item, d, p);
}

/* ---- the shelf ---------------------------------------------------------------------------------------------------- */

static bool is_offered(const struct context *cx, const char *name)
{
	return !cx->resource || !cx->resource->prompts || conf_has_word(cx->resource->prompts, name);
}

static void drop(void *value)
{
	json_object_put(value);
}

static struct site_prompt *built_in(struct context *cx, const struct builtin_prompt *b)
{
	struct site_prompt *p = arena_take(cx->arena, sizeof *p);

	p->name = b->name;
	p->definition = json_object_new_object();
	arena_defer(cx->arena, drop, p->definition);
	take_builtin(p, b);
	return p;
}

static int by_name(const void *a, const void *b)
{
	const struct site_prompt *const *one = a, *const *two = b;

	return strcmp((*one)->name, (*two)->name);
}

static bool has_name(struct site_prompt *const *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i]->name, name) == 0)
			return true;
	return false;
}

struct site_prompt *const *site_prompt_each(struct context *cx, size_t *n)
{
	size_t count = 0, builtins = 0;
	struct site_item *const *items = site_is_there(cx) ? site_each(cx, &shelf, &count) : NULL;
	struct site_prompt **list;

	while (builtin_prompt_at(builtins))
		builtins++;
	list = arena_take(cx->arena, (count + builtins + 1) * sizeof *list);
	*n = 0;
	for (size_t i = 0; i < count; i++) {		/* files of one name stand in the order of their ends */
		struct site_prompt *p = items[i]->thing;

		if (p && is_offered(cx, p->name) && !has_name(list, *n, p->name))
			list[(*n)++] = p;
	}
	for (size_t i = 0; i < builtins && !site_is_there(cx); i++)
		if (is_offered(cx, builtin_prompt_at(i)->name))
			list[(*n)++] = built_in(cx, builtin_prompt_at(i));
	qsort(list, *n, sizeof *list, by_name);
	return list;
}

const struct site_prompt *site_prompt_find(struct context *cx, const char *name)
{
	struct site_item *item;
	const struct builtin_prompt *b;

	if (!definition_is_name(name) || !is_offered(cx, name))
		return NULL;
	if (!site_is_there(cx))
		return (b = builtin_prompt_find(name)) ? built_in(cx, b) : NULL;
	for (size_t i = 0; i < ENDS; i++)
		if ((item = site_find(cx, &shelf, arena_printf(cx->arena, "%s%s", name, ends[i]))) && item->thing)
			return item->thing;
	return NULL;
}

struct json_object *site_prompt_describe(struct context *cx, const struct site_prompt *p)
{
	struct json_object *o = json_object_new_object();

	arena_defer(cx->arena, drop, o);
	json_object_object_add(o, "name", json_object_new_string(p->name));
	for (size_t i = 0; told[i]; i++)
		if (json_get(p->definition, told[i]))
			json_object_object_add(o, told[i], json_object_get(json_get(p->definition, told[i])));
	return o;
}

struct json_object *site_prompt_values(struct context *cx, const struct site_prompt *p, struct json_object *given,
    const char **wrong)
{
	struct json_object *list = json_get(p->definition, "arguments"), *o = json_object_new_object();

	arena_defer(cx->arena, drop, o);
	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		const char *name = json_text(one, "name"), *value = json_text(given, name);

		if (json_get(given, name) && !value)
			*wrong = "is not a string";
		else if (!value && json_object_get_boolean(json_get(one, "required")))
			*wrong = "is missing";
		else if (value)
			json_object_object_add(o, name, json_object_get(json_get(given, name)));
		if (!*wrong)
			continue;
		*wrong = arena_printf(cx->arena, "params.arguments: %s %s", strlen(name) <= 64 ? name : "one of them", *wrong);
		return NULL;
	}
	return o;
}

const struct fail *site_prompt_run(const struct site_prompt *p, struct call *c, struct json_object *values, struct answer *answer)
{
	struct buf input = buf_new(c->cx->arena);
	const struct fail *no;
	struct said said;

	*answer = (struct answer){ .kind = ANSWER_MESSAGES };
	if (p->text)
		answer->result = prompt_text_fill(c->cx->arena, p->text, values);
	if (p->text)
		return NULL;
	if (p->builtin)
		return p->builtin->get(c->cx, c->who, values, &answer->result);
	json_put(&input, values);
	buf_char(&input, '\n');
	if (!(no = program_run(c, p->program, p->name, input.v, input.len, &said)))
		answer_prompt(c, &said, answer);
	return no;
}

void site_prompt_check(struct context *cx, void (*say)(void *with, const struct site_item *item), void *with)
{
	size_t count;
	struct site_item *const *items = site_each(cx, &shelf, &count);

	for (size_t i = 0; i < count; i++)
		say(with, items[i]);
}

void site_prompt_end(void)
{
	site_end(&shelf);
}
