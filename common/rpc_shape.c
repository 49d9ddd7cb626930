/* SPDX-License-Identifier: ISC */
/* rpc_shape: two tables, the names of the revisions and the revision that each part came with. */
#include <string.h>

#include <json-c/json.h>

#include "json.h"
#include "rpc_shape.h"

static const char *const names[REVISIONS] = {
	[REVISION_2025_03_26] = "2025-03-26",
	[REVISION_2025_06_18] = "2025-06-18",
	[REVISION_2025_11_25] = "2025-11-25",
	[REVISION_2026_07_28] = "2026-07-28",
};

static const enum revision since[PARTS] = {
	[PART_INPUT_SCHEMA] = REVISION_2025_03_26,
	[PART_ANNOTATIONS] = REVISION_2025_03_26,
	[PART_TITLE] = REVISION_2025_06_18,
	[PART_OUTPUT_SCHEMA] = REVISION_2025_06_18,
	[PART_STRUCTURED_CONTENT] = REVISION_2025_06_18,
	[PART_RESULT_TYPE] = REVISION_2026_07_28,
	[PART_CACHE] = REVISION_2026_07_28,
	[PART_SERVER_INFO] = REVISION_2026_07_28,
	[PART_ANY_OUTPUT] = REVISION_2026_07_28,
	[PART_RESOURCE_LINK] = REVISION_2025_06_18,
	[PART_ICONS] = REVISION_2025_11_25,
	[PART_META] = REVISION_2025_06_18,
};

const char *rpc_shape_name(enum revision r)
{
	return names[r];
}

bool rpc_shape_find(const char *name, enum revision *r)
{
	for (enum revision i = REVISION_OLDEST; i < REVISIONS; i++)
		if (strcmp(names[i], name) == 0) {
			*r = i;
			return true;
		}
	return false;
}

bool rpc_shape_is_modern(const char *version)
{
	return strcmp(version, names[REVISION_MODERN]) >= 0;
}

bool rpc_shape_has(enum revision r, enum part p)
{
	return r >= since[p];
}

void rpc_shape_put(struct buf *b, enum revision r, enum part p, const char *name, const char *text)
{
	if (rpc_shape_has(r, p))
		json_put_member(b, name, text);
}

void rpc_shape_put_json(struct buf *b, enum revision r, enum part p, const char *name, const char *json)
{
	if (!rpc_shape_has(r, p))
		return;
	json_put_name(b, name);
	buf_text(b, json);
}

/* -- results -- */

static bool is_type(struct json_object *block, const char *type)
{
	const char *text = json_text(block, "type");

	return text && strcmp(text, type) == 0;
}

/* 2025-03-26 has no links: their address is something that a model can read, too ("Content Blocks"). */
static void put_block(struct buf *b, enum revision r, struct json_object *block)
{
	bool first = true;

	if (is_type(block, "resource_link") && !rpc_shape_has(r, PART_RESOURCE_LINK)) {
		buf_text(b, "{\"type\":\"text\",\"text\":");
		json_put_text(b, json_text(block, "uri"));
		buf_char(b, '}');
		return;
	}
	buf_char(b, '{');
	json_object_object_foreach(block, name, value) {
		if ((strcmp(name, "_meta") == 0 && !rpc_shape_has(r, PART_META)) ||
		    (strcmp(name, "icons") == 0 && !rpc_shape_has(r, PART_ICONS)))
			continue;
		if (!first)
			buf_char(b, ',');
		first = false;
		json_put_text(b, name);
		buf_char(b, ':');
		json_put(b, value);
	}
	buf_char(b, '}');
}

static void put_content(struct buf *b, enum revision r, struct json_object *list)
{
	json_put_name(b, "content");
	buf_char(b, '[');
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		if (i)
			buf_char(b, ',');
		put_block(b, r, json_object_array_get_idx(list, i));
	}
	buf_char(b, ']');
}

static bool has_structured(enum revision r, struct json_object *value)
{
	return rpc_shape_has(r, PART_STRUCTURED_CONTENT) &&
	    (rpc_shape_has(r, PART_ANY_OUTPUT) || json_object_is_type(value, json_type_object));
}

void rpc_shape_put_result(struct buf *b, enum revision r, struct json_object *result)
{
	put_content(b, r, json_get(result, "content"));
	if (json_has(result, "structuredContent") && has_structured(r, json_get(result, "structuredContent"))) {
		json_put_name(b, "structuredContent");
		json_put(b, json_get(result, "structuredContent"));
	}
	if (json_object_get_boolean(json_get(result, "isError")))
		buf_text(b, ",\"isError\":true");
}

/* What is written as text is content first, then structuredContent; an old client gets no more than the content. */
void rpc_shape_put_members(struct buf *b, enum revision r, const struct buf *members)
{
	static const char mark[] = ",\"structuredContent\":";
	const char *structured = memmem(members->v, members->len, mark, sizeof mark - 1);

	if (b->v[b->len - 1] != '{')
		buf_char(b, ',');
	if (structured && (!rpc_shape_has(r, PART_STRUCTURED_CONTENT) ||
	    (structured[sizeof mark - 1] != '{' && !rpc_shape_has(r, PART_ANY_OUTPUT))))
		buf_put(b, members->v, (size_t)(structured - members->v));
	else
		buf_put(b, members->v, members->len);
}
