/* SPDX-License-Identifier: ISC */
/* tool_read_document: the whole of one document. */
#include <json-c/json.h>

#include "json.h"
#include "kb_change.h"
#include "builtin.h"

static const struct fail *read_one(struct tool_call *call)
{
	struct context *cx = call->cx;
	struct buf *b = &call->result;
	struct document *d;
	const struct fail *no = kb_read(cx, call->who, json_object_get_int64(json_get(call->arguments, "id")), &d);

	if (no)
		return no;
	if (!d) {
		call->wrong = kb_nothing;
		return NULL;
	}
	buf_char(b, '{');
	kb_put_members(b, cx->arena, d, true);
	buf_char(b, '}');
	return NULL;
}

const struct builtin tool_read_document = {
	.name = "read_document",
	.title = "Read a document",
	.description =
	    "Gives the whole text of one document of the knowledge base, as Markdown. Its id comes from search_knowledge_base or "
	    "list_documents.",
	.scope = KB_SCOPE_READ,
	.input_schema = "{\"type\":\"object\",\"properties\":{"
	    "\"id\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":9007199254740991,"
		"\"description\":\"The id that a search or the list gives\"}"
	    "},\"required\":[\"id\"],\"additionalProperties\":false}",
	.output_schema = "{\"type\":\"object\",\"properties\":{"
	    "\"id\":{\"type\":\"integer\"},"
	    "\"title\":{\"type\":\"string\"},"
	    "\"content\":{\"type\":\"string\",\"description\":\"Markdown\"},"
	    "\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
	    "\"author\":{\"type\":\"string\"},"
	    "\"created_at\":{\"type\":\"string\",\"description\":\"RFC 3339, UTC\"},"
	    "\"updated_at\":{\"type\":\"string\",\"description\":\"RFC 3339, UTC\"}"
	    "},\"required\":[\"id\",\"title\",\"content\",\"tags\",\"author\",\"created_at\",\"updated_at\"]}",
	.annotations = "{\"readOnlyHint\":true,\"openWorldHint\":false}",
	.call = read_one,
};
