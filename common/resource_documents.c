/* SPDX-License-Identifier: ISC */
/* resource_documents: the documents of the knowledge base as resources, each to those who may read it. */
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "builtin_resource.h"
#include "completer.h"
#include "json.h"
#include "kb.h"
#include "rfc3339.h"

static void drop(void *value)
{
	json_object_put(value);
}

static struct json_object *describe(struct arena *a, const struct document *d)
{
	struct json_object *o = json_object_new_object(), *hints = json_object_new_object();
	const char *uri = kb_uri(a, d->id);

	json_object_object_add(o, "uri", json_object_new_string(uri));
	json_object_object_add(o, "name", json_object_new_string(strrchr(uri, '/') + 1));
	json_object_object_add(o, "title", json_object_new_string(d->title));
	json_object_object_add(o, "mimeType", json_object_new_string(KB_MIME));
	json_object_object_add(hints, "lastModified", json_object_new_string(rfc3339_text(a, document_changed_at(d))));
	json_object_object_add(o, "annotations", hints);
	return o;
}

/* `after` is a text of our own, but one that a client has carried. */
static const struct fail *list(struct context *cx, const struct bearer *who, const char *after, size_t most,
    struct builtin_page *page)
{
	int64_t id = 0;
	struct document *d;
	const struct fail *no;
	bool more;
	size_t n;

	page->entry = json_object_new_array();
	arena_defer(cx->arena, drop, page->entry);
	if (after && !kb_id(arena_printf(cx->arena, KB_URI "%s", after), &id))
		return NULL;
	if ((no = kb_each(cx, who, id, most, &d, &n, &more)))
		return no;
	for (size_t i = 0; i < n; i++)
		json_object_array_add(page->entry, describe(cx->arena, &d[i]));
	if (more && n > 0)
		page->last = strrchr(kb_uri(cx->arena, d[n - 1].id), '/') + 1;
	return NULL;
}

static const struct fail *read_one(struct context *cx, const struct bearer *who, const char *uri, struct buf *text, bool *found)
{
	struct document *d = NULL;
	const struct fail *no;
	int64_t id;

	*found = false;
	if (!kb_id(uri, &id))
		return NULL;
	if ((no = kb_read(cx, who, id, &d)) || !d)
		return no;
	*found = true;
	buf_text(text, d->content);
	return NULL;
}

static const struct fail *complete(struct context *cx, const struct bearer *who, const char *typed, struct completion *to)
{
	to->total = -1;
	return kb_complete(cx, who, typed, COMPLETIONS_MAX, &to->value, &to->n, &to->more);
}

const struct builtin_resource resource_documents = {
	.name = "documents",
	.title = "Documents of the knowledge base",
	.description = "A document by its number. Numbers can be completed from words of the title.",
	.mime = KB_MIME,
	.scope = KB_SCOPE_READ,
	.uri_template = KB_TEMPLATE,
	.variable = "id",
	.list = list,
	.read = read_one,
	.complete = complete,
};
