/* SPDX-License-Identifier: ISC */
/*
 * rpc_session: what is remembered of a client that initializes (MCP before 2026-07-28, "Session Management"): its revision, what
 * it can, what it wants to hear, what it has cancelled.  A session names no one: it is found only together with the person,
 * the client and the endpoint of the token that comes with each request.
 */
#ifndef RPC_SESSION_H
#define RPC_SESSION_H

#include "rpc_run.h"
#include "store_mcp_session.h"

/* Of somebody else, ended, or never there: clients initialize again when they see this. */
extern const struct fail rpc_no_session;

/* Begins one for a client that initializes in r->revision; sets r->m->new_session. */
const struct fail *rpc_session_begin(struct rpc_run *r) __attribute__((nonnull, warn_unused_result));

/* The session of that id.  Once a minute it is written down that it is in use. */
const struct fail *rpc_session_find(struct context *cx, const struct bearer *who, const char *id, struct mcp_session **x)
    __attribute__((nonnull, warn_unused_result));

/* Ends it, with all that is remembered for it; calls that are under way end as well. */
const struct fail *rpc_session_end(struct context *cx, const struct bearer *who, const char *id)
    __attribute__((nonnull, warn_unused_result));

/* Takes in a notification or a response of the session. */
const struct fail *rpc_session_hear(struct context *cx, const struct rpc_message *m) __attribute__((nonnull, warn_unused_result));

/* The methods logging/setLevel, resources/subscribe and resources/unsubscribe. */
const struct fail *rpc_session_set_level(struct rpc_run *r) __attribute__((nonnull, warn_unused_result));
const struct fail *rpc_session_subscribe(struct rpc_run *r) __attribute__((nonnull, warn_unused_result));
const struct fail *rpc_session_unsubscribe(struct rpc_run *r) __attribute__((nonnull, warn_unused_result));

#endif
