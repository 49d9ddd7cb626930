/* SPDX-License-Identifier: ISC */
/* rpc_server: the methods that are about the server itself: server/discover, initialize, ping. */
#ifndef RPC_SERVER_H
#define RPC_SERVER_H

#include "rpc_run.h"

const struct fail *rpc_server_discover(struct rpc_run *r) __attribute__((nonnull, warn_unused_result));
const struct fail *rpc_server_initialize(struct rpc_run *r) __attribute__((nonnull, warn_unused_result));
const struct fail *rpc_server_ping(struct rpc_run *r) __attribute__((nonnull, warn_unused_result));

#endif
