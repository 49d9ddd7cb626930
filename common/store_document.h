/* SPDX-License-Identifier: ISC */
/* store_document: the knowledge base and its full-text index (FTS5). */
#ifndef STORE_DOCUMENT_H
#define STORE_DOCUMENT_H

#include "store.h"

/* What every reader of JSON can count to (RFC 8259 section 6). */
#define DOCUMENT_ID_MAX ((INT64_C(1) << 53) - 1)

struct document {
	int64_t id;			/* from 1 to 2^53 - 1 */
	const char *title;
	const char *content;
	const char *tags;		/* one a line */
	const char *author;		/* name of the user who wrote it */
	int64_t user_id;		/* his; 0: the operator, or somebody who is gone */
	bool is_private;		/* for the one who wrote it */
	int64_t created_at;
	int64_t updated_at;		/* 0: never since */
};

/* When it was last changed, or made. */
static inline int64_t document_changed_at(const struct document *d)
{
	return d->updated_at ? d->updated_at : d->created_at;
}

struct hit {
	int64_t id;
	const char *title;
	const char *snippet;		/* the words around the match, matches between ** and ** */
	const char *tags;
	const char *author;
	int64_t created_at;
	double score;			/* higher is better */
};

/*
 * Sets d->id; row and index, inside the caller's transaction.  user_id 0: written by the operator; d->author and d->user_id are
 * not read.  A private document gets a number that says nothing about others.
 */
const struct fail *document_put(struct store *s, struct document *d, int64_t user_id)
    __attribute__((nonnull, warn_unused_result));

/* Title, content and tags of the one of d->id become these, at d->updated_at; row and index, inside the caller's transaction. */
const struct fail *document_update(struct store *s, const struct document *d) __attribute__((nonnull, warn_unused_result));

/* The same. */
const struct fail *document_drop(struct store *s, int64_t id) __attribute__((nonnull, warn_unused_result));

/* ---- for one who asks: user_id, or 0, who sees only what is for everybody ---- */

/* With its content; NULL: not there, or not for him. */
const struct fail *document_find(struct store *s, struct arena *a, int64_t user_id, int64_t id, struct document **d)
    __attribute__((nonnull, warn_unused_result));

/* The first `limit` with an id above `after` and not above `last`, by id, content left out. */
const struct fail *document_page(struct store *s, struct arena *a, int64_t user_id, int64_t after, int64_t last, size_t limit,
    struct document **d, size_t *n) __attribute__((nonnull, warn_unused_result));

/*
 * The same of those that have the tag, without regard to the case of A to Z.  The expression asks for its words among the tags
 * (search_among()).
 */
const struct fail *document_page_tagged(struct store *s, struct arena *a, int64_t user_id, const char *expression,
    const char *tag, int64_t after, size_t limit, struct document **d, size_t *n) __attribute__((nonnull, warn_unused_result));

/* Ids of the first `limit` that an FTS5 expression finds, by id; there must be room for as many. */
const struct fail *document_titled(struct store *s, int64_t user_id, const char *expression, size_t limit, int64_t *id, size_t *n)
    __attribute__((nonnull, warn_unused_result));

/*
 * The best `limit` documents for an FTS5 expression, best first, equal ones by id.  The expression is made by
 * search_expression() and never by a client.  Neither order nor score depends on any other document.
 */
const struct fail *document_search(struct store *s, struct arena *a, int64_t user_id, const char *expression, int64_t limit,
    struct hit **hit, size_t *n) __attribute__((nonnull, warn_unused_result));

/* ---- for the operator ---- */

/* As document_find(), private or not. */
const struct fail *document_find_any(struct store *s, struct arena *a, int64_t id, struct document **d)
    __attribute__((nonnull, warn_unused_result));

/* Is there a document of that id which this person (0: nobody) may read? */
const struct fail *document_may_read(struct store *s, int64_t id, int64_t user_id, bool *may)
    __attribute__((nonnull, warn_unused_result));

/* How many documents there are. */
const struct fail *document_count(struct store *s, int64_t *n) __attribute__((nonnull, warn_unused_result));

/* Calls each(with, document) for every document by id, content left out. */
const struct fail *document_each(struct store *s, struct arena *a, void (*each)(void *with, const struct document *d),
    void *with) __attribute__((nonnull(1, 2, 3), warn_unused_result));

#endif
