/* SPDX-License-Identifier: ISC */
/* resume: going on with an answer whose connection was lost (MCP before 2026-07-28, "Resumability and Redelivery"). */
#ifndef RESUME_H
#define RESUME_H

#include "context.h"
#include "fail.h"
#include "store_token.h"
#include "stream.h"

struct resume {
	const char *stream;		/* id of it */
	int64_t last;			/* number of the event that was heard last */
	int64_t looked;
};

/* The stream of that session, behind that event.  Refused: there is no such session, or no such event of it. */
const struct fail *resume_find(struct context *cx, const struct bearer *who, const char *session, const char *last_event_id,
    struct resume **x) __attribute__((nonnull, warn_unused_result));

/*
 * Says what was said since, and what is said meanwhile, until the stream has its end; a client for whom there is no room to wait,
 * or whose stream is silent for long, is let go and comes back.
 */
void resume_give(struct context *cx, struct stream *out, struct resume *x) __attribute__((nonnull));

#endif
