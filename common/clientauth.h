/* SPDX-License-Identifier: ISC */
/*
 * clientauth: which client is asking (OAuth 2.1 section 2.4): none, client_secret_basic, client_secret_post, private_key_jwt (RFC
 * 7523 section 2.2).
 */
#ifndef CLIENTAUTH_H
#define CLIENTAUTH_H

#include "context.h"
#include "store_client.h"

extern const struct fail client_invalid;	/* 401 invalid_client */
extern const struct fail client_invalid_basic;	/* the same for who tried a header: with a challenge (RFC 6749 section 5.2) */

/* What a request brings; each NULL when absent. */
struct client_credentials {
	const char *authorization;			/* the Authorization field */
	const char *id, *secret;			/* client_id, client_secret */
	const char *assertion_type, *assertion;		/* client_assertion_type, client_assertion */
};

/*
 * The client behind the credentials.  Exactly one method, and the one that the client has registered; anything else is
 * client_invalid or client_invalid_basic, more than one method is invalid_request.  Secrets are compared by their hash, in
 * constant time; an assertion is spent.  No transaction may be open; cx->trail says for the operator what was wrong.
 */
const struct fail *client_authenticate(struct context *cx, const struct client_credentials *x, struct client **c)
    __attribute__((nonnull, warn_unused_result));

#endif
