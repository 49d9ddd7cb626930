/* SPDX-License-Identifier: ISC */
/* tool_update_document: changes a document of the person who signed in. */
#include <json-c/json.h>

#include "json.h"
#include "kb_change.h"
#include "line.h"
#include "builtin.h"

static const struct fail *update(struct tool_call *call)
{
	struct context *cx = call->cx;
	struct json_object *tags = json_get(call->arguments, "tags");
	struct document to = {
		.title = json_text(call->arguments, "title"), .content = json_text(call->arguments, "content"),
		.tags = tags ? line_join(cx->arena, tags) : NULL,
	}, *d;
	struct buf *b = &call->result;
	const struct fail *no;

	if (tags && !to.tags) {
		call->wrong = kb_check(&(struct document){ .title = "-", .content = "-", .tags = NULL });
		return NULL;
	}
	no = kb_update(cx, call->who, json_object_get_int64(json_get(call->arguments, "id")), &to, &d, &call->wrong);
	if (no || call->wrong)
		return no;
	buf_char(b, '{');
	kb_put_members(b, cx->arena, d, false);
	buf_char(b, '}');
	return NULL;
}

const struct builtin tool_update_document = {
	.name = "update_document",
	.title = "Change a document",
	.description =
	    "Changes a document that the user wrote; nobody can change what others wrote. Only what is given is changed: title, "
	    "content or tags. Each replaces what was there, as a whole, and the old text is not kept: read the document first, and "
	    "give the new content with all that is to stay.",
	.scope = KB_SCOPE_WRITE,
	.input_schema = "{\"type\":\"object\",\"properties\":{"
	    "\"id\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":9007199254740991,"
		"\"description\":\"The id that a search or the list gives\"},"
	    "\"title\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":200,"
		"\"description\":\"One line\"},"
	    "\"content\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":1048576,"
		"\"description\":\"The whole text, as Markdown\"},"
	    "\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":40},"
		"\"maxItems\":16,\"uniqueItems\":true,"
		"\"description\":\"All labels, such as how-to\"}"
	    "},\"required\":[\"id\"],\"minProperties\":2,\"additionalProperties\":false}",
	.output_schema = "{\"type\":\"object\",\"properties\":{"
	    "\"id\":{\"type\":\"integer\"},"
	    "\"title\":{\"type\":\"string\"},"
	    "\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
	    "\"author\":{\"type\":\"string\"},"
	    "\"created_at\":{\"type\":\"string\",\"description\":\"RFC 3339, UTC\"},"
	    "\"updated_at\":{\"type\":\"string\",\"description\":\"RFC 3339, UTC\"}"
	    "},\"required\":[\"id\",\"title\",\"tags\",\"author\",\"created_at\",\"updated_at\"]}",
	.annotations =
	    "{\"readOnlyHint\":false,\"destructiveHint\":true,\"idempotentHint\":true,\"openWorldHint\":false}",
	.personal = true,
	.call = update,
};
