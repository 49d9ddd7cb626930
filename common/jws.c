/* SPDX-License-Identifier: ISC */
/*
 * jws: the alg of a header only chooses among the two that we know, and a key is only tried with the one that its kty
 * stands for: a public key can never become the secret of a HMAC (RFC 8725 section 3.1).
 */
#include <string.h>

#include "crypto.h"
#include "crypto_key.h"
#include "jws.h"

static bool is_text(const char *one, const char *two)
{
	return one && strcmp(one, two) == 0;
}

/* An object out of n characters of base64url; NULL if there is none. */
static struct json_object *object_read(struct arena *a, const char *text, size_t n)
{
	struct json_object *value;
	size_t len;
	char *json = crypto_base64url_read(a, text, n, &len);

	if (!json || !json_read(a, json, len, &value) || !json_object_is_type(value, json_type_object))
		return NULL;
	return value;
}

/* RFC 7515 section 4.1.11, RFC 7797 section 6: we understand no extension, so each that must be understood is refused. */
static const char *header_read(struct json_object *header, struct jws *j)
{
	static const char *const changes[] = { "crit", "b64", "zip", "enc" };
	size_t i;

	for (i = 0; i < sizeof changes / sizeof *changes; i++)
		if (json_has(header, changes[i]))
			return "the header has crit, b64, zip or enc";
	j->alg = json_text(header, "alg");
	j->kid = json_text(header, "kid");
	j->typ = json_text(header, "typ");
	if (!is_text(j->alg, "RS256") && !is_text(j->alg, "ES256"))
		return "the alg of the header is neither RS256 nor ES256";
	if ((json_has(header, "kid") && !j->kid) || (json_has(header, "typ") && !j->typ))
		return "the kid or typ of the header is no text";
	return NULL;
}

const char *jws_read(struct arena *a, const char *text, struct jws *j)
{
	struct json_object *header;
	const char *one, *two;

	if (strnlen(text, JWS_TEXT_MAX + 1) > JWS_TEXT_MAX)
		return "the text is longer than 16 KiB";
	one = strchr(text, '.');
	two = one ? strchr(one + 1, '.') : NULL;
	if (!two || strchr(two + 1, '.'))
		return "the text has not three parts with periods between";
	header = object_read(a, text, (size_t)(one - text));
	if (!header)
		return "the header is no JSON object in base64url";
	j->claims = object_read(a, one + 1, (size_t)(two - one - 1));
	if (!j->claims)
		return "the claims are no JSON object in base64url";
	j->signed_text = text;
	j->signed_len = (size_t)(two - text);
	j->signature = crypto_base64url_read(a, two + 1, strlen(two + 1), &j->signature_len);
	if (!j->signature || j->signature_len == 0)
		return "the signature is empty or no base64url";
	return header_read(header, j);
}

/* Members of RFC 7518 sections 6.2.2, 6.3.2 and 6.4 (and of RFC 9964) that only the owner of a key may know. */
static bool is_private(struct json_object *jwk)
{
	static const char *const names[] = { "d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (json_get(jwk, names[i]))
			return true;
	return false;
}

const char *jwks_check(struct json_object *jwks)
{
	struct json_object *keys = json_get(jwks, "keys");
	size_t n, i;

	if (!json_object_is_type(keys, json_type_array))
		return "the key set has no array keys";
	n = json_object_array_length(keys);
	if (n > JWKS_KEYS_MAX)
		return "the key set has more than 50 keys";
	for (i = 0; i < n; i++) {
		struct json_object *jwk = json_object_array_get_idx(keys, i);

		if (!json_object_is_type(jwk, json_type_object))
			return "a key of the key set is no object";
		if (is_private(jwk))
			return "the key set has a private or shared key";
	}
	return NULL;
}

/* A member that restricts what a key is for: it may be missing, but else it is this text. */
static bool allows(struct json_object *jwk, const char *name, const char *text)
{
	return !json_get(jwk, name) || is_text(json_text(jwk, name), text);
}

/* RFC 7517 section 4.3 */
static bool allows_verify(struct json_object *jwk)
{
	struct json_object *ops = json_get(jwk, "key_ops");
	size_t n, i;

	if (!ops)
		return true;
	n = json_object_is_type(ops, json_type_array) ? json_object_array_length(ops) : 0;
	for (i = 0; i < n; i++) {
		struct json_object *op = json_object_array_get_idx(ops, i);

		if (json_object_is_type(op, json_type_string) && is_text(json_object_get_string(op), "verify"))
			return true;
	}
	return false;
}

/* The key, if signatures of this alg can be checked with it.  Returns NULL, or why not. */
static const char *key_read(struct arena *a, struct json_object *jwk, const char *alg, struct crypto_key **k)
{
	if (!allows(jwk, "use", "sig") || !allows_verify(jwk))
		return "a key is for another use than signatures";
	if (!allows(jwk, "alg", alg))
		return "a key is for another alg";
	if (is_text(alg, "RS256") && is_text(json_text(jwk, "kty"), "RSA"))
		return crypto_key_rsa(a, json_text(jwk, "n"), json_text(jwk, "e"), k);
	if (is_text(alg, "ES256") && is_text(json_text(jwk, "kty"), "EC") && is_text(json_text(jwk, "crv"), "P-256"))
		return crypto_key_p256(a, json_text(jwk, "x"), json_text(jwk, "y"), k);
	return "a key has another kty or crv than the alg wants";
}

const char *jws_verify(struct arena *a, const struct jws *j, struct json_object *jwks, bool *unknown_kid)
{
	const char *why = jwks_check(jwks), *no = NULL;
	struct json_object *keys = json_get(jwks, "keys");
	struct crypto_key *k;
	size_t i;

	*unknown_kid = false;
	for (i = 0; !why && i < json_object_array_length(keys); i++) {
		struct json_object *jwk = json_object_array_get_idx(keys, i);

		if (j->kid && !is_text(json_text(jwk, "kid"), j->kid))
			continue;
		no = key_read(a, jwk, j->alg, &k);
		if (!no && crypto_key_verify(k, j->signed_text, j->signed_len, j->signature, j->signature_len))
			return NULL;
		if (!no)
			no = "the signature was made with none of the keys";
	}
	if (why || no)
		return why ? why : no;
	*unknown_kid = j->kid != NULL;
	return j->kid ? "the key set has no key with the kid of the header" : "the key set has no keys";
}

const char *jwks_usable(struct arena *a, struct json_object *jwks)
{
	struct json_object *keys = json_get(jwks, "keys");
	const char *no = jwks_check(jwks);
	struct crypto_key *k;
	size_t i;

	if (no)
		return no;
	no = "the key set has no keys";
	for (i = 0; i < json_object_array_length(keys); i++) {
		struct json_object *jwk = json_object_array_get_idx(keys, i);

		no = key_read(a, jwk, is_text(json_text(jwk, "kty"), "EC") ? "ES256" : "RS256", &k);
		if (!no)
			return NULL;
	}
	return no;
}
