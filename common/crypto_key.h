/* SPDX-License-Identifier: ISC */
/*
 * crypto_key: public keys of others, and whether a signature was made with their private half.  Two algorithms (RFC
 * 7518): RS256, an RSA key of 2048 to 8192 bits, and ES256, a key on P-256.  The key says which of them is meant,
 * never the signature.
 */
#ifndef CRYPTO_KEY_H
#define CRYPTO_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"

/* A public key that has been checked.  It lives as long as the arena. */
struct crypto_key;

/*
 * An RSA key from the base64url text of its modulus and exponent (RFC 7518 section 6.3.1).  Returns NULL, or why it
 * is none: text that is missing or malformed, a modulus that is even or has not 2048..8192 bits, an exponent that is
 * even, 1, or longer than 32 bits.
 */
const char *crypto_key_rsa(struct arena *a, const char *n, const char *e, struct crypto_key **k)
    __attribute__((nonnull(1, 4), warn_unused_result));

/*
 * A P-256 key from the base64url text of its coordinates, 32 bytes each (RFC 7518 section 6.2.1).  Returns NULL, or why
 * it is none: text that is missing or malformed, another length, a point that is not on the curve.
 */
const char *crypto_key_p256(struct arena *a, const char *x, const char *y, struct crypto_key **k)
    __attribute__((nonnull(1, 4), warn_unused_result));

/*
 * Is this the key's signature over n bytes?  An RSA key: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3); a P-256
 * key: ECDSA with SHA-256, r and s as 32 bytes each (section 3.4), never DER.
 */
bool crypto_key_verify(const struct crypto_key *k, const void *bytes, size_t n, const void *signature, size_t len)
    __attribute__((nonnull, warn_unused_result));

#endif
