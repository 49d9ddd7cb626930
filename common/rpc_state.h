/* SPDX-License-Identifier: ISC */
/*
 * rpc_state: what a question needs to be gone on with, in the hands of the client (MCP 2026-07-28, requestState):
 * authenticated by a key of the file, for one person, one client, one tool and its arguments, for ten minutes.  The
 * client can read it, and nobody can make one.
 */
#ifndef RPC_STATE_H
#define RPC_STATE_H

#include "call.h"
#include "rpc_message.h"

enum { RPC_STATE_SECONDS = 600 };

/*
 * A text for the program's state, c->answers and what is asked now (rpc_ask_asked()), for whoever asks again with this name and
 * these arguments.  NULL: *no says why.
 */
const char *rpc_state_seal(struct call *c, const struct rpc_message *m, const char *state, struct json_object *asked,
    const struct fail **no) __attribute__((nonnull(1, 2, 4, 5)));

/* Takes the text that was opened for the only time; refused when it was before. */
const struct fail *rpc_state_spend(struct call *c) __attribute__((nonnull, warn_unused_result));

/* Sets c->state, c->answers and c->asked from such a text; refuses what is forged, too old or somebody else's. */
const struct fail *rpc_state_open(struct call *c, const struct rpc_message *m, const char *text)
    __attribute__((nonnull, warn_unused_result));

#endif
