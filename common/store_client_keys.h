/* SPDX-License-Identifier: ISC */
/* store_client_keys: key sets that were fetched for clients. */
#ifndef STORE_CLIENT_KEYS_H
#define STORE_CLIENT_KEYS_H

#include "store_client.h"

/* Keeps what c->keys_uri gave; nothing happens when the client has another address by now. */
const struct fail *client_keys_put(struct store *s, const struct client *c, const char *keys, int64_t now)
    __attribute__((nonnull, warn_unused_result));

#endif
