/* SPDX-License-Identifier: ISC */
/* listen_want: what a listener asks for, and what he is told that he will get. */
#ifndef LISTEN_WANT_H
#define LISTEN_WANT_H

#include "context.h"
#include "rpc_message.h"
#include "site_watch.h"
#include "store_change.h"
#include "store_token.h"

enum { LISTEN_URIS_MAX = 100, LISTEN_TASKS_MAX = 100, LISTEN_TEXT_MAX = 2048 };

struct listen_uri {
	const char *uri;
	const char *path;		/* the file that it stands for, or NULL */
	struct site_stamp stamp;
};

struct listen_want {
	bool list[CHANGE_KINDS];	/* CHANGE_TOOLS, CHANGE_PROMPTS, CHANGE_RESOURCES */
	struct listen_uri *uri;
	size_t uris;
	const char **task;
	size_t tasks;
};

/*
 * Reads params.notifications; what is kept is what this person may hear, copied into a.  A refusal may come with m->data.
 */
const struct fail *listen_want_read(struct context *cx, struct arena *a, const struct bearer *who, struct rpc_message *m,
    struct listen_want *want) __attribute__((nonnull, warn_unused_result));

/* Appends it as an object: what is honoured. */
void listen_want_put(struct buf *b, const struct listen_want *want) __attribute__((nonnull));

#endif
