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
	[PART_LAST_MODIFIED] = REVISION_2025_06_18,
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

/* Members that not every revision has, wherever they stand. */
static const struct { const char *name; enum part part; } later[] = {
	{ "_meta", PART_META }, { "icons", PART_ICONS }, { "title", PART_TITLE }, { "lastModified", PART_LAST_MODIFIED },
};

static bool has_member(enum revision r, const char *name)
{
	for (size_t i = 0; i < sizeof later / sizeof *later; i++)
		if (strcmp(later[i].name, name) == 0)
			return rpc_shape_has(r, later[i].part);
	return true;
}

static void put_objects(struct buf *b, enum revision r, struct json_object *list)
{
	buf_char(b, '[');
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		if (i)
			buf_char(b, ',');
		rpc_shape_put_object(b, r, json_object_array_get_idx(list, i));
	}
	buf_char(b, ']');
}

/* What is inside is of the same kind: annotations, the resource of a block, the arguments of a prompt; the rest is anybody's. */
static void put_member(struct buf *b, enum revision r, const char *name, struct json_object *value)
{
	bool inside = strcmp(name, "annotations") == 0 || strcmp(name, "resource") == 0;

	if (inside && json_object_is_type(value, json_type_object))
		rpc_shape_put_object(b, r, value);
	else if (strcmp(name, "arguments") == 0 && json_object_is_type(value, json_type_array))
		put_objects(b, r, value);
	else
		json_put(b, value);
}

void rpc_shape_put_object(struct buf *b, enum revision r, struct json_object *object)
{
	bool first = true;

	buf_char(b, '{');
	json_object_object_foreach(object, name, value) {
		if (!has_member(r, name))
			continue;
		if (!first)
			buf_char(b, ',');
		first = false;
		json_put_text(b, name);
		buf_char(b, ':');
		put_member(b, r, name, value);
	}
	buf_char(b, '}');
}

/* 2025-03-26 has no links: their address is something that a model can read, too ("Content Blocks"). */
static void put_block(struct buf *b, enum revision r, struct json_object *block)
{
	if (is_type(block, "resource_link") && !rpc_shape_has(r, PART_RESOURCE_LINK)) {
		buf_text(b, "{\"type\":\"text\",\"text\":");
		json_put_text(b, json_text(block, "uri"));
		buf_char(b, '}');
		return;
	}
	rpc_shape_put_object(b, r, block);
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

void rpc_shape_put_contents(struct buf *b, enum revision r, struct json_object *list)
{
	json_put_name(b, "contents");
	put_objects(b, r, list);
}

void rpc_shape_put_messages(struct buf *b, enum revision r, struct json_object *list)
{
	json_put_name(b, "messages");
	buf_char(b, '[');
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *message = json_object_array_get_idx(list, i);

		buf_text(b, i ? ",{" : "{");
		json_put_member(b, "role", json_text(message, "role"));
		json_put_name(b, "content");
		put_block(b, r, json_get(message, "content"));
		buf_char(b, '}');
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
