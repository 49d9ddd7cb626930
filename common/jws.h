/* SPDX-License-Identifier: ISC */
/*
 * jws: signed claims (RFC 7515, RFC 7519) in the compact serialisation, and the key sets (RFC 7517) that they are
 * checked with.  A key comes from what we hold of a client, never from the text itself: jwk, jku, x5u and x5c in a
 * header are not looked at.  Reasons are words for the operator's log and trace; the client is told none of them.
 */
#ifndef JWS_H
#define JWS_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "json.h"

enum { JWS_TEXT_MAX = 16 * 1024, JWKS_KEYS_MAX = 50 };

struct jws {
	const char *alg;		/* "RS256" or "ES256" */
	const char *kid, *typ;		/* NULL when the header has none */
	struct json_object *claims;	/* an object; nobody's word before jws_verify() */
	const char *signed_text;	/* what the signature is over: header and claims as they came */
	size_t signed_len;
	const void *signature;
	size_t signature_len;
};

/*
 * Reads a text of at most JWS_TEXT_MAX bytes; checks no signature.  Returns NULL, or why it is refused: not exactly
 * three parts of base64url, header or claims no strict JSON object, an alg other than RS256 and ES256, a header member
 * that changes what is signed (crit, b64, zip, enc).
 */
const char *jws_read(struct arena *a, const char *text, struct jws *j) __attribute__((nonnull, warn_unused_result));

/*
 * Was it signed with a key of this set?  Only keys of the header's kid are tried, or all when it has none; skipped is a
 * key of another kty or alg, whose use is not sig, whose key_ops lack verify, or that is none (crypto_key.h).  Returns
 * NULL, or why not.  *unknown_kid: no key has this kid, a newer set might.
 */
const char *jws_verify(struct arena *a, const struct jws *j, struct json_object *jwks, bool *unknown_kid)
    __attribute__((nonnull(1, 2, 4), warn_unused_result));

/*
 * For what clients and operators hand in: returns NULL, or why this is no key set: no array of objects `keys`, more
 * than JWKS_KEYS_MAX of them, a key that is private or shared.
 */
const char *jwks_check(struct json_object *jwks) __attribute__((warn_unused_result));

/* Is there a key in it that a signature could be checked with?  Returns NULL, or why not (of the last key). */
const char *jwks_usable(struct arena *a, struct json_object *jwks) __attribute__((nonnull(1), warn_unused_result));

#endif
