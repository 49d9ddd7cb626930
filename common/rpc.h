/* SPDX-License-Identifier: ISC */
/*
 * rpc: a posted body in, an answer out: the Model Context Protocol in all revisions that are served.  It knows no HTTP: the
 * header fields that the protocol mirrors are handed to it, and a status is a number that it hands back.
 */
#ifndef RPC_H
#define RPC_H

#include "call.h"
#include "rpc_era.h"
#include "store_token.h"

enum { RPC_BATCH_MAX = 50 };

struct rpc_post {
	const char *body;
	size_t body_len;
	struct rpc_headers headers;
	const struct way *way;		/* for messages before the answer, or NULL: the client takes none */
	const char *only;		/* the one method that may be asked for here; NULL: all */
};

struct rpc_reply {
	int status;
	struct buf body;		/* one line of JSON; empty with 202, and when nobody waits any more */
	const char *id;			/* of the request, as JSON text: for the caller that tells a refusal */
	const char *session;		/* id of the session that has begun, or NULL */
	const char *scope;		/* with bearer_scope: the words that the whole post needs */
};

/*
 * Answers what was posted by somebody whose token is good.  NULL: the reply is filled, with a result or an error.
 * Otherwise a refusal that wants header fields: bearer_scope, before anything was done, or fail_unavailable; then
 * reply->id and reply->scope are set.
 */
const struct fail *rpc_answer(struct context *cx, const struct bearer *who, const struct rpc_post *post,
    struct rpc_reply *reply) __attribute__((nonnull, warn_unused_result));

#endif
