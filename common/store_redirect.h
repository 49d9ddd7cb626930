/* SPDX-License-Identifier: ISC */
/* store_redirect: the operator's rules about redirect URIs (redirect.h). */
#ifndef STORE_REDIRECT_H
#define STORE_REDIRECT_H

#include "store.h"

struct redirect_rule {
	int64_t id;
	bool allow;			/* else deny */
	const char *pattern;
	int64_t created_at;
};

/* Every rule, oldest first. */
const struct fail *redirect_rule_each(struct store *s, struct arena *a,
    void (*each)(void *with, const struct redirect_rule *r), void *with) __attribute__((nonnull(1, 2, 3), warn_unused_result));

/* A new rule, or the same that is there already; r->id is set. */
const struct fail *redirect_rule_put(struct store *s, struct redirect_rule *r) __attribute__((nonnull, warn_unused_result));

/* *found: was there one of that id? */
const struct fail *redirect_rule_drop(struct store *s, int64_t id, bool *found)
    __attribute__((nonnull, warn_unused_result));

#endif
