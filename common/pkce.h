/* SPDX-License-Identifier: ISC */
/* pkce: the texts of RFC 7636; only S256 exists here. */
#ifndef PKCE_H
#define PKCE_H

#include <stdbool.h>

/* Can it be BASE64URL(SHA256(...)), that is 43 characters of base64url (section 4.2)? */
bool pkce_is_challenge(const char *text) __attribute__((nonnull));

/* code-verifier = 43*128unreserved (section 4.1) */
bool pkce_is_verifier(const char *text) __attribute__((nonnull));

#endif
