/* SPDX-License-Identifier: ISC */
/* store_limit: counters against guessing and flooding; every change is one statement, so parallel tries all count. */
#ifndef STORE_LIMIT_H
#define STORE_LIMIT_H

#include "store.h"

struct limit {
	int64_t count;
	int64_t since;		/* when the first of them was counted */
	int64_t last;		/* when the newest was */
};

/* *l is all zero when nothing was counted since `oldest`. */
const struct fail *limit_find(struct store *s, const char *key, int64_t oldest, int64_t now, struct limit *l)
    __attribute__((nonnull, warn_unused_result));

/* Counts one more and says what it is now; counting begins anew when the first was before `oldest`. */
const struct fail *limit_count(struct store *s, const char *key, int64_t oldest, int64_t now, struct limit *l)
    __attribute__((nonnull, warn_unused_result));

/* Takes one back. */
const struct fail *limit_give_back(struct store *s, const char *key) __attribute__((nonnull, warn_unused_result));

/* Forgets the key. */
const struct fail *limit_drop(struct store *s, const char *key) __attribute__((nonnull, warn_unused_result));

#endif
