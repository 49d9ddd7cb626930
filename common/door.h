/* SPDX-License-Identifier: ISC */
/*
 * door: what the programs behind the MCP endpoint have in common: who may come in, how a request becomes a post for rpc.h, and
 * how answers and refusals go out (MCP, Streamable HTTP; RFC 6750).
 */
#ifndef DOOR_H
#define DOOR_H

#include "http.h"
#include "rpc.h"

/*
 * Whose request it is, and for which endpoint of the settings.  Everybody needs a token first, also for methods that are refused:
 * clients look by HEAD or GET whether they have to sign in.
 */
const struct fail *door_open(struct request *rq, struct bearer **who) __attribute__((nonnull, warn_unused_result));

/* Is a message posted? */
const struct fail *door_check_post(struct request *rq, struct response *rs) __attribute__((nonnull, warn_unused_result));

/* 405: what may be done here by those who have no session. */
const struct fail *door_refuse_method(struct request *rq, struct response *rs) __attribute__((nonnull, warn_unused_result));

/*
 * The session of a request without a message; NULL: there is none, as always in the stateless revision, which ignores the field.
 * Refused: a revision that nobody serves.
 */
const struct fail *door_find_session(struct request *rq, const char **session) __attribute__((nonnull, warn_unused_result));

/* The request as rpc_answer() takes it. */
struct rpc_post door_post(struct request *rq, const struct way *way) __attribute__((nonnull));

/* Does the client name this media type in Accept? */
bool door_accepts(const struct request *rq, const char *type) __attribute__((nonnull));

/* May the answer be a stream? */
bool door_takes_events(const struct request *rq) __attribute__((nonnull));

/* The answer of rpc_answer(). */
void door_give(struct response *rs, const struct rpc_reply *reply) __attribute__((nonnull));

/*
 * The answer is a stream that stays, for so many seconds at most (0: as long as the settings say).  slot: of slot.h, or -1; it is
 * given back when the stream has ended.
 */
void door_listen(struct request *rq, struct response *rs, struct listener *l, int slot, int seconds) __attribute__((nonnull));

/* A refusal of the message with this id (JSON text); scope is what it needs. */
void door_tell(struct request *rq, struct response *rs, const struct fail *no, const char *id, const char *scope)
    __attribute__((nonnull));

/* A refusal before any message was read: the voice of these programs. */
void door_refuse(struct request *rq, struct response *rs, const struct fail *no) __attribute__((nonnull));

#endif
