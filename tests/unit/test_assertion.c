/* SPDX-License-Identifier: ISC */
/*
 * test_assertion: each claim of a client assertion missing, of another type, and one second or one character beside
 * what is allowed; and that an assertion is good once, for as long as it is good at all.
 */
#include <math.h>

#include "unit.h"

#include "assertion.h"
#include "sign.h"

#define CLIENT "c_AAAAAAAAAAAAAAAAAAAAAA"
#define ISSUER "https://mcp.example.org"
#define ENDPOINT ISSUER "/token"
#define LETTERS_32 "0123456789abcdef0123456789abcdef"
#define LETTERS_256 LETTERS_32 LETTERS_32 LETTERS_32 LETTERS_32 LETTERS_32 LETTERS_32 LETTERS_32 LETTERS_32

static const int64_t now = 1800000000;

static int set_up(void **state)
{
	*state = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	arena_drop(*state);
	return 0;
}

/* What a client would say, with one member put (value is JSON) or left out (value is NULL). */
static struct jws claims_with(struct arena *a, const char *name, const char *value)
{
	struct json_object *claims, *member;
	const char *text = arena_printf(a, "{\"iss\":\"" CLIENT "\",\"sub\":\"" CLIENT "\",\"aud\":\"" ISSUER "\",\"exp\":%lld,"
	    "\"iat\":%lld,\"nbf\":%lld,\"jti\":\"one\"}", (long long)now + 300, (long long)now, (long long)now);

	if (!json_read(a, text, strlen(text), &claims))
		abort();
	if (value) {
		const char *object = arena_printf(a, "{\"it\":%s}", value);
		struct json_object *o;

		row_check(json_read(a, object, strlen(object), &o), "%s is no JSON", value);
		json_object_object_get_ex(o, "it", &member);
		json_object_object_add(claims, name, json_object_get(member));
	} else {
		json_object_object_del(claims, name);
	}
	return (struct jws) { .alg = "RS256", .claims = claims };
}

static const char *check_at(struct arena *a, const struct jws *j, int64_t when)
{
	struct digest once;
	int64_t until;

	return assertion_check(a, j, CLIENT, ISSUER, ENDPOINT, when, &once, &until);
}

#define WHO "its iss and sub are not both the client_id"
#define AUD "its aud names neither the issuer nor the token endpoint"
#define AUD_TYPE "its aud is neither a text nor an array of texts"
#define EXP "its exp is missing or no number of seconds"
#define OVER "the assertion has expired, or a clock is wrong"
#define FAR "its exp lies more than 10 minutes ahead, or a clock is wrong"
#define NBF "its nbf is no number of seconds"
#define NBF_AHEAD "its nbf lies ahead, or a clock is wrong"
#define IAT "its iat is no number of seconds"
#define IAT_AHEAD "its iat lies ahead, or a clock is wrong"
#define JTI "its jti is missing, empty or longer than 256 bytes"

