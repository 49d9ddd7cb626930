/* SPDX-License-Identifier: ISC */
/* assertion: the claims in the order in which a developer gets them wrong. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "assertion.h"

/* Every integer up to here is a double, too; as seconds it lies far behind every clock. */
#define INSTANT_MAX INT64_C(9007199254740991)

static bool is_text(const char *one, const char *two)
{
	return one && strcmp(one, two) == 0;
}

/* A text that was signed for another purpose is no assertion (RFC 8725 section 3.11); most say JWT, or nothing. */
static bool is_our_type(const char *typ)
{
	if (strncasecmp(typ, "application/", strlen("application/")) == 0)
		typ += strlen("application/");
	return strcasecmp(typ, "JWT") == 0 || strcasecmp(typ, "client-authentication+jwt") == 0;
}

/* NumericDate of RFC 7519 section 2: a number of seconds, perhaps with a fraction, which is cut off. */
static bool instant_read(struct json_object *value, int64_t *at)
{
	double number;

	if (!json_object_is_type(value, json_type_int) && !json_object_is_type(value, json_type_double))
		return false;
	number = json_object_get_double(value);
	if (!(number >= 0 && number <= (double)INSTANT_MAX))
		return false;
	*at = (int64_t)floor(number);
	return true;
}

/* aud is one of us: the issuer, with or without a slash behind it, or the URL of the token endpoint (RFC 7523 section 3). */
static bool is_us(struct json_object *aud, const char *issuer, const char *token_endpoint)
{
	const char *text = json_object_is_type(aud, json_type_string) ? json_object_get_string(aud) : NULL;
	size_t n = strlen(issuer);

	if (!text)
		return false;
	return strcmp(text, token_endpoint) == 0 || (strncmp(text, issuer, n) == 0 && (!text[n] || is_text(text + n, "/")));
}

static const char *aud_check(struct json_object *aud, const char *issuer, const char *token_endpoint)
{
	bool found = is_us(aud, issuer, token_endpoint);
	size_t i;

	if (json_object_is_type(aud, json_type_array))
		for (i = 0; i < json_object_array_length(aud); i++) {
			struct json_object *one = json_object_array_get_idx(aud, i);

			if (!json_object_is_type(one, json_type_string))
				return "its aud is neither a text nor an array of texts";
			found |= is_us(one, issuer, token_endpoint);
		}
	return found ? NULL : "its aud names neither the issuer nor the token endpoint";
}

static const char *times_check(struct json_object *claims, int64_t now, int64_t *exp)
{
	int64_t at;

	if (!instant_read(json_get(claims, "exp"), exp))
		return "its exp is missing or no number of seconds";
	if (*exp <= now - ASSERTION_SKEW)
		return "the assertion has expired, or a clock is wrong";
	if (*exp > now + ASSERTION_AHEAD + ASSERTION_SKEW)
		return "its exp lies more than 10 minutes ahead, or a clock is wrong";
	if (json_has(claims, "nbf") && !instant_read(json_get(claims, "nbf"), &at))
		return "its nbf is no number of seconds";
	if (json_has(claims, "nbf") && at > now + ASSERTION_SKEW)
		return "its nbf lies ahead, or a clock is wrong";
	if (json_has(claims, "iat") && !instant_read(json_get(claims, "iat"), &at))
		return "its iat is no number of seconds";
	if (json_has(claims, "iat") && at > now + ASSERTION_SKEW)
		return "its iat lies ahead, or a clock is wrong";
	return NULL;
}

/* Neither text has a NUL inside, so that the one between them keeps them apart. */
static struct digest once_make(struct arena *a, const char *client_id, const char *jti)
{
	size_t n = strlen(client_id) + 1, len = strlen(jti);
	char *both = arena_take_raw(a, n + len + 1);

	memcpy(both, client_id, n);
	memcpy(both + n, jti, len + 1);
	return crypto_sha256(both, n + len);
}

const char *assertion_client(const struct jws *j)
{
	return json_text(j->claims, "sub");
}

const char *assertion_check(struct arena *a, const struct jws *j, const char *client_id, const char *issuer,
    const char *token_endpoint, int64_t now, struct digest *once, int64_t *until)
{
	const char *jti = json_text(j->claims, "jti"), *no;
	int64_t exp;

	if (j->typ && !is_our_type(j->typ))
		return "its typ is that of another kind of token";
	if (!is_text(json_text(j->claims, "iss"), client_id) || !is_text(json_text(j->claims, "sub"), client_id))
		return "its iss and sub are not both the client_id";
	if ((no = aud_check(json_get(j->claims, "aud"), issuer, token_endpoint)) ||
	    (no = times_check(j->claims, now, &exp)))
		return no;
	if (!jti || !*jti || strlen(jti) > ASSERTION_JTI_MAX)
		return "its jti is missing, empty or longer than 256 bytes";
	*once = once_make(a, client_id, jti);
	*until = exp + ASSERTION_SKEW;
	return NULL;
}
