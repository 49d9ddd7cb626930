/* SPDX-License-Identifier: ISC */
/* resource: is what a client calls our MCP endpoint really ours (RFC 8707 section 2)?  Tolerant in spelling only. */
#ifndef RESOURCE_H
#define RESOURCE_H

#include "context.h"
#include "fail.h"

extern const struct fail resource_invalid;	/* invalid_target */

/*
 * NULL (absent) and every spelling of our resource are fine: scheme and host in any case, the default port spelled out,
 * one slash at the end.  Anything else is resource_invalid.
 */
const struct fail *resource_check(struct context *cx, const char *text) __attribute__((nonnull(1), warn_unused_result));

#endif