static const struct {
	const char *name, *value, *why;
} claim[] = {
	{ "other", "1", NULL },
	{ "iss", NULL, WHO }, { "iss", "\"c_AAAAAAAAAAAAAAAAAAAAAB\"", WHO }, { "iss", "\"" CLIENT "A\"", WHO },
	{ "iss", "\"c_AAA\"", WHO },
	{ "iss", "\"\"", WHO }, { "iss", "null", WHO }, { "iss", "[\"" CLIENT "\"]", WHO }, { "iss", "1", WHO },
	{ "iss", "\"" ISSUER "\"", WHO }, { "iss", "\"C_AAAAAAAAAAAAAAAAAAAAAA\"", WHO },
	{ "sub", NULL, WHO }, { "sub", "\"c_AAAAAAAAAAAAAAAAAAAAAB\"", WHO }, { "sub", "\"" CLIENT " \"", WHO },
	{ "sub", "\"\"", WHO },
	{ "sub", "null", WHO }, { "sub", "[\"" CLIENT "\"]", WHO }, { "sub", "{}", WHO },

	{ "aud", "\"" ENDPOINT "\"", NULL }, { "aud", "\"" ISSUER "/\"", NULL }, { "aud", "[\"" ISSUER "\"]", NULL },
	{ "aud", "[\"" ENDPOINT "\"]", NULL }, { "aud", "[\"https://other.example\",\"" ISSUER "/\"]", NULL },
	{ "aud", "[\"" ISSUER "\",\"https://other.example\"]", NULL },
	{ "aud", NULL, AUD }, { "aud", "null", AUD }, { "aud", "\"\"", AUD }, { "aud", "[]", AUD }, { "aud", "1", AUD },
	{ "aud", "{\"" ISSUER "\":1}", AUD }, { "aud", "\"https://other.example\"", AUD },
	{ "aud", "\"" ISSUER "//\"", AUD },
	{ "aud", "\"" ISSUER "/register\"", AUD }, { "aud", "\"" ISSUER "/mcp\"", AUD }, { "aud", "\"" ENDPOINT "/\"", AUD },
	{ "aud", "\"" ISSUER ".other.example\"", AUD }, { "aud", "\"https://mcp.example.or\"", AUD },
	{ "aud", "\"http://mcp.example.org\"", AUD },
	{ "aud", "\"https://MCP.example.org\"", AUD }, { "aud", "\"https://mcp.example.org:443\"", AUD },
	{ "aud", "\"" ISSUER " \"", AUD },
	{ "aud", "\"" ISSUER "?\"", AUD }, { "aud", "\"" ENDPOINT "?x=1\"", AUD }, { "aud", "\"" ENDPOINT "#\"", AUD },
	{ "aud", "\"" ISSUER " https://other.example\"", AUD }, { "aud", "[\"https://other.example\"]", AUD },
	{ "aud", "[[\"" ISSUER "\"]]", AUD_TYPE },
	{ "aud", "[\"" ISSUER "\",1]", AUD_TYPE }, { "aud", "[null,\"" ISSUER "\"]", AUD_TYPE },

	{ "exp", "1799999941", NULL }, { "exp", "1799999940", OVER }, { "exp", "1799999999", NULL },
	{ "exp", "1800000660", NULL },
	{ "exp", "1800000661", FAR }, { "exp", "1800000600.5", NULL }, { "exp", "1799999940.9", OVER },
	{ "exp", "1800000661.0", FAR },
	{ "exp", "1.8000003e9", NULL }, { "exp", "1.8e9", NULL }, { "exp", "18000003e2", NULL }, { "exp", "0", OVER },
	{ "exp", "-0", OVER },
	{ "exp", "-1", EXP }, { "exp", "-0.5", EXP }, { "exp", "1", OVER }, { "exp", "1e-300", OVER },
	{ "exp", "1800000300000", FAR }, { "exp", "9007199254740991", FAR }, { "exp", "9007199254740993", EXP },
	{ "exp", "9223372036854775807", EXP }, { "exp", "-9223372036854775808", EXP }, { "exp", "1e300", EXP },
	{ "exp", "-1e300", EXP },
	{ "exp", "1e18", EXP }, { "exp", "9.3e18", EXP }, { "exp", NULL, EXP }, { "exp", "null", EXP },
	{ "exp", "\"1800000300\"", EXP },
	{ "exp", "true", EXP }, { "exp", "[1800000300]", EXP }, { "exp", "{}", EXP }, { "exp", "\"\"", EXP },

	{ "nbf", NULL, NULL }, { "nbf", "1800000060", NULL }, { "nbf", "1800000061", NBF_AHEAD },
	{ "nbf", "1800000060.9", NULL },
	{ "nbf", "0", NULL }, { "nbf", "1e300", NBF }, { "nbf", "-1", NBF }, { "nbf", "null", NBF },
	{ "nbf", "\"1800000000\"", NBF },
	{ "nbf", "9223372036854775807", NBF }, { "nbf", "false", NBF }, { "nbf", "1800000299", NBF_AHEAD },
	{ "iat", NULL, NULL }, { "iat", "1800000060", NULL }, { "iat", "1800000061", IAT_AHEAD },
	{ "iat", "1700000000", NULL },
	{ "iat", "1800000000.25", NULL }, { "iat", "1e300", IAT }, { "iat", "null", IAT },
	{ "iat", "\"1800000000\"", IAT }, { "iat", "[]", IAT },
	{ "iat", "-1", IAT }, { "iat", "1800000299", IAT_AHEAD },

	{ "jti", "\"1\"", NULL }, { "jti", "\" \"", NULL }, { "jti", "\"" LETTERS_256 "\"", NULL },
	{ "jti", "\"" LETTERS_256 "x\"", JTI },
	{ "jti", "\"\xc3\xa9" LETTERS_256 "\"", JTI }, { "jti", NULL, JTI }, { "jti", "\"\"", JTI },
	{ "jti", "null", JTI }, { "jti", "1", JTI },
	{ "jti", "[\"one\"]", JTI }, { "jti", "true", JTI },
};

