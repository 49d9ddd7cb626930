/* SPDX-License-Identifier: ISC */
/*
 * rpc_run: one request on its way to its response.  The handlers of the methods (rpc_tools.h and its neighbours) check their
 * parameters first and write their response last, with these.
 */
#ifndef RPC_RUN_H
#define RPC_RUN_H

#include "answer.h"
#include "call.h"
#include "rpc_message.h"
#include "store_token.h"

/* What a client may keep: who we are for an hour, lists for five minutes (MCP 2026-07-28, "Caching"). */
#define RPC_CACHE_DISCOVER "3600000"
#define RPC_CACHE_LIST "300000"

enum { RPC_PAGE = 100 };		/* entries of one list */

struct rpc_run {
	struct context *cx;
	const struct bearer *who;
	struct rpc_message *m;		/* its data may be set for an error */
	const struct way *way;
	enum revision revision;
	struct buf *b;			/* where the response goes; nothing is appended with a refusal */
};

/* The response up to the opening brace of the result; its resultType is "complete", or what kind says. */
void rpc_run_begin(const struct rpc_run *r) __attribute__((nonnull));
void rpc_run_begin_as(const struct rpc_run *r, const char *kind) __attribute__((nonnull));

/* The rest of the envelope.  NULL, for the handler to return. */
const struct fail *rpc_run_end(const struct rpc_run *r) __attribute__((nonnull));

/* Members of a result, each where the revision has it. */
void rpc_run_put_server(const struct rpc_run *r) __attribute__((nonnull));	/* an Implementation object, without a name */
void rpc_run_put_cache(const struct rpc_run *r, const char *ttl, const char *scope) __attribute__((nonnull));
void rpc_run_put_json(const struct rpc_run *r, const char *name, const char *json) __attribute__((nonnull));

/*
 * Pages ("Pagination"): *after is the name behind which the page begins, NULL for the first; a text that we did not give
 * out is refused.  put_next: the cursor of what follows `last`; nothing for NULL.
 */
const struct fail *rpc_run_read_cursor(const struct rpc_run *r, const char **after) __attribute__((nonnull, warn_unused_result));
void rpc_run_put_next(const struct rpc_run *r, const char *last) __attribute__((nonnull(1)));

/* The response for what one round of a program came to: a result, questions, or the program's own error. */
const struct fail *rpc_run_put_answer(struct rpc_run *r, struct call *c, struct answer *answer)
    __attribute__((nonnull, warn_unused_result));

#endif
