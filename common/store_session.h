/* SPDX-License-Identifier: ISC */
/* store_session: who is signed in, in which browser; kept by the SHA-256 of the cookie. */
#ifndef STORE_SESSION_H
#define STORE_SESSION_H

#include "crypto.h"
#include "store.h"
#include "store_user.h"

struct session {
	int64_t user_id;
	const char *user_name;
	int64_t created_at;
};

/* The live session of a cookie, not idle past `idle_since`, of a user who is not disabled; *x is NULL otherwise. */
const struct fail *session_find(struct store *s, struct arena *a, const struct digest *cookie, int64_t idle_since,
    int64_t now, struct session **x) __attribute__((nonnull, warn_unused_result));

/* *made is false when the user is disabled or has another password by now than the record that was checked. */
const struct fail *session_put(struct store *s, const struct digest *cookie, const struct user *u, int64_t now,
    int64_t expires_at, bool *made) __attribute__((nonnull, warn_unused_result));

/* Remembers that it was used; written once a minute at most. */
const struct fail *session_touch(struct store *s, const struct digest *cookie, int64_t now)
    __attribute__((nonnull, warn_unused_result));

const struct fail *session_drop(struct store *s, const struct digest *cookie)
    __attribute__((nonnull, warn_unused_result));

const struct fail *session_drop_user(struct store *s, int64_t user_id) __attribute__((nonnull, warn_unused_result));

#endif
