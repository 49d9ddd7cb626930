/* SPDX-License-Identifier: ISC */
/* store_introspect: what resource servers ask about a token (RFC 7662 section 2.2). */
#ifndef STORE_INTROSPECT_H
#define STORE_INTROSPECT_H

#include "crypto.h"
#include "store.h"

struct introspection {
	const char *scope, *client_id, *resource;
	int64_t user_id;		/* 0: a machine's */
	const char *user_name;		/* NULL: the same */
	int64_t issued_at, expires_at;
};

/* *found is NULL unless the token is live, as for access_find(). */
const struct fail *introspection_find(struct store *s, struct arena *a, const struct digest *hash, int64_t now,
    struct introspection **found) __attribute__((nonnull, warn_unused_result));

#endif
