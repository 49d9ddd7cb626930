/* SPDX-License-Identifier: ISC */
/*
 * store_stream: what an answer that is a stream has said, so that a client that lost its connection goes on with it (MCP
 * before 2026-07-28, "Resumability and Redelivery").
 */
#ifndef STORE_STREAM_H
#define STORE_STREAM_H

#include "crypto.h"
#include "store.h"

enum { STREAMS_MAX = 20, STREAM_EVENTS_MAX = 1000 };

struct event {
	int64_t number;
	const char *message;		/* one line of JSON */
};

/* A new stream; *put is false when the session has ended.  Drops old ones of the session. */
const struct fail *stream_put(struct store *s, const char *id, const struct digest *session, int64_t now, bool *put)
    __attribute__((nonnull, warn_unused_result));

/* Is there one of that session? */
const struct fail *stream_find(struct store *s, const char *id, const struct digest *session, bool *there)
    __attribute__((nonnull, warn_unused_result));

/* Is there nothing that follows any more?  True as well when the stream is gone. */
const struct fail *stream_has_ended(struct store *s, const char *id, bool *ended) __attribute__((nonnull, warn_unused_result));

const struct fail *stream_end(struct store *s, const char *id, int64_t now) __attribute__((nonnull, warn_unused_result));

/* Writes an event down, unless the stream is gone. */
const struct fail *event_put(struct store *s, const char *stream, const struct event *x)
    __attribute__((nonnull, warn_unused_result));

/* At most `limit` events behind the number `last`, in their order. */
const struct fail *event_since(struct store *s, struct arena *a, const char *stream, int64_t last, int64_t limit,
    struct event **event, size_t *n) __attribute__((nonnull, warn_unused_result));

#endif
