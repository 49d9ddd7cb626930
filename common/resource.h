/* SPDX-License-Identifier: ISC */
/*
 * resource: which of our MCP endpoints does a client mean (RFC 8707 section 2)?  Tolerant in spelling only; what we say is
 * always the owner's spelling.
 */
#ifndef RESOURCE_H
#define RESOURCE_H

#include "conf.h"
#include "context.h"
#include "fail.h"

extern const struct fail resource_invalid;	/* invalid_target */

/*
 * The endpoint that is called so: scheme and host in any case, the default port spelled out, one slash at the end.  NULL
 * (absent) is the first.  Anything else is resource_invalid, and cx->trail says which spellings do not fit.
 */
const struct fail *resource_find(struct context *cx, const char *text, const struct conf_resource **r)
    __attribute__((nonnull(1, 3), warn_unused_result));

/* Is what a client sends, if it sends anything, the resource that was granted? */
const struct fail *resource_check(struct context *cx, const char *text, const char *granted)
    __attribute__((nonnull(1, 3), warn_unused_result));

/* The endpoint of that very URI, or NULL when the settings no longer have it. */
const struct conf_resource *resource_of(const struct conf *conf, const char *uri) __attribute__((nonnull));

/* The endpoint that a request path belongs to.  An only one has every path: where it stands is the web server's business. */
const struct conf_resource *resource_at(const struct conf *conf, const char *path) __attribute__((nonnull));

#endif
