/* SPDX-License-Identifier: ISC */
/* store_token: access and refresh tokens, by their SHA-256. */
#ifndef STORE_TOKEN_H
#define STORE_TOKEN_H

#include "crypto.h"
#include "store.h"

struct access {
	struct digest hash;
	int64_t grant_id;
	const char *scope;
	int64_t issued_at;
	int64_t expires_at;
};

/* What a bearer check needs to know, from one indexed SELECT. */
struct bearer {
	int64_t user_id;		/* 0: a machine, nobody's */
	const char *user_name;		/* NULL: the same */
	const char *client_id;
	const char *scope;
	const char *resource;
	int64_t grant_id;
	int64_t used_at;		/* when the grant was last known to be in use; 0: never yet */
	const char *attempt;		/* id of the flow that the grant came from */
	struct digest hash;		/* of the token itself */
};

struct refresh {
	struct digest hash;
	int64_t grant_id;
	int64_t generation;
	int64_t expires_at;
	int64_t used_at;		/* 0: fresh */
	unsigned char nonce[32];	/* makes the successor; set by refresh_take() */
};

const struct fail *access_put(struct store *s, const struct access *t) __attribute__((nonnull, warn_unused_result));

/* *b is NULL unless the token is live: not expired, its grant not revoked, user and client not disabled. */
const struct fail *access_find(struct store *s, struct arena *a, const struct digest *hash, int64_t now,
    struct bearer **b) __attribute__((nonnull, warn_unused_result));

/* For revocation: *grant_id and *client_id of a token, dead or alive; *client_id is NULL when there is none. */
const struct fail *access_find_owner(struct store *s, struct arena *a, const struct digest *hash, int64_t *grant_id,
    const char **client_id) __attribute__((nonnull, warn_unused_result));

/* Of a token that is not live: if it has expired, it stays so whatever the clock says later.  Outside a transaction. */
void access_end_expired(struct store *s, const struct digest *hash, int64_t now) __attribute__((nonnull));

const struct fail *access_drop(struct store *s, const struct digest *hash) __attribute__((nonnull, warn_unused_result));

const struct fail *refresh_put(struct store *s, const struct refresh *t) __attribute__((nonnull, warn_unused_result));

/* *t is NULL when there is none; used and expired ones are found. */
const struct fail *refresh_find(struct store *s, struct arena *a, const struct digest *hash, struct refresh **t)
    __attribute__((nonnull, warn_unused_result));

/* Spends it, and keeps the nonce of its successor; *taken is false when somebody else has. */
const struct fail *refresh_take(struct store *s, const struct digest *hash, const unsigned char nonce[32], int64_t now,
    bool *taken) __attribute__((nonnull, warn_unused_result));

/* It was seen expired, and stays so whatever the clock says later. */
const struct fail *refresh_expire(struct store *s, const struct digest *hash) __attribute__((nonnull, warn_unused_result));

/* Drops what expired before `before`: tokens of this grant, and a few grants with all that is theirs. */
const struct fail *token_reap(struct store *s, int64_t grant_id, int64_t before) __attribute__((nonnull, warn_unused_result));

#endif
