/* SPDX-License-Identifier: ISC */
/* store_code: authorization codes, by their SHA-256; single use (OAuth 2.1 section 4.1.3). */
#ifndef STORE_CODE_H
#define STORE_CODE_H

#include "crypto.h"
#include "store.h"

struct code {
	struct digest hash;
	int64_t grant_id;
	const char *client_id;
	const char *redirect_uri;
	bool redirect_given;
	const char *challenge;
	int64_t expires_at;
	int64_t used_at;		/* 0: fresh */
	int64_t tries;			/* wrong verifiers so far */
};

const struct fail *code_put(struct store *s, const struct code *c) __attribute__((nonnull, warn_unused_result));

/* *c is NULL when there is none; used and expired ones are found, because a replay must be told from a guess. */
const struct fail *code_find(struct store *s, struct arena *a, const struct digest *hash, struct code **c)
    __attribute__((nonnull, warn_unused_result));

/* It was seen expired, and stays so whatever the clock says later. */
const struct fail *code_expire(struct store *s, const struct digest *hash) __attribute__((nonnull, warn_unused_result));

/* Spends it: *taken is false when somebody else has. */
const struct fail *code_take(struct store *s, const struct digest *hash, int64_t now, bool *taken)
    __attribute__((nonnull, warn_unused_result));

/* Counts a wrong verifier. */
const struct fail *code_count_try(struct store *s, const struct digest *hash)
    __attribute__((nonnull, warn_unused_result));

#endif
