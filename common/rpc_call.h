/* SPDX-License-Identifier: ISC */
/* rpc_call: tools/call from its parameters to its result, in rounds (MCP 2026-07-28, "Multi Round-Trip Requests"). */
#ifndef RPC_CALL_H
#define RPC_CALL_H

#include "answer.h"
#include "rpc_message.h"
#include "tool.h"

/*
 * The call that a request makes: what its params, its _meta and its session say of the client, of progress and of log messages.
 * With an error m->data may be set.
 */
const struct fail *rpc_call_read(struct context *cx, const struct bearer *who, struct rpc_message *m, const struct way *way,
    struct call *c) __attribute__((nonnull(1, 2, 3, 5), warn_unused_result));

/* The tool and its arguments; *arguments is an object, {} if there was none. */
const struct fail *rpc_call_tool(struct context *cx, const struct rpc_message *m, const struct tool **t,
    struct json_object **arguments) __attribute__((nonnull, warn_unused_result));

#endif
