/* SPDX-License-Identifier: ISC */
/* store_question: questions to a client that wait for a response, which another process receives. */
#ifndef STORE_QUESTION_H
#define STORE_QUESTION_H

#include "crypto.h"
#include "store.h"
#include "store_token.h"

struct question {
	const char *id;			/* of the JSON-RPC request: random */
	struct digest session;
	const char *request;		/* id of the request that has led to it, as JSON */
	int64_t expires_at;
};

/* *put is false when the session has ended.  Drops those of the session that have expired. */
const struct fail *question_put(struct store *s, const struct question *x, int64_t now, bool *put)
    __attribute__((nonnull, warn_unused_result));

/* How many calls of this person and client wait for a response. */
const struct fail *question_calls(struct store *s, const struct bearer *who, int64_t now, int64_t *n)
    __attribute__((nonnull, warn_unused_result));

/* Takes a response in, if this session was asked that, in time, and has not answered yet; otherwise nothing. */
const struct fail *question_answer(struct store *s, const char *id, const struct digest *session, const char *response,
    int64_t now) __attribute__((nonnull, warn_unused_result));

/* *there is false when its session has ended.  *response is NULL until it came. */
const struct fail *question_find(struct store *s, struct arena *a, const char *id, bool *there, const char **response)
    __attribute__((nonnull, warn_unused_result));

const struct fail *question_drop(struct store *s, const char *id) __attribute__((nonnull, warn_unused_result));

/* A number that is another one after another process has changed something: cheaper to ask than anything else. */
const struct fail *store_look(struct store *s, int64_t *version) __attribute__((nonnull, warn_unused_result));

#endif
