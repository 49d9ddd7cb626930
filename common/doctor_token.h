/* SPDX-License-Identifier: ISC */
/*
 * doctor_token: a token for the doctor alone, of a machine client that exists as long as it looks: so the whole way of a call is
 * seen without an account.  It is good for the first endpoint, reads, and ends by itself after a few minutes.
 */
#ifndef DOCTOR_TOKEN_H
#define DOCTOR_TOKEN_H

#include "context.h"
#include "crypto.h"
#include "fail.h"

struct doctor_token {
	const char *client_id;
	struct secret token;
};

/* Makes it, in a transaction of its own; for mcpctl. */
const struct fail *doctor_token_put(struct context *cx, struct doctor_token *t) __attribute__((nonnull, warn_unused_result));

/* Removes it with all that belongs to it. */
const struct fail *doctor_token_drop(struct context *cx, const struct doctor_token *t)
    __attribute__((nonnull, warn_unused_result));

#endif
