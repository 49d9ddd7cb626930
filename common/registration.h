/* SPDX-License-Identifier: ISC */
/* registration: a new client from its metadata (RFC 7591). */
#ifndef REGISTRATION_H
#define REGISTRATION_H

#include <json-c/json.h>

#include "context.h"
#include "crypto.h"
#include "store_client.h"

extern const struct fail registration_malformed;	/* invalid_client_metadata: the body is no JSON object */
extern const struct fail registration_off;		/* 404 */
extern const struct fail registration_token_invalid;	/* 401 invalid_token */

/*
 * Is registering allowed to whoever asks?  authorization is the Authorization value or NULL: with registration = token it
 * must carry the initial access token (RFC 7591 section 3).
 */
const struct fail *registration_check(struct context *cx, const char *authorization)
    __attribute__((nonnull(1), warn_unused_result));

/*
 * Checks the metadata, fills the defaults in, stores the client.  *c is what was really registered and what will be enforced;
 * *secret is set for confidential clients (c->has_secret).
 */
const struct fail *registration_put(struct context *cx, struct json_object *metadata, struct client **c,
    struct secret *secret) __attribute__((nonnull, warn_unused_result));

#endif
