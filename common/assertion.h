/* SPDX-License-Identifier: ISC */
/*
 * assertion: what a client says of itself in a signed text instead of sending a secret (RFC 7523 section 3, OpenID
 * Connect Core section 9, private_key_jwt).  The signature is the matter of jws.h; here are the claims.  Reasons are words
 * for the operator's log and trace; the client is told none of them.
 */
#ifndef ASSERTION_H
#define ASSERTION_H

#include <stdint.h>

#include "arena.h"
#include "crypto.h"
#include "jws.h"

enum { ASSERTION_AHEAD = 600, ASSERTION_SKEW = 60, ASSERTION_JTI_MAX = 256 };

/* The only client_assertion_type (RFC 7523 section 2.2). */
#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

/* Whom the assertion claims to be from, to look for the client and its keys: sub, NULL when it is no text.  Unproven. */
const char *assertion_client(const struct jws *j) __attribute__((nonnull));

/*
 * The claims of an assertion whose signature is good.  Returns NULL, or why it is refused.  Good is: iss and sub are the
 * client_id; aud is, or is a list that has, the issuer (a slash behind it is allowed) or the URL of the token
 * endpoint; exp lies ahead, by at most ASSERTION_AHEAD seconds; nbf and iat, when there, do not; jti is there; all with
 * ASSERTION_SKEW seconds of grace.  typ, when there, must be that of a client assertion.
 *
 * An assertion is good once: the caller puts *once into the rows, in the transaction that uses it, refuses when it is
 * there already, and keeps it until *until (from then on the assertion has expired).
 */
const char *assertion_check(struct arena *a, const struct jws *j, const char *client_id, const char *issuer,
    const char *token_endpoint, int64_t now, struct digest *once, int64_t *until)
    __attribute__((nonnull, warn_unused_result));

#endif
