/* SPDX-License-Identifier: ISC */
/*
 * client_metadata: what a client says of itself (RFC 7591 section 2), the same for one that registers and one that is
 * described by a document at its own URL.  How it authenticates is checked by whoever knows the choices.
 */
#ifndef CLIENT_METADATA_H
#define CLIENT_METADATA_H

#include <stdbool.h>
#include <stddef.h>

#include <json-c/json.h>

#include "context.h"
#include "fail.h"
#include "store_client.h"

/*
 * Checks an object's redirect_uris, client_name, pages, grant_types, response_types and scope, and sets them in *c with
 * defaults filled in.  A refusal is invalid_redirect_uri or invalid_client_metadata.
 */
const struct fail *client_metadata_read(struct context *cx, struct json_object *metadata, struct client *c)
    __attribute__((nonnull, warn_unused_result));

/* A member that is an array of strings; *n is how many.  NULL when it is anything else. */
struct json_object *client_metadata_list(struct json_object *metadata, const char *name, size_t *n)
    __attribute__((nonnull));

/* Is word one of the n strings? */
bool client_metadata_list_has(struct json_object *list, size_t n, const char *word) __attribute__((nonnull));

#endif
