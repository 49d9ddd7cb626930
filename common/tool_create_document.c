/* SPDX-License-Identifier: ISC */
/* tool_create_document: adds a document under the name of the person who signed in. */
#include <inttypes.h>
#include <string.h>

#include <json-c/json.h>

#include "json.h"
#include "limit.h"
#include "line.h"
#include "rfc3339.h"
#include "store_change.h"
#include "store_document.h"
#include "builtin.h"

/* What the schema cannot say. */
static const char *find_wrong(const struct document *d)
{
	if (!line_is(d->title))
		return "title must be one line of text, without control characters";
	if (!d->tags)
		return "tags must each be one line of text, without control characters";
	return d->content[strspn(d->content, " \t\r\n")] == '\0' ? "content must not be blank" : NULL;
}

static const struct fail *put(struct context *cx, struct document *d, int64_t user_id)
{
	const struct fail *no;

	if ((no = store_begin(cx->store)) ||
	    (no = limit_take(cx, LIMIT_DOCUMENTS, arena_printf(cx->arena, "%" PRId64, user_id))) ||
	    (no = document_put(cx->store, d, user_id)) ||
	    (no = change_put(cx->store, CHANGE_RESOURCES, "", 0, cx->now)) || (no = store_commit(cx->store)))
		store_end(cx->store);
	return no;
}

static const struct fail *create(struct tool_call *call)
{
	struct context *cx = call->cx;
	struct document d = {
		.title = json_text(call->arguments, "title"),
		.content = json_text(call->arguments, "content"),
		.tags = line_join(cx->arena, json_get(call->arguments, "tags")),
		.author = call->who->user_name,
		.created_at = cx->now,
	};
	struct buf *b = &call->result;
	const struct fail *no;

	if ((call->wrong = find_wrong(&d)))
		return NULL;
	if ((no = put(cx, &d, call->who->user_id)))
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
	    "It cannot be changed or removed by a tool afterwards; calling twice makes two documents.",
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
