/* SPDX-License-Identifier: ISC */
/*
 * limit: how often something may be tried.  What is limited is a list (enum conf_limit), how often is settings (limit_*), what
 * was counted is rows.  Nothing is counted or refused when the settings say rate_limits = off.
 */
#ifndef LIMIT_H
#define LIMIT_H

#include "conf.h"
#include "context.h"
#include "fail.h"

/* The client's address as a key: IPv4 whole, IPv6 by its /64, because one customer has all of that. */
const char *limit_address(struct context *cx) __attribute__((nonnull, returns_nonnull));

/* A 429 that says when to come back. */
const struct fail *limit_refuse(struct context *cx, int64_t seconds) __attribute__((nonnull, returns_nonnull));

/*
 * Counts one more for whom ("" is everybody); more than the settings allow is a 429.  One statement: parallel tries all
 * count.
 */
const struct fail *limit_take(struct context *cx, enum conf_limit which, const char *whom)
    __attribute__((nonnull, warn_unused_result));

/* The same even when the settings say rate_limits = off: it protects somebody else's server, not ours. */
const struct fail *limit_take_always(struct context *cx, enum conf_limit which, const char *whom)
    __attribute__((nonnull, warn_unused_result));

/* Is it used up?  Counts nothing. */
const struct fail *limit_check(struct context *cx, enum conf_limit which, const char *whom)
    __attribute__((nonnull, warn_unused_result));

/* Takes one back that turned out to be none. */
const struct fail *limit_return(struct context *cx, enum conf_limit which, const char *whom)
    __attribute__((nonnull, warn_unused_result));

/*
 * A tool call, or a resource or prompt that is asked for, with a token of this grant.  It is counted beside the database
 * (meter.h) and not in it, because a call that needs no write makes none there.
 */
const struct fail *limit_take_call(struct context *cx, int64_t grant_id) __attribute__((nonnull, warn_unused_result));

#endif
