/* SPDX-License-Identifier: ISC */
/*
 * clientkeys: the public keys of a client that signs (RFC 7517): inline in its registration, or fetched from its jwks_uri by
 * the program fetch, kept for an hour.  Reasons are words for the operator alone.
 */
#ifndef CLIENTKEYS_H
#define CLIENTKEYS_H

#include "context.h"
#include "store_client.h"

struct json_object;

/*
 * *keys is the client's key set, or NULL with *why.  again: a signature names a key that the kept set does not have, so that it
 * is fetched once more, unless that was done a moment ago (limit_keys); then *keys is NULL, too.  No transaction may be open.
 */
const struct fail *clientkeys_find(struct context *cx, struct client *c, bool again, struct json_object **keys,
    const char **why) __attribute__((nonnull, warn_unused_result));

#endif
