/* SPDX-License-Identifier: ISC */
/*
 * store_reap: drops what is over.  Each step is one small transaction that the caller opens, so that a running server waits for
 * none of them.
 */
#ifndef STORE_REAP_H
#define STORE_REAP_H

#include "store.h"

enum reaped {
	REAPED_CODES, REAPED_ACCESS, REAPED_REFRESH, REAPED_GRANTS, REAPED_PENDING, REAPED_SESSIONS, REAPED_LIMITS,
	REAPED_ASSERTIONS, REAPED_DOCUMENTS, REAPED_AUDIT, REAPED_TASKS, REAPED_MCP_SESSIONS, REAPED_QUESTIONS, REAPED_CANCELLED,
	REAPED_STREAMS, REAPED_SPENT, REAPED_CHANGES,
	REAPED_KINDS,
};

/*
 * Drops at most `limit` rows of that kind that are over at `now`, and says how many.  Codes, tokens and grants stay for a day
 * after their end, so that a late replay is known for what it is.
 */
const struct fail *reap(struct store *s, const struct conf *conf, enum reaped which, int64_t now, int64_t limit, int64_t *n)
    __attribute__((nonnull, warn_unused_result));

#endif
