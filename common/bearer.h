/* SPDX-License-Identifier: ISC */
/* bearer: the token of a request, from header text to who it is (RFC 6750; MCP authorization). */
#ifndef BEARER_H
#define BEARER_H

#include "context.h"
#include "store_token.h"

extern const struct fail bearer_missing;	/* 401 without error= : nobody tried (RFC 6750 section 3.1) */
extern const struct fail bearer_malformed;	/* 400 invalid_request */
extern const struct fail bearer_invalid;	/* 401 invalid_token: unknown, expired, revoked, for another resource */
extern const struct fail bearer_two;		/* 400 invalid_request: one token here, another one there */
extern const struct fail bearer_scope;		/* 403 insufficient_scope */

/*
 * Which of two fields is meant: Authorization, or the one of the settings that stands for it where a host keeps Authorization
 * back; NULL is absent, and both may be.  Two that differ are refused: whoever looked at one of them on the way, and let the
 * request through for it, must not be answered by the other (RFC 6750 section 2: one method in a request).
 */
const struct fail *bearer_pick(const char *authorization, const char *instead, const char **credentials)
    __attribute__((nonnull(3), warn_unused_result));

/*
 * The person, client and scopes behind an Authorization value (NULL: there was none).  The token must have been issued
 * for cx->resource.  A text that cannot be a token costs no look at the rows.
 */
const struct fail *bearer_check(struct context *cx, const char *authorization, struct bearer **who)
    __attribute__((nonnull(1, 3), warn_unused_result));

/*
 * Remembers that the grant is in use: at its first request, and then once an hour.  Nobody waits for that, and it may be
 * lost.
 */
void bearer_seen(struct context *cx, const struct bearer *who) __attribute__((nonnull));

/* The WWW-Authenticate value for one of the refusals above; scope is what the operation needs. */
const char *bearer_challenge(struct context *cx, const struct fail *no, const char *scope)
    __attribute__((nonnull, returns_nonnull));

#endif
