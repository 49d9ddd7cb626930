/* SPDX-License-Identifier: ISC */
/* store_document: the knowledge base and its full-text index (FTS5). */
#ifndef STORE_DOCUMENT_H
#define STORE_DOCUMENT_H

#include "store.h"

struct document {
	int64_t id;
	const char *title;
	const char *content;
	const char *tags;		/* one a line */
	const char *author;		/* name of the user who wrote it */
	int64_t created_at;
};

struct hit {
	int64_t id;
	const char *title;
	const char *snippet;		/* the words around the match, matches between ** and ** */
	const char *tags;
	const char *author;
	int64_t created_at;
	double score;			/* higher is better */
};

/* Sets d->id; row and index, inside the caller's transaction.  user_id 0: written by the operator; d->author is not read. */
const struct fail *document_put(struct store *s, struct document *d, int64_t user_id)
    __attribute__((nonnull, warn_unused_result));

/*
 * The best `limit` documents for an FTS5 expression, best first, equal ones by id.  The expression is made by
 * search_expression() and never by a client.
 */
const struct fail *document_search(struct store *s, struct arena *a, const char *expression, int64_t limit,
    struct hit **hit, size_t *n) __attribute__((nonnull, warn_unused_result));

/* Is there a document of that id which this person (0: nobody) may read? */
const struct fail *document_may_read(struct store *s, int64_t id, int64_t user_id, bool *may)
    __attribute__((nonnull, warn_unused_result));

/* How many documents there are. */
const struct fail *document_count(struct store *s, int64_t *n) __attribute__((nonnull, warn_unused_result));

/* Calls each(with, document) for every document by id, content left out. */
const struct fail *document_each(struct store *s, struct arena *a, void (*each)(void *with, const struct document *d),
    void *with) __attribute__((nonnull(1, 2, 3), warn_unused_result));

#endif
