/* SPDX-License-Identifier: ISC */
/*
 * store_mcp_session: sessions of clients that initialize (MCP before 2026-07-28, "Session Management"), by the SHA-256 of
 * their id, and what is remembered for one: cancelled requests, subscriptions.  All of it may be lost in a power cut.
 */
#ifndef STORE_MCP_SESSION_H
#define STORE_MCP_SESSION_H

#include "crypto.h"
#include "store.h"
#include "store_token.h"

enum {
	MCP_SESSIONS_MAX = 100,		/* of one person and client */
	MCP_SESSION_IDLE = 24 * 3600,	/* seconds until an unused one ends */
	SUBSCRIPTIONS_MAX = 100,	/* of one session */
};

struct mcp_session {
	struct digest hash;
	const char *revision;
	const char *capabilities;	/* JSON object: the client's */
	const char *level;		/* of logging/setLevel; "": none was set */
	int64_t seen_at;
};

/* A new one of this person, client and endpoint.  The oldest beyond MCP_SESSIONS_MAX are dropped, and a few that are idle. */
const struct fail *mcp_session_put(struct store *s, const struct bearer *who, const struct mcp_session *x, int64_t now)
    __attribute__((nonnull, warn_unused_result));

/* *x is NULL unless the session lives and is this person's and client's at this endpoint. */
const struct fail *mcp_session_find(struct store *s, struct arena *a, const struct digest *hash, const struct bearer *who,
    int64_t now, struct mcp_session **x) __attribute__((nonnull, warn_unused_result));

const struct fail *mcp_session_touch(struct store *s, const struct digest *hash, int64_t now)
    __attribute__((nonnull, warn_unused_result));
const struct fail *mcp_session_set_level(struct store *s, const struct digest *hash, const char *level)
    __attribute__((nonnull, warn_unused_result));

/* *number is that of its newest stream from here on, or 0: the session is over. */
const struct fail *mcp_session_listen(struct store *s, const struct digest *hash, int64_t *number)
    __attribute__((nonnull, warn_unused_result));

/*
 * What it is subscribed to, in the order of the names.  *on is false when it is over, or has a newer stream than the one of that
 * number.
 */
const struct fail *mcp_session_hears(struct store *s, struct arena *a, const struct digest *hash, int64_t number, bool *on,
    const char *uri[SUBSCRIPTIONS_MAX], size_t *n) __attribute__((nonnull, warn_unused_result));

/* With all that is remembered for it. */
const struct fail *mcp_session_drop(struct store *s, const struct digest *hash) __attribute__((nonnull, warn_unused_result));

/* A request of that id (as JSON) is cancelled.  The last hundred of a session are kept. */
const struct fail *cancelled_put(struct store *s, const struct digest *session, const char *request, int64_t now)
    __attribute__((nonnull, warn_unused_result));

/* Was it, since then?  True as well when the session has ended. */
const struct fail *cancelled_find(struct store *s, const struct digest *session, const char *request, int64_t since, bool *is)
    __attribute__((nonnull, warn_unused_result));

/* Forgets that it was, and what is older than an hour. */
const struct fail *cancelled_drop(struct store *s, const struct digest *session, const char *request, int64_t now)
    __attribute__((nonnull, warn_unused_result));

/* *put is false when the session has as many as it may. */
const struct fail *subscription_put(struct store *s, const struct digest *session, const char *uri, bool *put)
    __attribute__((nonnull, warn_unused_result));
const struct fail *subscription_drop(struct store *s, const struct digest *session, const char *uri)
    __attribute__((nonnull, warn_unused_result));
const struct fail *subscription_find(struct store *s, const struct digest *session, const char *uri, bool *is)
    __attribute__((nonnull, warn_unused_result));

#endif
