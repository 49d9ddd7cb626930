/* SPDX-License-Identifier: ISC */
/* tool_search_knowledge_base: finds documents by their words. */
#include <string.h>

#include <json-c/json.h>

#include "json.h"
#include "line.h"
#include "rfc3339.h"
#include "search.h"
#include "store_document.h"
#include "builtin.h"

enum { LIMIT_DEFAULT = 5 };

static void put_hit(struct arena *a, struct buf *b, const struct hit *hit)
{
	buf_char(b, '{');
	json_put_number(b, "id", hit->id);
	json_put_member(b, "title", hit->title);
	json_put_member(b, "snippet", hit->snippet);
	json_put_name(b, "score");
	buf_printf(b, "%.6g", hit->score);
	line_put_list(b, "tags", hit->tags);
	json_put_member(b, "author", hit->author);
	json_put_member(b, "created_at", rfc3339_text(a, hit->created_at));
	buf_char(b, '}');
}

static const struct fail *search(struct tool_call *call)
{
	struct arena *a = call->cx->arena;
	const char *expression = search_expression(a, json_text(call->arguments, "query"));
	struct json_object *limit = json_get(call->arguments, "limit");
	struct hit *hit = NULL;
	size_t n = 0;
	const struct fail *no;

	if (expression && (no = document_search(call->cx->store, a, call->who->user_id, expression,
	    limit ? json_object_get_int64(limit) : LIMIT_DEFAULT, &hit, &n)))
		return no;
	buf_text(&call->result, "{\"results\":[");
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_char(&call->result, ',');
		put_hit(a, &call->result, &hit[i]);
	}
	buf_text(&call->result, "]}");
	return NULL;
}

const struct builtin tool_search_knowledge_base = {
	.name = "search_knowledge_base",
	.title = "Search the knowledge base",
	.description =
	    "Finds documents that hold all words of the query, in any order and without regard to case, best matches first. "
	    "Words are looked up as they are: there are no operators or wildcards. Use few, distinctive words, and "
	    "try others when nothing is found. Each result has a snippet with the matching words between ** and **.",
	.scope = "read:knowledge",
	.input_schema = "{\"type\":\"object\",\"properties\":{"
	    "\"query\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":1000,"
		"\"description\":\"The words to look for\"},"
	    "\"limit\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":20,\"default\":5,"
		"\"description\":\"How many results at most\"}"
	    "},\"required\":[\"query\"],\"additionalProperties\":false}",
	.output_schema = "{\"type\":\"object\",\"properties\":{"
	    "\"results\":{\"type\":\"array\",\"maxItems\":20,\"items\":{\"type\":\"object\",\"properties\":{"
		"\"id\":{\"type\":\"integer\"},"
		"\"title\":{\"type\":\"string\"},"
		"\"snippet\":{\"type\":\"string\"},"
		"\"score\":{\"type\":\"number\",\"description\":\"Higher is better\"},"
		"\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
		"\"author\":{\"type\":\"string\"},"
		"\"created_at\":{\"type\":\"string\",\"description\":\"RFC 3339, UTC\"}"
		"},\"required\":[\"id\",\"title\",\"snippet\",\"score\",\"tags\",\"author\",\"created_at\"]}}"
	    "},\"required\":[\"results\"]}",
	.annotations = "{\"readOnlyHint\":true,\"openWorldHint\":false}",
	.call = search,
};
