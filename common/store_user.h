/* SPDX-License-Identifier: ISC */
/* store_user: the people who may sign in. */
#ifndef STORE_USER_H
#define STORE_USER_H

#include "store.h"

struct user {
	int64_t id;
	const char *name;
	const char *password;		/* crypto_password() record */
	int64_t created_at;
	int64_t disabled_at;		/* 0: may sign in */
};

/* *u is NULL when there is none of that name (names compare without case). */
const struct fail *user_find(struct store *s, struct arena *a, const char *name, struct user **u)
    __attribute__((nonnull, warn_unused_result));

/* The first of all users; *u is NULL when there are none. */
const struct fail *user_find_any(struct store *s, struct arena *a, struct user **u)
    __attribute__((nonnull, warn_unused_result));

/* *taken when the name exists already; then nothing was written. */
const struct fail *user_put(struct store *s, const char *name, const char *password, int64_t now, bool *taken)
    __attribute__((nonnull, warn_unused_result));

const struct fail *user_set_password(struct store *s, int64_t id, const char *password)
    __attribute__((nonnull, warn_unused_result));

/* disabled_at 0 enables. */
const struct fail *user_set_disabled(struct store *s, int64_t id, int64_t disabled_at)
    __attribute__((nonnull, warn_unused_result));

/* Calls each(with, user) for every user by name. */
const struct fail *user_each(struct store *s, struct arena *a, void (*each)(void *with, const struct user *u), void *with)
    __attribute__((nonnull(1, 2, 3), warn_unused_result));

#endif
