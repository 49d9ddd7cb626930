/* SPDX-License-Identifier: ISC */
/*
 * tool: the shelf of tools.  What is built in is read through the same definition as a file of the site, so that there
 * is one kind of tool; only a file that is called is read for a call.
 */
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "conf.h"
#include "definition.h"
#include "json.h"
#include "log.h"
#include "schema.h"
#include "tool.h"
#include "tool_definition.h"

static void load(struct context *cx, struct site_item *item);

static struct site_shelf shelf = { .folder = "tools", .load = load };

enum { BUILTINS_MAX = 32 };

static struct tool *built_in[BUILTINS_MAX];		/* where there is no site; made when first asked for */

static void load(struct context *cx, struct site_item *item)
{
	struct tool *t = arena_take(item->arena, sizeof *t);
	struct json_object *definition;

	if (!definition_stem(item->name, ".json"))
		return;				/* a program, or what it needs */
	if (!(definition = definition_load(item)))
		return;
	t->arena = item->arena;
	item->wrong = tool_definition_read(cx, item, definition, t);
	item->thing = t;
}

/* Without its definition: a list is written from the constants, and plain CGI would pay for each that is parsed. */
static struct tool *built_in_at(size_t i)
{
	const struct builtin *b = i < BUILTINS_MAX ? builtin_at(i) : NULL;
	struct arena *a;

	if (!b || built_in[i])
		return b ? built_in[i] : NULL;
	a = arena_new();
	built_in[i] = arena_take(a, sizeof *built_in[i]);
	*built_in[i] = (struct tool){ .name = b->name, .builtin = b, .scope = b->scope, .personal = b->personal, .arena = a };
	return built_in[i];
}

/* For a call: with a definition that says nothing but the name of the function; all the rest is the function's own. */
static struct tool *built_in_read(struct context *cx, size_t i)
{
	struct tool *t = built_in_at(i);
	struct site_item item = { .path = "built in", .arena = t->arena, .name = arena_printf(t->arena, "%s.json", t->name) };
	struct json_object *definition;
	const char *text;

	if (t->definition)
		return t;
	text = arena_printf(t->arena, "{\"builtin\":\"%s\"}", t->name);
	if (!json_read(t->arena, text, strlen(text), &definition) || (item.wrong = tool_definition_read(cx, &item, definition, t)))
		log_line("tool %s: %s", t->name, item.wrong ? item.wrong : "is no JSON");
	return t;
}

static bool is_offered(const struct context *cx, const char *name)
{
	return !cx->resource || !cx->resource->tools || conf_has_word(cx->resource->tools, name);
}

const struct tool *tool_find(struct context *cx, const char *name)
{
	struct site_item *item;

	if (!tool_definition_is_name(name) || !is_offered(cx, name))
		return NULL;
	if (site_is_there(cx)) {
		item = site_find(cx, &shelf, arena_printf(cx->arena, "%s.json", name));
		return item ? item->thing : NULL;
	}
	for (size_t i = 0; builtin_at(i); i++)
		if (strcmp(builtin_at(i)->name, name) == 0)
			return built_in_read(cx, i);
	return NULL;
}

/* ---- the list --------------------------------------------------------------------------------------------------- */

/* A value that is there, and that the revision knows. */
static void put_part(struct buf *b, const struct tool *t, enum revision r, enum part p, const char *name)
{
	struct json_object *value = json_get(t->definition, name);
	struct buf text = buf_new(b->arena);

	if (!value)
		return;
	json_put(&text, value);
	rpc_shape_put_json(b, r, p, name, text.v);
}

/* Before 2026-07-28 an output schema is one of an object. */
static bool has_output(const struct tool *t, enum revision r)
{
	return rpc_shape_has(r, PART_ANY_OUTPUT) || tool_definition_is_object(json_get(t->definition, "outputSchema"));
}

static void put_definition(struct buf *b, const struct tool *t, enum revision r)
{
	buf_char(b, '{');
	json_put_member(b, "name", t->name);
	put_part(b, t, r, PART_TITLE, "title");
	json_put_member(b, "description", json_text(t->definition, "description"));
	put_part(b, t, r, PART_INPUT_SCHEMA, "inputSchema");
	if (has_output(t, r))
		put_part(b, t, r, PART_OUTPUT_SCHEMA, "outputSchema");
	put_part(b, t, r, PART_ANNOTATIONS, "annotations");
	put_part(b, t, r, PART_ICONS, "icons");
	put_part(b, t, r, PART_META, "_meta");
	buf_char(b, '}');
}

/* The same from the constants. */
static void put_builtin(struct buf *b, const struct builtin *f, enum revision r)
{
	buf_char(b, '{');
	json_put_member(b, "name", f->name);
	rpc_shape_put(b, r, PART_TITLE, "title", f->title);
	json_put_member(b, "description", f->description);
	rpc_shape_put_json(b, r, PART_INPUT_SCHEMA, "inputSchema", f->input_schema);
	rpc_shape_put_json(b, r, PART_OUTPUT_SCHEMA, "outputSchema", f->output_schema);
	rpc_shape_put_json(b, r, PART_ANNOTATIONS, "annotations", f->annotations);
	buf_char(b, '}');
}

