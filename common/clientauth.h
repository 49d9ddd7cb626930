/* SPDX-License-Identifier: ISC */
/* clientauth: which client is asking (OAuth 2.1 section 2.4): none, client_secret_basic, client_secret_post. */
#ifndef CLIENTAUTH_H
#define CLIENTAUTH_H

#include "context.h"
#include "store_client.h"

extern const struct fail client_invalid;	/* 401 invalid_client */

/*
 * The client behind an Authorization value and the form's client_id and client_secret (each NULL when absent).
 * Exactly one method, and the one that the client has registered; anything else is client_invalid, more than one method
 * is invalid_request.  Secrets are compared by their hash, in constant time.
 */
const struct fail *client_authenticate(struct context *cx, const char *authorization, const char *id,
    const char *secret, struct client **c) __attribute__((nonnull(1, 5), warn_unused_result));

#endif
