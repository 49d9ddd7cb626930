/* SPDX-License-Identifier: ISC */
/*
 * rpc_ask: a program's questions as the protocol asks them (MCP 2026-07-28, "Multi Round-Trip Requests"; before, "Elicitation",
 * "Sampling" and "Roots"), and the answers that clients give.
 */
#ifndef RPC_ASK_H
#define RPC_ASK_H

#include "answer.h"
#include "rpc_message.h"

enum { RPC_QUESTIONS_MAX = 16 };

/*
 * The questions that this client can be asked, in the protocol's form: an object by key.  Short forms are spelled out.
 * *needed, if some were left out: the capabilities that are missing, as a JSON object.  *wrong: a question that is none; then
 * NULL.
 */
struct json_object *rpc_ask_questions(struct call *c, struct json_object *ask, const char **needed, const char **wrong)
    __attribute__((nonnull(1, 3, 4)));

/* What of these questions is needed to judge the answers: an object by key, small enough for a requestState. */
struct json_object *rpc_ask_asked(struct call *c, struct json_object *questions) __attribute__((nonnull, returns_nonnull));

/*
 * Is it an answer to that (a member of what rpc_ask_asked() gives)?  What is accepted must conform to the schema that was sent.
 * NULL, or a sentence.
 */
const char *rpc_ask_wrong(struct call *c, const char *key, struct json_object *asked, struct json_object *response)
    __attribute__((nonnull(1, 2)));

/* Adds an answer to c->answers. */
void rpc_ask_add(struct call *c, const char *key, struct json_object *response) __attribute__((nonnull));

/*
 * Adds the responses of params.inputResponses to c->answers that answer c->asked; *any, if there were some.  Other keys are
 * ignored.  Without c->asked they are kept in c->given until the questions are known.  With an error m->data is set.
 */
const struct fail *rpc_ask_answers(struct call *c, struct rpc_message *m) __attribute__((nonnull, warn_unused_result));
const struct fail *rpc_ask_take(struct call *c, struct json_object *asked, struct json_object *given, struct rpc_message *m,
    bool *any) __attribute__((nonnull, warn_unused_result));

#endif