static const char *text_of(const struct tool *t, enum revision r, struct arena *scratch)
{
	struct tool *kept = (struct tool *)(uintptr_t)t;
	struct buf b = buf_new(scratch);

	if (t->text[r])
		return t->text[r];
	if (t->definition)
		put_definition(&b, t, r);
	else
		put_builtin(&b, t->builtin, r);
	return kept->text[r] = arena_copy(t->arena, b.v);
}

/* One after the other in the order of names, whichever kind they are. */
static const struct tool *tool_at(struct site_item *const *items, size_t count, size_t i)
{
	if (items)
		return i < count ? items[i]->thing : NULL;
	return built_in_at(i);
}

static size_t all(struct context *cx, struct site_item *const **items)
{
	size_t count = 0;

	*items = NULL;
	if (site_is_there(cx)) {
		static struct site_item *const none;

		*items = site_each(cx, &shelf, &count);
		if (!*items)
			*items = &none;
		return count;
	}
	while (builtin_at(count))
		count++;
	return count;
}

/* Files stand in the order of their whole names: "a-b.json" before "a.json". */
static int compare(struct context *cx, const char *one, const char *two)
{
	if (!site_is_there(cx))
		return strcmp(one, two);
	return strcmp(arena_printf(cx->arena, "%s.json", one), arena_printf(cx->arena, "%s.json", two));
}

const char *tool_put_list(struct buf *b, struct context *cx, enum revision r, const char *after, size_t most)
{
	struct site_item *const *items;
	size_t count = all(cx, &items), n = 0;
	const char *last = NULL;

	buf_char(b, '[');
	for (size_t i = 0; i < count; i++) {
		const struct tool *t = tool_at(items, count, i);

		if (!t || !is_offered(cx, t->name) || (after && compare(cx, t->name, after) <= 0))
			continue;
		if (n++ == most) {
			buf_char(b, ']');
			return last;
		}
		if (n > 1)
			buf_char(b, ',');
		buf_text(b, text_of(t, r, b->arena));
		last = t->name;
	}
	buf_char(b, ']');
	return NULL;
}

void tool_check(struct context *cx, void (*say)(void *with, const struct site_item *item), void *with)
{
	size_t count;
	struct site_item *const *items = site_each(cx, &shelf, &count);

	for (size_t i = 0; i < count; i++)
		say(with, items[i]);
}

/* ---- one round -------------------------------------------------------------------------------------------------- */

static const struct fail *run_builtin(const struct tool *t, struct call *c, struct json_object *arguments, struct answer *answer)
{
	struct tool_call call = { .cx = c->cx, .who = c->who, .arguments = arguments, .result = buf_new(c->cx->arena) };
	const struct fail *no = t->builtin->call(&call);

	if (no)
		return no;
	if (call.wrong) {
		answer_wrong(c, answer, call.wrong);
		return NULL;
	}
	answer->text = buf_new(c->cx->arena);
	buf_text(&answer->text, "\"content\":[{\"type\":\"text\",\"text\":");
	json_put_textn(&answer->text, call.result.v, call.result.len);
	buf_text(&answer->text, "}],\"structuredContent\":");
	buf_put(&answer->text, call.result.v, call.result.len);
	return NULL;
}

static const struct fail *run_program(const struct tool *t, struct call *c, struct json_object *arguments, struct answer *answer)
{
	struct buf input = buf_new(c->cx->arena);
	const struct fail *no;
	struct said said;

	json_put(&input, arguments);
	buf_char(&input, '\n');
	if ((no = program_run(c, &t->program, t->name, input.v, input.len, &said)))
		return no;
	answer_tool(c, &t->program, &said, t->output, answer);
	return NULL;
}

const struct fail *tool_run(const struct tool *t, struct call *c, struct json_object *arguments, struct answer *answer)
{
	const char *wrong = tool_definition_compile(t);

	*answer = (struct answer){ 0 };
	if (wrong) {
		log_line("tool %s: %s", t->name, wrong);
		return &fail_internal;
	}
	wrong = schema_check(c->cx->arena, t->input, arguments);
	if (!wrong && t->personal && !c->who->user_id)
		wrong = "This tool acts for a person, and this token is a machine's.";
	if (wrong) {
		answer_wrong(c, answer, wrong);
		return NULL;
	}
	return t->builtin ? run_builtin(t, c, arguments, answer) : run_program(t, c, arguments, answer);
}

void tool_end(void)
{
	site_end(&shelf);
	for (size_t i = 0; i < BUILTINS_MAX; i++) {
		if (built_in[i])
			arena_drop(built_in[i]->arena);
		built_in[i] = NULL;
	}
}
