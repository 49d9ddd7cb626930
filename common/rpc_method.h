/* SPDX-License-Identifier: ISC */
/* rpc_method: the methods that can be called, one function each, in a table. */
#ifndef RPC_METHOD_H
#define RPC_METHOD_H

#include "call.h"
#include "rpc_message.h"
#include "store_token.h"

/*
 * The scope words that the token must hold for this message, or NULL when any token will do: no request, no known
 * tool, or parameters that will be refused anyway.
 */
const char *rpc_method_scope(struct context *cx, const struct rpc_message *m) __attribute__((nonnull));

/*
 * Answers a request, whose scope was checked: appends the whole response to b and returns NULL, or appends nothing and
 * returns the error; then m->data may be set.  The status of an error is what its revision wants for it.  way: where to say
 * something before the answer, or NULL.  Nothing appended and NULL: nobody waits for an answer any more.
 */
const struct fail *rpc_method_run(struct context *cx, const struct bearer *who, struct rpc_message *m, const struct way *way,
    struct buf *b) __attribute__((nonnull(1, 2, 3, 5), warn_unused_result));

#endif
