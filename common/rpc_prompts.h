/* SPDX-License-Identifier: ISC */
/* rpc_prompts: the methods prompts/list and prompts/get. */
#ifndef RPC_PROMPTS_H
#define RPC_PROMPTS_H

#include "rpc_run.h"

const struct fail *rpc_prompts_list(struct rpc_run *r) __attribute__((nonnull, warn_unused_result));
const struct fail *rpc_prompts_get(struct rpc_run *r) __attribute__((nonnull, warn_unused_result));

/* The words that the prompt which is wanted needs; NULL: the request will be refused anyway. */
const char *rpc_prompts_scope(struct context *cx, const struct rpc_message *m) __attribute__((nonnull));

#endif
