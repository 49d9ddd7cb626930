/* SPDX-License-Identifier: ISC */
/* oauth_token: writing down what is given; for oauth_*.c. */
#ifndef OAUTH_TOKEN_H
#define OAUTH_TOKEN_H

#include "oauth.h"
#include "store_grant.h"

/* A new access token of the grant, for these scopes. */
const struct fail *oauth_put_access(struct context *cx, const struct grant *g, const char *scope, struct tokens *t)
    __attribute__((nonnull, warn_unused_result));

/* A refresh token as the newest generation of the grant. */
const struct fail *oauth_put_refresh(struct context *cx, const struct grant *g, const struct secret *s, int64_t generation)
    __attribute__((nonnull, warn_unused_result));

/* What the audit should know of this grant (NULL: nothing is known). */
void oauth_trail(struct context *cx, const struct grant *g) __attribute__((nonnull(1)));

/* Ends a grant because something of it was shown twice; commits, and returns oauth_grant_invalid. */
const struct fail *oauth_end_grant(struct context *cx, int64_t grant_id, const char *why)
    __attribute__((nonnull, warn_unused_result));

#endif
