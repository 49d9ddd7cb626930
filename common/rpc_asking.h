/* SPDX-License-Identifier: ISC */
/*
 * rpc_asking: requests of ours to a client that initializes, on the stream of its own request, and the wait for the
 * responses, which come to another process and go through the rows.
 */
#ifndef RPC_ASKING_H
#define RPC_ASKING_H

#include "rpc_ask.h"

struct asking {
	struct call *call;
	const char *page[RPC_QUESTIONS_MAX];	/* elicitationId of pages that the person agreed to open */
	size_t pages;
};

/*
 * Asks all of these at once and waits until they are answered; what the client has refused is an answer as well.  c->answers has
 * them then.  NULL, or a sentence for the model.  *stopped: nobody waits for this call any more.
 */
const char *rpc_asking_put(struct asking *x, struct json_object *questions, bool *stopped) __attribute__((nonnull));

/* What the pages were for is done (2025-11-25, "Completion Notifications for URL Mode Elicitation"). */
void rpc_asking_complete(struct asking *x) __attribute__((nonnull));

#endif
