/* SPDX-License-Identifier: ISC */
/*
 * replay: an answer that is a stream, written down while it is said, for a client that lost its connection or was let go
 * (MCP before 2026-07-28, "Resumability and Redelivery").  An event's id names its stream and its place in it.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "context.h"
#include "crypto.h"

struct replay {
	struct context *cx;
	struct digest session;
	struct random_text id;
	bool on;			/* is anything to be written down? */
	int64_t number;			/* of the last event */
	int64_t kept;			/* so many were */
};

/* From now on what is said is written down for that session. */
void replay_keep(struct replay *r, struct context *cx, const struct digest *session) __attribute__((nonnull));

/* The stream begins; its id, which comes before all events.  NULL: nothing is written down. */
const char *replay_begin(struct replay *r) __attribute__((nonnull));

/*
 * Writes a message down, the last one with the end of the stream at `now`.  Its id; NULL: it was not kept.  Of more than
 * STREAM_EVENTS_MAX only the last one is.
 */
const char *replay_put(struct replay *r, const char *json, int64_t end) __attribute__((nonnull));

/* Nothing more will come, and there is no answer. */
void replay_end(struct replay *r, int64_t now) __attribute__((nonnull));

/* Reads an id: the stream, and how far somebody has heard it.  False: it is none of ours. */
bool replay_read(struct arena *a, const char *id, const char **stream, int64_t *number)
    __attribute__((nonnull, warn_unused_result));

/* The id of that event. */
const char *replay_id(struct arena *a, const char *stream, int64_t number) __attribute__((nonnull, returns_nonnull));

#endif
