/* SPDX-License-Identifier: ISC */
/* store_assertion: client assertions that were used, so that none is used twice (RFC 7523 section 3, jti). */
#ifndef STORE_ASSERTION_H
#define STORE_ASSERTION_H

#include "crypto.h"
#include "store.h"

/* Spends it; *fresh is false when it was spent before.  Drops a few that have expired by now. */
const struct fail *assertion_put(struct store *s, const struct digest *once, int64_t until, int64_t now, bool *fresh)
    __attribute__((nonnull, warn_unused_result));

#endif
