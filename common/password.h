/* SPDX-License-Identifier: ISC */
/* password: what a new one must be like, and its record. */
#ifndef PASSWORD_H
#define PASSWORD_H

#include "context.h"
#include "fail.h"

/* NULL if it will do; else what is wrong with it, to go on after "the password". */
const char *password_fault(const char *password, size_t n) __attribute__((nonnull));

/* Its record, computed while a slot is held (slot.h) and no transaction is open. */
const struct fail *password_record(struct context *cx, const char *password, const char **record)
    __attribute__((nonnull, warn_unused_result));

#endif
