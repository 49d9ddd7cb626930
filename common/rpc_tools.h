/* SPDX-License-Identifier: ISC */
/* rpc_tools: the methods tools/list and tools/call. */
#ifndef RPC_TOOLS_H
#define RPC_TOOLS_H

#include "rpc_run.h"

const struct fail *rpc_tools_list(struct rpc_run *r) __attribute__((nonnull, warn_unused_result));
const struct fail *rpc_tools_call(struct rpc_run *r) __attribute__((nonnull, warn_unused_result));

/* The words that the tool which is called needs; NULL: the call will be refused anyway. */
const char *rpc_tools_scope(struct context *cx, const struct rpc_message *m) __attribute__((nonnull));

#endif