static void every_claim_has_its_rule(void **state)
{
	for (size_t i = 0; i < COUNT(claim); i++) {
		struct jws j = claims_with(*state, claim[i].name, claim[i].value);
		const char *no = check_at(*state, &j, now);

		row_check(same_text(no, claim[i].why), "%s: %s: %s", claim[i].name, shown(claim[i].value), shown(no));
	}
}

/* RFC 3986 says that they are the same; they are compared as texts (RFC 7523 section 3). */
static void an_issuer_with_a_port_is_itself(void **state)
{
	struct jws j = claims_with(*state, "aud", "\"http://127.0.0.1:8080/\"");
	struct digest once;
	int64_t until;

	assert_null(assertion_check(*state, &j, CLIENT, "http://127.0.0.1:8080", "http://127.0.0.1:8080/token", now, &once,
	    &until));
	assert_string_equal(assertion_check(*state, &j, CLIENT, "http://127.0.0.1:808", "http://127.0.0.1:808/token", now,
	    &once, &until), AUD);
}

static const struct {
	const char *typ;
	bool good;
} type[] = {
	{ NULL, true }, { "JWT", true }, { "jwt", true }, { "application/jwt", true }, { "Application/JWT", true },
	{ "client-authentication+jwt", true }, { "application/client-authentication+jwt", true }, { "", false },
	{ "JWS", false }, { "JOSE", false },
	{ "at+jwt", false }, { "application/at+jwt", false }, { "dpop+jwt", false }, { "oauth-id-jag+jwt", false },
	{ "secevent+jwt", false },
	{ "JWT ", false }, { "application/", false }, { "application/application/jwt", false }, { "text/jwt", false },
	{ "id+jwt", false },
};

static void a_token_of_another_kind_is_no_assertion(void **state)
{
	for (size_t i = 0; i < COUNT(type); i++) {
		struct jws j = claims_with(*state, "other", "1");
		const char *no;

		j.typ = type[i].typ;
		no = check_at(*state, &j, now);
		row_check((no == NULL) == type[i].good, "%s: %s", shown(type[i].typ), shown(no));
	}
}

static void the_client_is_the_sub_when_it_is_text(void **state)
{
	static const char *const none[] = { NULL, "null", "1", "[\"" CLIENT "\"]", "{}" };
	struct jws j = claims_with(*state, "iss", NULL);

	assert_string_equal(assertion_client(&j), CLIENT);
	for (size_t i = 0; i < COUNT(none); i++) {
		j = claims_with(*state, "sub", none[i]);
		row_check(!assertion_client(&j), "%s", shown(none[i]));
	}
}

