/* SPDX-License-Identifier: ISC */
/* rpc_capability: what the server says that it can do, in one place for both eras (MCP, "Capabilities"). */
#ifndef RPC_CAPABILITY_H
#define RPC_CAPABILITY_H

#include "buf.h"
#include "context.h"
#include "rpc_shape.h"

/* Appends the member `capabilities`, as far as a client of that revision can make use of it. */
void rpc_capability_put(struct buf *b, const struct context *cx, enum revision r) __attribute__((nonnull));

#endif
