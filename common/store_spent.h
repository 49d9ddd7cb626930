/* SPDX-License-Identifier: ISC */
/* store_spent: what may be shown once only, and was. */
#ifndef STORE_SPENT_H
#define STORE_SPENT_H

#include "crypto.h"
#include "store.h"

/* Spends it; *fresh is false when it was spent before.  Drops a few that have expired by now. */
const struct fail *spent_put(struct store *s, const struct digest *once, int64_t until, int64_t now, bool *fresh)
    __attribute__((nonnull, warn_unused_result));

#endif
