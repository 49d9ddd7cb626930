/* SPDX-License-Identifier: ISC */
/*
 * rpc_shape: what the revisions of the Model Context Protocol have.  Every object is written in the form of the newest
 * one; what an older one does not know is left out here and nowhere else.
 */
#ifndef RPC_SHAPE_H
#define RPC_SHAPE_H

#include <stdbool.h>

#include "buf.h"

struct json_object;

/* The revisions that are served, oldest first. */
enum revision {
	REVISION_2025_03_26,
	REVISION_2025_06_18,
	REVISION_2025_11_25,
	REVISION_2026_07_28,
	REVISIONS,

	REVISION_OLDEST = REVISION_2025_03_26,		/* what a request without a version is in */
	REVISION_LAST_LEGACY = REVISION_2025_11_25,	/* what initialize offers to those who ask for something else */
	REVISION_MODERN = REVISION_2026_07_28,		/* stateless from here on */
};

/* Parts of objects, most of which are not in all revisions. */
enum part {
	PART_INPUT_SCHEMA,		/* inputSchema of a tool */
	PART_ANNOTATIONS,		/* annotations of a tool */
	PART_TITLE,			/* title of a tool, of serverInfo */
	PART_OUTPUT_SCHEMA,		/* outputSchema of a tool */
	PART_STRUCTURED_CONTENT,	/* structuredContent of a result */
	PART_RESULT_TYPE,		/* resultType of a result */
	PART_CACHE,			/* ttlMs and cacheScope of a result */
	PART_SERVER_INFO,		/* serverInfo in the _meta of a result */
	PART_ANY_OUTPUT,		/* outputSchema and structuredContent of other types than object */
	PART_RESOURCE_LINK,		/* content of type resource_link */
	PART_ICONS,			/* icons of a tool, resource or prompt */
	PART_META,			/* _meta of these */
	PART_LAST_MODIFIED,		/* lastModified of annotations */
	PARTS
};

/* "2026-07-28": the name of a revision. */
const char *rpc_shape_name(enum revision r) __attribute__((returns_nonnull));

/* The revision of that name.  False if it is not served. */
bool rpc_shape_find(const char *name, enum revision *r) __attribute__((nonnull, warn_unused_result));

/* Is this version, served or not, one of the stateless kind?  Names are dates; junk counts as newer than anything. */
bool rpc_shape_is_modern(const char *version) __attribute__((nonnull));

/* Does the revision have that part? */
bool rpc_shape_has(enum revision r, enum part p);

/* Appends `"name":"text"` if the revision has the part. */
void rpc_shape_put(struct buf *b, enum revision r, enum part p, const char *name, const char *text)
    __attribute__((nonnull));

/* Appends `"name":` and the JSON as it is if the revision has the part. */
void rpc_shape_put_json(struct buf *b, enum revision r, enum part p, const char *name, const char *json)
    __attribute__((nonnull));

/*
 * Appends the members of a tool's result (content, structuredContent, isError) as the revision knows them: blocks of a type that
 * came later become text, and a value that may not be told is left out, its text copy stays.
 */
void rpc_shape_put_result(struct buf *b, enum revision r, struct json_object *result) __attribute__((nonnull));

/* Appends a Resource, ResourceTemplate, Prompt, content block or the like: without the members that came later. */
void rpc_shape_put_object(struct buf *b, enum revision r, struct json_object *object) __attribute__((nonnull));

/* Appends `"contents":[...]` of a resource. */
void rpc_shape_put_contents(struct buf *b, enum revision r, struct json_object *list) __attribute__((nonnull));

/* Appends `"messages":[...]` of a prompt. */
void rpc_shape_put_messages(struct buf *b, enum revision r, struct json_object *list) __attribute__((nonnull));

/* The same for members that are JSON text already, behind a comma where one is needed. */
void rpc_shape_put_members(struct buf *b, enum revision r, const struct buf *members) __attribute__((nonnull));

#endif
