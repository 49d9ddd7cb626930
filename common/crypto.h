/* SPDX-License-Identifier: ISC */
/*
 * crypto: the file that knows OpenSSL (with crypto_key, for the keys of others).  Secrets are structs, so that logging
 * one with %s does not compile; at rest there is only their SHA-256.  OpenSSL's configuration is never loaded, and nothing
 * is fetched on the way of a bearer check: one low-level SHA-256 is all it needs.
 */
#ifndef CRYPTO_H
#define CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "fail.h"

enum { DIGEST_SIZE = 32, RANDOM_TEXT = 43, SECRET_TEXT = 54, CHALLENGE_TEXT = 43 };

struct digest {
	unsigned char v[DIGEST_SIZE];
};

/*
 * A token, code or secret as the client holds it: a prefix of five characters ("mcpa_"), 43 base64url characters of
 * 256 random bits, six base62 digits of the CRC-32 of all before them (a typing error is refused without a look
 * at the rows; secret scanners know the shape).
 */
struct secret {
	char v[SECRET_TEXT + 1];
};

/* Base64url text of 256 bits, NUL-terminated: cookies, ids of pending requests. */
struct random_text {
	char v[RANDOM_TEXT + 1];
};

enum secret_kind { SECRET_ACCESS, SECRET_REFRESH, SECRET_CODE, SECRET_CLIENT, SECRET_MANAGEMENT };

/* n bytes from getrandom(2).  Without entropy the process ends: a weak secret is never given. */
void crypto_random(void *to, size_t n) __attribute__((nonnull));

struct random_text crypto_random_text(void);

/* A fresh secret of that kind. */
struct secret crypto_secret(enum secret_kind kind);

/* The secret that follows from parent and nonce: the same every time (RFC 2104 over SHA-256, key = parent). */
struct secret crypto_secret_from(enum secret_kind kind, const struct secret *parent, const unsigned char nonce[32])
    __attribute__((nonnull));

/* Reads text as a secret of that kind.  False: wrong prefix, length, alphabet or check digits. */
bool crypto_secret_read(enum secret_kind kind, const char *text, struct secret *s)
    __attribute__((nonnull, warn_unused_result));

/* SHA-256 of n bytes. */
struct digest crypto_sha256(const void *bytes, size_t n) __attribute__((nonnull));

struct digest crypto_digest_secret(const struct secret *s) __attribute__((nonnull));
struct digest crypto_digest_text(const char *text) __attribute__((nonnull));

/* HMAC-SHA256 (RFC 2104). */
struct digest crypto_hmac(const void *key, size_t key_len, const void *bytes, size_t n) __attribute__((nonnull));

/* Are they equal?  In constant time. */
bool crypto_equal(const void *a, const void *b, size_t n) __attribute__((nonnull));
bool crypto_equal_text(const char *a, const char *b) __attribute__((nonnull));

/* BASE64URL(SHA256(verifier)) == challenge, in constant time (RFC 7636 section 4.6). */
bool crypto_challenge_matches(const char *verifier, const char *challenge) __attribute__((nonnull));

/* Base64url without padding (RFC 4648 section 5). */
char *crypto_base64url(struct arena *a, const void *bytes, size_t n) __attribute__((nonnull, returns_nonnull));

/* Base64 with padding (RFC 4648 section 4), for a Content-Security-Policy hash. */
char *crypto_base64(struct arena *a, const void *bytes, size_t n) __attribute__((nonnull, returns_nonnull));

/*
 * Strict base64 decoding (RFC 4648 sections 3.3 and 3.5): alphabet, padding and spare bits are all checked.  The bytes
 * are followed by a NUL; NULL when malformed.
 */
char *crypto_base64_read(struct arena *a, const char *text, size_t n, size_t *len)
    __attribute__((nonnull, warn_unused_result));

/* The same for base64url without padding (RFC 4648 section 5): what crypto_base64url() writes, and nothing else. */
char *crypto_base64url_read(struct arena *a, const char *text, size_t n, size_t *len)
    __attribute__((nonnull, warn_unused_result));

/*
 * A password record `$scrypt$ln=15,r=8,p=3$salt$hash` with a fresh salt (RFC 7914 by EVP_KDF).  ln is 10..20.  NULL when
 * OpenSSL has no memory for it; logged.
 */
char *crypto_password(struct arena *a, const char *password, size_t len, int ln) __attribute__((nonnull));

/*
 * Does the password fit the record?  A record that cannot be read fits nothing.  *fits is only set when NULL is returned.
 * Parameters are capped before memory is taken (ln <= 20, r * p <= 64).
 */
const struct fail *crypto_password_check(struct arena *a, const char *record, const char *password, size_t len,
    bool *fits) __attribute__((nonnull, warn_unused_result));

#endif
