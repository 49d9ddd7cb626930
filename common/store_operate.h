/* SPDX-License-Identifier: ISC */
/* store_operate: what the operator changes: clients of his own, his word on those of others. */
#ifndef STORE_OPERATE_H
#define STORE_OPERATE_H

#include "store_list.h"

/* A new client of the operator's. */
const struct fail *operate_client_put(struct store *s, const struct client *c) __attribute__((nonnull, warn_unused_result));

/* It need not wait any more. */
const struct fail *operate_client_approve(struct store *s, const char *id, int64_t now)
    __attribute__((nonnull, warn_unused_result));

/* disabled_at 0 enables. */
const struct fail *operate_client_set_disabled(struct store *s, const char *id, int64_t disabled_at)
    __attribute__((nonnull, warn_unused_result));

/* Removes the client with all its grants, codes and tokens. */
const struct fail *operate_client_drop(struct store *s, const char *id) __attribute__((nonnull, warn_unused_result));

/* Removes what was made for the doctor before that second, and nobody has removed (doctor_token.h). */
const struct fail *operate_doctor_reap(struct store *s, int64_t before) __attribute__((nonnull, warn_unused_result));

const struct fail *operate_access_drop(struct store *s, const struct digest *hash)
    __attribute__((nonnull, warn_unused_result));

#endif
