/* SPDX-License-Identifier: ISC */
/* rpc_shape: two tables, the names of the revisions and the revision that each part came with. */
#include <string.h>

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
