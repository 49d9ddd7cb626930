/* SPDX-License-Identifier: ISC */
/*
 * store_pinned: client ID metadata documents that the operator brought along, for a client whose own address cannot be
 * fetched from here, or need not be.
 */
#ifndef STORE_PINNED_H
#define STORE_PINNED_H

#include "store.h"

struct pinned {
	const char *client_id;		/* its URL */
	const char *document;		/* JSON */
	bool fallback;			/* counts only when fetching is refused; otherwise it comes first, and nothing is fetched */
	int64_t imported_at;
};

/* *p is NULL when there is none. */
const struct fail *pinned_find(struct store *s, struct arena *a, const char *client_id, struct pinned **p)
    __attribute__((nonnull, warn_unused_result));

/* A new one, or a newer copy of one. */
const struct fail *pinned_put(struct store *s, const struct pinned *p) __attribute__((nonnull, warn_unused_result));

/* *was says whether there was one. */
const struct fail *pinned_drop(struct store *s, const char *client_id, bool *was)
    __attribute__((nonnull, warn_unused_result));

/* Calls each(with, p) for every one by client_id. */
const struct fail *pinned_each(struct store *s, struct arena *a, void (*each)(void *with, const struct pinned *p),
    void *with) __attribute__((nonnull(1, 2, 3), warn_unused_result));

#endif
