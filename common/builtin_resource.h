/* SPDX-License-Identifier: ISC */
/* builtin_resource: resources that are made by functions of this program: the documents of the knowledge base. */
#ifndef BUILTIN_RESOURCE_H
#define BUILTIN_RESOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "context.h"
#include "fail.h"
#include "store_token.h"

struct completion;
struct json_object;

/* A page of a list: Resource objects, each with the text by which to go on behind it. */
struct builtin_page {
	struct json_object *entry;	/* an array */
	const char *last;		/* NULL: there is no more */
};

struct builtin_resource {
	const char *name;		/* as a definition names it: {"builtin": "documents"} */
	const char *title, *description, *mime;
	const char *scope;
	const char *uri_template;
	const char *variable;		/* the one that it can complete */

	/* Up to `most` that this person can read, behind `after` (NULL: from the first). */
	const struct fail *(*list)(struct context *cx, const struct bearer *who, const char *after, size_t most,
	    struct builtin_page *page);

	/* The text; *found is false when there is none such for this person. */
	const struct fail *(*read)(struct context *cx, const struct bearer *who, const char *uri, struct buf *text, bool *found);

	const struct fail *(*complete)(struct context *cx, const struct bearer *who, const char *typed, struct completion *to);
};

/* The resources themselves. */
extern const struct builtin_resource resource_documents;

/* The one of that name, or NULL. */
const struct builtin_resource *builtin_resource_find(const char *name) __attribute__((nonnull));

/* The i-th of the table, in the order of names; NULL behind the last. */
const struct builtin_resource *builtin_resource_at(size_t i);

#endif
