/* SPDX-License-Identifier: ISC */
/* store_meta: facts about the file itself; so far the key that authenticates form tokens. */
#ifndef STORE_META_H
#define STORE_META_H

#include "crypto.h"
#include "store.h"

/* 256 random bits, made with the file and never shown. */
const struct fail *meta_find_key(struct store *s, struct digest *key) __attribute__((nonnull, warn_unused_result));

#endif
