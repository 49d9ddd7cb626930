/* SPDX-License-Identifier: ISC */
/* store_change: what changed lately, for clients that listen; kept for an hour. */
#ifndef STORE_CHANGE_H
#define STORE_CHANGE_H

#include "store.h"

enum change_kind { CHANGE_TOOLS, CHANGE_PROMPTS, CHANGE_RESOURCES, CHANGE_RESOURCE, CHANGE_TASK, CHANGE_KINDS };

struct change {
	int64_t id;
	enum change_kind kind;
	const char *about;		/* URI of the resource, id of the task; else "" */
	int64_t user_id;		/* who alone may hear of it; 0: everybody */
};

/* Writes one down, in the transaction of what changed.  Drops a few that are older than an hour. */
const struct fail *change_put(struct store *s, enum change_kind kind, const char *about, int64_t user_id, int64_t now)
    __attribute__((nonnull, warn_unused_result));

/* The id of the newest, 0 if there is none: from there on a listener begins. */
const struct fail *change_last(struct store *s, int64_t *id) __attribute__((nonnull, warn_unused_result));

/* A number that is another one after each commit of somebody else. */
const struct fail *change_version(struct store *s, int64_t *version) __attribute__((nonnull, warn_unused_result));

/* At most `limit` of those behind the id `last`, oldest first. */
const struct fail *change_since(struct store *s, struct arena *a, int64_t last, int64_t limit, struct change **change, size_t *n)
    __attribute__((nonnull, warn_unused_result));

#endif
