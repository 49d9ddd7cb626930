/* SPDX-License-Identifier: ISC */
/* tool: the table, in the order of the names, because a list must come in the same order every time. */
#include <string.h>

#include "json.h"
#include "log.h"
#include "schema.h"
#include "tool.h"

static const struct tool *const tools[] = {
	&tool_create_document,
	&tool_search_knowledge_base,
};

enum { TOOLS = sizeof tools / sizeof *tools };

static struct schema *input_schemas[TOOLS];	/* of those that this process has called */

const struct tool *tool_at(size_t i)
{
	return i < TOOLS ? tools[i] : NULL;
}

static bool is_offered(const struct conf_resource *at, const struct tool *t)
{
	return !at->tools || conf_has_word(at->tools, t->name);
}

const struct tool *tool_find(const struct conf_resource *at, const char *name)
{
	for (size_t i = 0; i < TOOLS; i++)
		if (strcmp(tools[i]->name, name) == 0)
			return is_offered(at, tools[i]) ? tools[i] : NULL;
	return NULL;
}

static void tool_put(struct buf *b, const struct tool *t, enum revision r)
{
	buf_char(b, '{');
	json_put_member(b, "name", t->name);
	rpc_shape_put(b, r, PART_TITLE, "title", t->title);
	json_put_member(b, "description", t->description);
	rpc_shape_put_json(b, r, PART_INPUT_SCHEMA, "inputSchema", t->input_schema);
	rpc_shape_put_json(b, r, PART_OUTPUT_SCHEMA, "outputSchema", t->output_schema);
	rpc_shape_put_json(b, r, PART_ANNOTATIONS, "annotations", t->annotations);
	buf_char(b, '}');
}

void tool_put_list(struct buf *b, const struct conf_resource *at, enum revision r)
{
	size_t n = 0;

	buf_char(b, '[');
	for (size_t i = 0; i < TOOLS; i++) {
		if (!is_offered(at, tools[i]))
			continue;
		if (n++)
			buf_char(b, ',');
		tool_put(b, tools[i], r);
	}
	buf_char(b, ']');
}

/* A schema is compiled once a process.  NULL, logged: it cannot be enforced, so nothing may run. */
static const struct schema *input_schema(const struct tool *t, struct arena *a)
{
	struct schema **kept = input_schemas;
	struct json_object *source;
	const char *wrong = "the input schema is no JSON";

	for (size_t i = 0; tools[i] != t; i++)
		kept++;
	if (!*kept && json_read(a, t->input_schema, strlen(t->input_schema), &source))
		*kept = schema_compile(a, source, NULL, &wrong);
	if (!*kept)
		log_line("tool %s: %s", t->name, wrong);
	return *kept;
}

const struct fail *tool_run(const struct tool *t, struct tool_call *call)
{
	const struct schema *schema = input_schema(t, call->cx->arena);

	if (!schema)
		return &fail_internal;
	call->wrong = schema_check(call->cx->arena, schema, call->arguments);
	if (!call->wrong && t->personal && !call->who->user_id)
		call->wrong = "This tool acts for a person, and this token is a machine's.";
	return call->wrong ? NULL : t->call(call);
}

void tool_end(void)
{
	for (size_t i = 0; i < TOOLS; i++) {
		schema_drop(input_schemas[i]);
		input_schemas[i] = NULL;
	}
}
