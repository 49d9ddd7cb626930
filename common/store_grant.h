/* SPDX-License-Identifier: ISC */
/*
 * store_grant: what a person has agreed to: one client, one resource, some scopes.  A grant is the family of all codes
 * and tokens that come from it; they die with it.
 */
#ifndef STORE_GRANT_H
#define STORE_GRANT_H

#include "crypto.h"
#include "store.h"

struct grant {
	int64_t id;
	int64_t user_id;		/* 0: a machine's */
	const char *user_name;		/* NULL: a machine's */
	const char *client_id;
	const char *scope;
	const char *resource;
	const char *attempt;		/* id of the flow that it came from, as in the audit; "" if none */
	int64_t created_at;
	int64_t expires_at;		/* absolute end of its refresh tokens */
	int64_t generation;		/* of the newest refresh token; 0: none yet */
};

/* Sets g->id. */
const struct fail *grant_put(struct store *s, struct grant *g) __attribute__((nonnull, warn_unused_result));

/* The same for a machine: g->user_id is not looked at. */
const struct fail *grant_put_machine(struct store *s, struct grant *g) __attribute__((nonnull, warn_unused_result));

/* *g is NULL when it is revoked, or its user or client is disabled or gone. */
const struct fail *grant_find(struct store *s, struct arena *a, int64_t id, struct grant **g)
    __attribute__((nonnull, warn_unused_result));

/* The machine grant of a client for a resource; *g is NULL when there is none that lives. */
const struct fail *grant_find_machine(struct store *s, struct arena *a, const char *client_id, const char *resource,
    int64_t now, struct grant **g) __attribute__((nonnull, warn_unused_result));

/* Scopes of all live grants of this person to this client at this resource, one after the other ("" if there is none). */
const struct fail *grant_find_before(struct store *s, struct arena *a, int64_t user_id, const char *client_id,
    const char *resource, int64_t now, const char **scope) __attribute__((nonnull, warn_unused_result));

/* Ends the family: no code or token of it works from this commit on. */
const struct fail *grant_revoke(struct store *s, int64_t id, int64_t now) __attribute__((nonnull, warn_unused_result));

const struct fail *grant_revoke_user(struct store *s, int64_t user_id, int64_t now)
    __attribute__((nonnull, warn_unused_result));

/* It is in use. */
const struct fail *grant_touch(struct store *s, int64_t id, int64_t now) __attribute__((nonnull, warn_unused_result));

/* The next generation of refresh tokens has begun. */
const struct fail *grant_set_generation(struct store *s, int64_t id, int64_t generation)
    __attribute__((nonnull, warn_unused_result));

#endif
