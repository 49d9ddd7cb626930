/* SPDX-License-Identifier: ISC */
/* store_audit: what happened, in the order of time; a row of an authorization attempt carries the attempt's id. */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "store.h"

struct audit {
	int64_t id;
	int64_t at;
	const char *attempt;		/* "" outside of one */
	const char *request;		/* id of the request, as in the log */
	const char *event;		/* audit.h */
	const char *outcome;		/* "ok", or the error's word */
	const char *why;		/* in words; "" if there is nothing to say */
	const char *user;		/* names; NULL when not known */
	const char *client_id;
	const char *resource;
	const char *address;
};

/* Writes a row, and drops a few that are from before `before`. */
const struct fail *audit_put(struct store *s, const struct audit *row, int64_t before)
    __attribute__((nonnull, warn_unused_result));

/*
 * One row after the other: audit_last() goes backwards from `below` (INT64_MAX: from the end), audit_next() forwards from
 * `above`; at most `limit` rows.  each() returns false to stop.
 */
const struct fail *audit_last(struct store *s, struct arena *a, int64_t below, int64_t limit,
    bool (*each)(void *with, const struct audit *row), void *with) __attribute__((nonnull(1, 2, 5), warn_unused_result));
const struct fail *audit_next(struct store *s, struct arena *a, int64_t above, int64_t limit,
    bool (*each)(void *with, const struct audit *row), void *with) __attribute__((nonnull(1, 2, 5), warn_unused_result));

#endif
