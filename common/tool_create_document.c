/* SPDX-License-Identifier: ISC */
/* tool_create_document: adds a document under the name of the person who signed in. */
#include <json-c/json.h>

#include "json.h"
#include "kb_change.h"
#include "line.h"
#include "rfc3339.h"
#include "builtin.h"

static const struct fail *create(struct tool_call *call)
{
	struct context *cx = call->cx;
	struct document d = {
		.title = json_text(call->arguments, "title"),
		.content = json_text(call->arguments, "content"),
		.tags = line_join(cx->arena, json_get(call->arguments, "tags")),
	};
	struct buf *b = &call->result;
	const struct fail *no;

	if ((call->wrong = kb_check(&d)))
		return NULL;
	if ((no = kb_put(cx, call->who, &d)))
		return no;
	buf_char(b, '{');
	json_put_number(b, "id", d.id);
	json_put_member(b, "title", d.title);
	line_put_list(b, "tags", d.tags);
	json_put_member(b, "author", d.author);
	json_put_member(b, "created_at", rfc3339_text(cx->arena, d.created_at));
	buf_char(b, '}');
	return NULL;
}

const struct builtin tool_create_document = {
	.name = "create_document",
	.title = "Create a document",
	.description =
	    "Adds a document to the knowledge base under the name of the user, where it can be found at once. "
	    "Calling twice makes two documents: to change one that is there, use update_document.",
	.scope = "write:knowledge",
	.input_schema = "{\"type\":\"object\",\"properties\":{"
	    "\"title\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":200,"
		"\"description\":\"One line\"},"
	    "\"content\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":1048576,"
		"\"description\":\"The text, as Markdown\"},"
	    "\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":40},"
		"\"maxItems\":16,\"uniqueItems\":true,\"default\":[],"
		"\"description\":\"Labels, such as how-to\"}"
	    "},\"required\":[\"title\",\"content\"],\"additionalProperties\":false}",
	.output_schema = "{\"type\":\"object\",\"properties\":{"
	    "\"id\":{\"type\":\"integer\"},"
	    "\"title\":{\"type\":\"string\"},"
	    "\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
	    "\"author\":{\"type\":\"string\"},"
	    "\"created_at\":{\"type\":\"string\",\"description\":\"RFC 3339, UTC\"}"
	    "},\"required\":[\"id\",\"title\",\"tags\",\"author\",\"created_at\"]}",
	.annotations =
	    "{\"readOnlyHint\":false,\"destructiveHint\":false,\"idempotentHint\":false,\"openWorldHint\":false}",
	.personal = true,
	.call = create,
};
