/* SPDX-License-Identifier: ISC */
/*
 * fuzz_jws: a signed text and a key set.  What is read has one spelling; nobody without the private keys of RFC 7515
 * appendix A.2 and A.3 makes those keys sign another text; and an assertion that passes says what it must.
 *
 * The first line is the text; where it begins with a brace, the first line is the header and the second one the claims,
 * with a signature that is none.  The rest is the key set.
 */
#include "fuzz.h"

#include "assertion.h"
#include "crypto.h"

#define CLAIMS "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

static const char known_keys[] = "{\"keys\":[{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\""
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZ"
    "S-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2"
    "R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcD"
    "TW9gb54h4FRWyuXpoQ\"},{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}";

static const char *const known_texts[] = { "eyJhbGciOiJSUzI1NiJ9." CLAIMS, "eyJhbGciOiJFUzI1NiJ9." CLAIMS };

static struct json_object *json(struct arena *a, const char *text)
{
	struct json_object *value;

	return json_read(a, text, strlen(text), &value) ? value : NULL;
}

/* The text again, from what was read of it. */
static void check_spelling(struct arena *a, const struct jws *j, const char *text)
{
	const char *period = strchr(text, '.');
	size_t len;
	char *header = crypto_base64url_read(a, text, (size_t)(period - text), &len);

	must(strlen(text) <= JWS_TEXT_MAX);
	must(header && json(a, header) && strncmp(crypto_base64url(a, header, len), text, (size_t)(period - text)) == 0);
	must(j->signed_text == text && text[j->signed_len] == '.');
	must(strcmp(crypto_base64url(a, j->signature, j->signature_len), text + j->signed_len + 1) == 0);
	must(strcmp(j->alg, "RS256") == 0 || strcmp(j->alg, "ES256") == 0);
	must(json_object_is_type(j->claims, json_type_object));
}

static void check_known(struct arena *a, const struct jws *j)
{
	bool unknown_kid;

	if (jws_verify(a, j, json(a, known_keys), &unknown_kid)) {
		must(!unknown_kid || j->kid);
		return;
	}
	must(j->signed_len == strlen(known_texts[0]));
	must(strncmp(j->signed_text, known_texts[0], j->signed_len) == 0 ||
	    strncmp(j->signed_text, known_texts[1], j->signed_len) == 0);
}

static void check_keys(struct arena *a, const struct jws *j, struct json_object *jwks)
{
	const char *no = jwks_check(jwks);
	bool unknown_kid;

	must(!no || (jwks_usable(a, jwks) && jws_verify(a, j, jwks, &unknown_kid)));
	if (!jws_verify(a, j, jwks, &unknown_kid))
		must(!jwks_usable(a, jwks));
	must(!unknown_kid || j->kid);
}

static void check_claims(struct arena *a, const struct jws *j)
{
	static const int64_t clocks[] = { 0, 1300819380, 1800000000, INT64_C(9007199254740991) };
	const char *sub = assertion_client(j);
	struct digest once;
	int64_t until;

	for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
		const char *no = assertion_check(a, j, "client", "https://a.example", "https://a.example/token", clocks[i], &once,
		    &until);

		if (no)
			continue;
		must(sub && strcmp(sub, "client") == 0 && strcmp(json_text(j->claims, "iss"), sub) == 0);
		must(*json_text(j->claims, "jti") && strlen(json_text(j->claims, "jti")) <= ASSERTION_JTI_MAX);
		must(until > clocks[i] && until <= clocks[i] + ASSERTION_AHEAD + 2 * ASSERTION_SKEW);
		must(strstr(json_object_to_json_string_ext(json_get(j->claims, "aud"), JSON_C_TO_STRING_NOSLASHESCAPE),
		    "https://a.example"));
		must(assertion_check(a, j, "client", "https://a.example", "https://a.example/token", until, &once, &until));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char zeros[64];
	struct arena *a = arena_new();
	char *rest = fuzz_text(a, data, size);
	const char *text = fuzz_line(&rest);
	struct jws j;

	if (*text == '{') {
		const char *claims = fuzz_line(&rest);

		text = arena_printf(a, "%s.%s.%s", crypto_base64url(a, text, strlen(text)),
		    crypto_base64url(a, claims, strlen(claims)), crypto_base64url(a, zeros, sizeof zeros));
	}
	if (!jws_read(a, text, &j)) {
		check_spelling(a, &j, text);
		check_known(a, &j);
		check_keys(a, &j, json(a, rest));
		check_claims(a, &j);
	}
	arena_drop(a);
	return 0;
}