/* ---- once ---------------------------------------------------------------------------------------------- */

static struct digest once_of(struct arena *a, const char *client, const char *jti, const char *more)
{
	struct jws j = claims_with(a, "jti", arena_printf(a, "\"%s\"", jti));
	struct digest once;
	int64_t until;
	const char *no;

	json_object_object_add(j.claims, "iss", json_object_new_string(client));
	json_object_object_add(j.claims, "sub", json_object_new_string(client));
	json_object_object_add(j.claims, "exp", json_object_new_int64(now + 1 + (int64_t)strlen(more)));
	no = assertion_check(a, &j, client, ISSUER, ENDPOINT, now, &once, &until);
	row_check(!no, "%s", shown(no));
	return once;
}

static bool same_once(struct digest one, struct digest two)
{
	return crypto_equal(one.v, two.v, DIGEST_SIZE);
}

/* What counts is client and jti; the same jti of another client is another, however the two texts run together. */
static void once_is_of_client_and_jti(void **state)
{
	struct digest one = once_of(*state, "client", "one", "");

	assert_true(same_once(one, once_of(*state, "client", "one", "")));
	assert_true(same_once(one, once_of(*state, "client", "one", "another exp")));
	assert_false(same_once(one, once_of(*state, "client", "two", "")));
	assert_false(same_once(one, once_of(*state, "client", "onf", "")));
	assert_false(same_once(one, once_of(*state, "clients", "one", "")));
	assert_false(same_once(one, once_of(*state, "cliento", "ne", "")));
	assert_false(same_once(one, once_of(*state, "clien", "tone", "")));
}

/* Nobody may forget it before it has expired, and nobody needs it afterwards. */
static void it_is_kept_until_it_has_expired(void **state)
{
	static const char *const exps[] = { "1799999941", "1800000000", "1800000300.75", "1800000660" };

	for (size_t i = 0; i < COUNT(exps); i++) {
		struct jws j = claims_with(*state, "exp", exps[i]);
		struct digest once;
		int64_t until;

		assert_null(assertion_check(*state, &j, CLIENT, ISSUER, ENDPOINT, now, &once, &until));
		assert_int_equal(until, (int64_t)floor(strtod(exps[i], NULL)) + ASSERTION_SKEW);
		assert_true(until > now && until <= now + ASSERTION_AHEAD + 2 * ASSERTION_SKEW);
		row_check(!check_at(*state, &j, until - 1), "%s, a second before", exps[i]);
		row_check(same_text(check_at(*state, &j, until), OVER), "%s, at last", exps[i]);
	}
}

/* ---- from the text to the answer ----------------------------------------------------------------------- */

static void a_signed_assertion_goes_all_the_way(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct jws want = claims_with(*state, "other", "1"), j;
	const char *claims = json_object_to_json_string(want.claims);
	const char *text = sign_compact(*state, key, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"a\"}", claims);
	const char *keys = arena_printf(*state, "{\"keys\":[%s]}", key_jwk(*state, key, ",\"kid\":\"a\",\"use\":\"sig\""));
	struct json_object *jwks;
	bool unknown_kid;

	assert_true(json_read(*state, keys, strlen(keys), &jwks));
	assert_null(jws_read(*state, text, &j));
	assert_string_equal(assertion_client(&j), CLIENT);
	assert_null(jws_verify(*state, &j, jwks, &unknown_kid));
	assert_null(check_at(*state, &j, now));
	assert_string_equal(ASSERTION_TYPE, "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
	EVP_PKEY_free(key);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_claim_has_its_rule, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_issuer_with_a_port_is_itself, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_token_of_another_kind_is_no_assertion, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_client_is_the_sub_when_it_is_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(once_is_of_client_and_jti, set_up, tear_down),
		cmocka_unit_test_setup_teardown(it_is_kept_until_it_has_expired, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_signed_assertion_goes_all_the_way, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
