/* SPDX-License-Identifier: ISC */
/* store_meta: facts about the file itself: the key that authenticates form tokens, and whether the page of set-up is over. */
#ifndef STORE_META_H
#define STORE_META_H

#include "crypto.h"
#include "store.h"

/* 256 random bits, made with the file and never shown. */
const struct fail *meta_find_key(struct store *s, struct digest *key) __attribute__((nonnull, warn_unused_result));

/* Has the page of set-up made its user? */
const struct fail *meta_find_setup(struct store *s, bool *over) __attribute__((nonnull, warn_unused_result));

/* It has; in the transaction that makes the user. */
const struct fail *meta_put_setup(struct store *s, int64_t now) __attribute__((nonnull, warn_unused_result));

#endif
