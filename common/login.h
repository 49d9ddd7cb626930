/* SPDX-License-Identifier: ISC */
/*
 * login: is this the person?  Guessing is made slow before the password is looked at: after five failures an account
 * answers this address only at growing intervals (1, 2, 4 ... 900 seconds); in a quarter of an hour an address has twenty
 * failures and an account fifty; all together have sixty a minute.  An unknown name costs as much time as a wrong password.
 */
#ifndef LOGIN_H
#define LOGIN_H

#include "context.h"
#include "store_user.h"

/*
 * *u is the user, or NULL for any of: unknown name, wrong password, disabled user.  Which of them it was nobody is told.
 * Returns a 429 with its time, or fail_unavailable.
 */
const struct fail *login_check(struct context *cx, const char *name, const char *password, struct user **u)
    __attribute__((nonnull, warn_unused_result));

#endif
