/* SPDX-License-Identifier: ISC */
/*
 * setup: the first user, made by whoever knows setup_secret of the settings, on a host where nobody can run mcpctl.  Once
 * there is a user, or ever was one that was made here, there is nothing to set up any more.
 */
#ifndef SETUP_H
#define SETUP_H

#include "context.h"
#include "fail.h"

/* Is there something to set up?  Changes nothing; a database that is not there yet is no fault. */
const struct fail *setup_is_open(struct context *cx, bool *open) __attribute__((nonnull, warn_unused_result));

/* Makes the database if there is none.  False: it cannot be made, which was logged. */
bool setup_make_database(struct context *cx) __attribute__((nonnull, warn_unused_result));

/*
 * Is it the secret?  A try counts as one at signing in does (limit_login, limit_login_all) before it is looked at, and is given
 * back if it was right.
 */
const struct fail *setup_check_secret(struct context *cx, const char *secret, bool *fits)
    __attribute__((nonnull, warn_unused_result));

/* What stands in the form for the secret once it was right: good for this browser and for one hour, or two. */
const char *setup_pass(struct context *cx, const char *browser) __attribute__((nonnull, returns_nonnull));
bool setup_pass_is_good(struct context *cx, const char *browser, const char *pass) __attribute__((nonnull, warn_unused_result));

/* What is wrong with a name or a password, as a sentence, or NULL. */
const char *setup_fault(struct context *cx, const char *name, const char *password, const char *again) __attribute__((nonnull));

/*
 * Makes the first user and ends set-up for ever, in one transaction.  *made is false, and nothing happened, if somebody was
 * faster.
 */
const struct fail *setup_make_user(struct context *cx, const char *name, const char *password, bool *made)
    __attribute__((nonnull, warn_unused_result));

#endif
