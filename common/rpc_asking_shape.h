/* SPDX-License-Identifier: ISC */
/* rpc_asking_shape: a question in the form of an older revision. */
#ifndef RPC_ASKING_SHAPE_H
#define RPC_ASKING_SHAPE_H

#include "buf.h"
#include "rpc_shape.h"

struct json_object;

/*
 * Appends a question (method and params, as the newest revision has them) as a JSON-RPC request.  page: its elicitationId, or
 * NULL.  2025-06-18 has no modes, no defaults but those of booleans, and titles of choices in an array of their own.
 */
void rpc_asking_put_request(struct buf *b, enum revision r, const char *id, struct json_object *question, const char *page)
    __attribute__((nonnull(1, 3, 4)));

#endif
