/* SPDX-License-Identifier: ISC */
/* rpc_ask: a program's questions as the protocol asks them (MCP 2026-07-28, "Multi Round-Trip Requests"). */
#ifndef RPC_ASK_H
#define RPC_ASK_H

#include "answer.h"
#include "rpc_message.h"

/*
 * The questions that this client can be asked, in the protocol's form: an object by key.  Short forms are spelled out.
 * *needed, if some were left out: the capabilities that are missing, as a JSON object.  *wrong: a question that is none; then
 * NULL.
 */
struct json_object *rpc_ask_questions(struct call *c, struct json_object *ask, const char **needed, const char **wrong)
    __attribute__((nonnull(1, 3, 4)));

/* Has it the shape of a response to that question (ElicitResult, CreateMessageResult, ListRootsResult)? */
bool rpc_ask_is_response(struct json_object *question, struct json_object *response);

/* Adds the responses of params.inputResponses to c->answers; each must have the shape of a response. */
const struct fail *rpc_ask_answers(struct call *c, const struct rpc_message *m) __attribute__((nonnull, warn_unused_result));

#endif
