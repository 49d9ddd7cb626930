/* SPDX-License-Identifier: ISC */
/* rpc_resources: the methods resources/list, resources/templates/list and resources/read. */
#ifndef RPC_RESOURCES_H
#define RPC_RESOURCES_H

#include "rpc_run.h"

const struct fail *rpc_resources_list(struct rpc_run *r) __attribute__((nonnull, warn_unused_result));
const struct fail *rpc_resources_templates(struct rpc_run *r) __attribute__((nonnull, warn_unused_result));
const struct fail *rpc_resources_read(struct rpc_run *r) __attribute__((nonnull, warn_unused_result));

/* The words that the resource which is read needs; NULL: the request will be refused anyway. */
const char *rpc_resources_scope(struct context *cx, const struct rpc_message *m) __attribute__((nonnull));

#endif
