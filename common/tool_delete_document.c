/* SPDX-License-Identifier: ISC */
/* tool_delete_document: removes a document of the person who signed in. */
#include <json-c/json.h>

#include "json.h"
#include "kb_change.h"
#include "builtin.h"

static const struct fail *drop(struct tool_call *call)
{
	struct buf *b = &call->result;
	struct document *d;
	const struct fail *no = kb_drop(call->cx, call->who, json_object_get_int64(json_get(call->arguments, "id")), &d, &call->wrong);

	if (no || call->wrong)
		return no;
	buf_char(b, '{');
	json_put_number(b, "id", d->id);
	json_put_member(b, "title", d->title);
	buf_char(b, '}');
	return NULL;
}

const struct builtin tool_delete_document = {
	.name = "delete_document",
	.title = "Delete a document",
	.description =
	    "Removes a document that the user wrote from the knowledge base, for good; nobody can remove what others wrote. Use it "
	    "only when the user asks for it. The result says what was removed.",
	.scope = KB_SCOPE_WRITE,
	.input_schema = "{\"type\":\"object\",\"properties\":{"
	    "\"id\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":9007199254740991,"
		"\"description\":\"The id that a search or the list gives\"}"
	    "},\"required\":[\"id\"],\"additionalProperties\":false}",
	.output_schema = "{\"type\":\"object\",\"properties\":{"
	    "\"id\":{\"type\":\"integer\"},"
	    "\"title\":{\"type\":\"string\"}"
	    "},\"required\":[\"id\",\"title\"]}",
	.annotations =
	    "{\"readOnlyHint\":false,\"destructiveHint\":true,\"idempotentHint\":true,\"openWorldHint\":false}",
	.personal = true,
	.call = drop,
};
