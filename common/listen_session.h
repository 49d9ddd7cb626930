/* SPDX-License-Identifier: ISC */
/* listen_session: what the session of an older client hears of on its stream: what it is subscribed to at that time. */
#ifndef LISTEN_SESSION_H
#define LISTEN_SESSION_H

#include "context.h"
#include "crypto.h"
#include "fail.h"
#include "listen_want.h"
#include "store_token.h"

struct listen_session {
	struct digest hash;
	int64_t number;			/* of the stream: the session's streams are counted */
	struct arena *arena;		/* has the list of what it is subscribed to */
};

/* The session of that id, if it is this person's, client's and endpoint's; else rpc_no_session. */
const struct fail *listen_session_find(struct context *cx, const struct bearer *who, const char *id, struct listen_session *x)
    __attribute__((nonnull, warn_unused_result));

/* The stream becomes the one of the session, and want->uri what it is subscribed to; until listen_session_drop(). */
const struct fail *listen_session_begin(struct context *cx, struct listen_session *x, struct listen_want *want)
    __attribute__((nonnull, warn_unused_result));

/* Reads what it is subscribed to once more.  *on is false when the session has ended, or has a later stream. */
const struct fail *listen_session_read(struct context *cx, struct listen_session *x, struct listen_want *want, bool *on)
    __attribute__((nonnull, warn_unused_result));

void listen_session_drop(struct listen_session *x) __attribute__((nonnull));

#endif
