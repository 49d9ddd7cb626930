/* SPDX-License-Identifier: ISC */
/*
 * rpc_rounds: a program is written once, as rounds: it asks and ends, and is run again with the answers.  Clients of 2026-07-28
 * carry the rounds themselves; for older ones this goes through them within one call: the questions are requests on its
 * stream, and another process receives the responses and writes them down for us (MCP before 2026-07-28, "Elicitation",
 * "Sampling", "Roots").
 */
#ifndef RPC_ROUNDS_H
#define RPC_ROUNDS_H

#include "answer.h"
#include "rpc_message.h"

enum {
	RPC_ROUNDS_MAX = 8,		/* questions after questions in one call */
	RPC_WAITING_MAX = 2,		/* calls of one person and client that wait for answers at once */
};

/* What is done in rounds. */
struct rpc_rounds {
	void *with;
	const struct fail *(*run)(void *with, struct call *c, struct answer *answer);	/* one round */
	bool asks;			/* is it a program, which may ask? */
	bool polling;			/* its client goes and comes back, if it can */
};

/*
 * Runs it to what can be told.  When answer has questions after that, they are for rpc_run_put_answer() to tell.  Refusals are
 * those of the run, and slot_busy before anything was run.
 */
const struct fail *rpc_rounds_run(const struct rpc_rounds *x, struct call *c, struct rpc_message *m, struct answer *answer)
    __attribute__((nonnull, warn_unused_result));

#endif
