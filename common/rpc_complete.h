/* SPDX-License-Identifier: ISC */
/* rpc_complete: the method completion/complete. */
#ifndef RPC_COMPLETE_H
#define RPC_COMPLETE_H

#include "rpc_run.h"

const struct fail *rpc_complete(struct rpc_run *r) __attribute__((nonnull, warn_unused_result));

/* Who may not read a resource or have a prompt is not told what could stand in its holes. */
const char *rpc_complete_scope(struct context *cx, const struct rpc_message *m) __attribute__((nonnull));

#endif
