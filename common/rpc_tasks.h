/* SPDX-License-Identifier: ISC */
/* rpc_tasks: calls that are answered with a task, and tasks/get, tasks/update, tasks/cancel (io.modelcontextprotocol/tasks). */
#ifndef RPC_TASKS_H
#define RPC_TASKS_H

#include "rpc_run.h"
#include "tool.h"

/* Are tasks on, and is there a program that works on them? */
bool rpc_tasks_are_there(struct context *cx) __attribute__((nonnull));

/*
 * Does this call become a task?  *no: it could only be one, and this client does not know them.
 */
bool rpc_tasks_wants(struct rpc_run *r, const struct tool *t, const struct call *c, const struct fail **no)
    __attribute__((nonnull));

/* Makes it one.  Arguments that do not fit are answered at once. */
const struct fail *rpc_tasks_create(struct rpc_run *r, const struct tool *t, struct call *c, struct json_object *arguments)
    __attribute__((nonnull, warn_unused_result));

const struct fail *rpc_tasks_get(struct rpc_run *r) __attribute__((nonnull, warn_unused_result));
const struct fail *rpc_tasks_update(struct rpc_run *r) __attribute__((nonnull, warn_unused_result));
const struct fail *rpc_tasks_cancel(struct rpc_run *r) __attribute__((nonnull, warn_unused_result));

#endif
