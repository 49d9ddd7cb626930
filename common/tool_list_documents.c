/* SPDX-License-Identifier: ISC */
/* tool_list_documents: what there is, page by page. */
#include <json-c/json.h>

#include "json.h"
#include "kb.h"
#include "builtin.h"

enum { LIMIT_DEFAULT = 50 };

static void put_document(struct arena *a, struct buf *b, const struct document *d)
{
	buf_char(b, '{');
	kb_put_members(b, a, d, false);
	buf_char(b, '}');
}

static const struct fail *list(struct tool_call *call)
{
	struct json_object *limit = json_get(call->arguments, "limit"), *after = json_get(call->arguments, "after");
	const char *tag = json_text(call->arguments, "tag");
	int64_t from = after ? json_object_get_int64(after) : 0;
	size_t most = limit ? (size_t)json_object_get_int64(limit) : LIMIT_DEFAULT, n;
	struct buf *b = &call->result;
	struct document *d;
	const struct fail *no;
	bool more;

	if ((no = tag ? kb_each_tagged(call->cx, call->who, tag, from, most, &d, &n, &more) :
	    kb_each(call->cx, call->who, from, most, &d, &n, &more)))
		return no;
	buf_text(b, "{\"documents\":[");
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_char(b, ',');
		put_document(call->cx->arena, b, &d[i]);
	}
	buf_char(b, ']');
	if (more)
		json_put_number(b, "next", d[n - 1].id);
	buf_char(b, '}');
	return NULL;
}

const struct builtin tool_list_documents = {
	.name = "list_documents",
	.title = "List documents",
	.description =
	    "Lists the documents of the knowledge base by id, without their text. When there are more, the result has next: call "
	    "again with that as after. To find documents by what they say, use search_knowledge_base.",
	.scope = KB_SCOPE_READ,
	.input_schema = "{\"type\":\"object\",\"properties\":{"
	    "\"after\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":9007199254740991,\"default\":0,"
		"\"description\":\"Only documents with a greater id\"},"
	    "\"limit\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":100,\"default\":50,"
		"\"description\":\"How many documents at most\"},"
	    "\"tag\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":40,"
		"\"description\":\"Only documents with this label\"}"
	    "},\"additionalProperties\":false}",
	.output_schema = "{\"type\":\"object\",\"properties\":{"
	    "\"documents\":{\"type\":\"array\",\"maxItems\":100,\"items\":{\"type\":\"object\",\"properties\":{"
		"\"id\":{\"type\":\"integer\"},"
		"\"title\":{\"type\":\"string\"},"
		"\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
		"\"author\":{\"type\":\"string\"},"
		"\"created_at\":{\"type\":\"string\",\"description\":\"RFC 3339, UTC\"},"
		"\"updated_at\":{\"type\":\"string\",\"description\":\"RFC 3339, UTC\"}"
		"},\"required\":[\"id\",\"title\",\"tags\",\"author\",\"created_at\",\"updated_at\"]}},"
	    "\"next\":{\"type\":\"integer\",\"description\":\"There are more behind this id\"}"
	    "},\"required\":[\"documents\"]}",
	.annotations = "{\"readOnlyHint\":true,\"openWorldHint\":false}",
	.call = list,
};
