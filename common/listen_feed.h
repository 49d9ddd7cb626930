/* SPDX-License-Identifier: ISC */
/* listen_feed: what has happened since the last round, found out once for all listeners of a process. */
#ifndef LISTEN_FEED_H
#define LISTEN_FEED_H

#include "context.h"
#include "fail.h"
#include "store_change.h"

struct listen_news {
	const struct change *change;	/* oldest first */
	size_t changes;
	bool list[CHANGE_KINDS];	/* lists whose files have changed */
	bool files;			/* files of resources have changed */
	bool committed;			/* somebody has written something: a token may have lost its grant */
};

/* From here on; for the first listener. */
const struct fail *listen_feed_begin(struct context *cx) __attribute__((nonnull, warn_unused_result));

/* Looks.  What is found lives as long as the context's memory. */
void listen_feed_look(struct context *cx) __attribute__((nonnull));

/* What the last look has found. */
const struct listen_news *listen_feed_news(void) __attribute__((returns_nonnull));

#endif
