/* SPDX-License-Identifier: ISC */
/* authorization_scope: what an authorization request asks for, and what a person is then offered to give. */
#ifndef AUTHORIZATION_SCOPE_H
#define AUTHORIZATION_SCOPE_H

#include "authorization.h"

extern const struct fail authorization_scope_invalid;	/* invalid_scope */

/*
 * Reads the parameter scope (NULL: absent) into z->scope, for the client and resource that z has already (RFC 6749 section
 * 3.3).
 */
const struct fail *authorization_read_scope(struct context *cx, const char *asked, struct authorization *z)
    __attribute__((nonnull(1, 3), warn_unused_result));

/*
 * What agreeing would give: *before is what this person has given this client at this resource and what is still good,
 * *whole that and what is asked for, within what client and resource may have (MCP authorization, "Step-Up Authorization Flow").
 */
const struct fail *authorization_scope(struct context *cx, const struct pending *p, const struct client *c, int64_t user_id,
    const char **before, const char **whole) __attribute__((nonnull, warn_unused_result));

#endif
