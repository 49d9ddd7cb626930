/* SPDX-License-Identifier: ISC */
/*
 * test_jws: the vectors of RFC 7515 appendix A.2 and A.3; every spelling of an unsigned, differently signed or
 * ambiguous text; and which key of a set is tried.
 */
#include "unit.h"

#include "jws.h"
#include "sign.h"

#define CLAIMS "{\"sub\":\"me\"}"
#define EMPTY32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static EVP_PKEY *rsa, *other_rsa, *ec, *other_ec, *small;

static int keys_new(void **state)
{
	(void)state;
	rsa = EVP_RSA_gen(2048);
	other_rsa = EVP_RSA_gen(2048);
	small = EVP_RSA_gen(1024);
	ec = EVP_EC_gen("P-256");
	other_ec = EVP_EC_gen("P-256");
	return rsa && other_rsa && small && ec && other_ec ? 0 : -1;
}

static int keys_drop(void **state)
{
	(void)state;
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(other_rsa);
	EVP_PKEY_free(small);
	EVP_PKEY_free(ec);
	EVP_PKEY_free(other_ec);
	return 0;
}

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

static struct json_object *json(struct arena *a, const char *text)
{
	struct json_object *value = NULL;

	row_check(json_read(a, text, strlen(text), &value), "%s is no JSON", text);
	return value;
}

/* A key set of one or two keys. */
static struct json_object *set_of(struct arena *a, const char *one, const char *two)
{
	return json(a, arena_printf(a, "{\"keys\":[%s%s%s]}", one, two ? "," : "", two ? two : ""));
}

static const char *verify(struct arena *a, const char *text, struct json_object *jwks, bool *unknown_kid)
{
	struct jws j;
	const char *no = jws_read(a, text, &j);

	*unknown_kid = false;
	return no ? no : jws_verify(a, &j, jwks, unknown_kid);
}

static bool is_good(struct arena *a, const char *text, struct json_object *jwks)
{
	bool unknown_kid;

	return !verify(a, text, jwks, &unknown_kid);
}

/* ---- reading ------------------------------------------------------------------------------------------- */

static void the_vectors_of_rfc_7515_are_good(void **state)
{
	static const char rsa_key[] = "{\"kty\":\"RSA\",\"n\":\"" RS256_N "\",\"e\":\"" RS256_E "\"}";
	static const char ec_key[] = "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" ES256_X "\",\"y\":\"" ES256_Y "\"}";
	struct jws j;

	assert_true(is_good(*state, RS256_TEXT "." RS256_SIGNATURE, set_of(*state, rsa_key, NULL)));
	assert_true(is_good(*state, ES256_TEXT "." ES256_SIGNATURE, set_of(*state, ec_key, NULL)));
	assert_true(is_good(*state, RS256_TEXT "." RS256_SIGNATURE, set_of(*state, ec_key, rsa_key)));
	assert_false(is_good(*state, RS256_TEXT "." RS256_SIGNATURE, set_of(*state, ec_key, NULL)));
	assert_false(is_good(*state, RS256_TEXT "." ES256_SIGNATURE, set_of(*state, ec_key, rsa_key)));
	assert_false(is_good(*state, ES256_TEXT "." RS256_SIGNATURE, set_of(*state, ec_key, rsa_key)));
	assert_null(jws_read(*state, RS256_TEXT "." RS256_SIGNATURE, &j));
	assert_string_equal(j.alg, "RS256");
	assert_null(j.kid);
	assert_null(j.typ);
	assert_string_equal(json_text(j.claims, "iss"), "joe");
	assert_int_equal(j.signed_len, strlen(RS256_TEXT));
	assert_int_equal(j.signature_len, 256);
}

/* Signed as they stand, with the key of the client: it is the header that is refused. */
static const struct {
	const char *header;
	bool good;
} header[] = {
	{ "{\"alg\":\"RS256\"}", true }, { "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"a\"}", true },
	{ " {\"alg\":\"RS256\" } ", true }, { "{\"\\u0061lg\":\"RS\\u003256\"}", true },
	{ "{\"alg\":\"RS256\",\"x\":{\"crit\":1}}", true },
	{ "{\"alg\":\"none\"}", false }, { "{\"alg\":\"None\"}", false }, { "{\"alg\":\"NONE\"}", false },
	{ "{\"alg\":\"nOnE\"}", false }, { "{\"alg\":\"\"}", false }, { "{\"alg\":null}", false }, { "{}", false },
	{ "{\"alg\":256}", false }, { "{\"alg\":[\"RS256\"]}", false }, { "{\"alg\":{\"RS256\":1}}", false },
	{ "{\"Alg\":\"RS256\"}", false },
	{ "{\"alg\":\"HS256\"}", false }, { "{\"alg\":\"HS384\"}", false }, { "{\"alg\":\"HS512\"}", false },
	{ "{\"alg\":\"RS384\"}", false },
	{ "{\"alg\":\"RS512\"}", false }, { "{\"alg\":\"RS1\"}", false }, { "{\"alg\":\"PS256\"}", false },
	{ "{\"alg\":\"ES384\"}", false },
	{ "{\"alg\":\"ES256K\"}", false }, { "{\"alg\":\"EdDSA\"}", false }, { "{\"alg\":\"rs256\"}", false },
	{ "{\"alg\":\"RS256 \"}", false },
	{ "{\"alg\":\" RS256\"}", false }, { "{\"alg\":\"RS256x\"}", false }, { "{\"alg\":\"RS256\\u0000\"}", false },
	{ "{\"alg\":\"RSA\"}", false },
	{ "{\"alg\":\"RS256\",\"crit\":[]}", false }, { "{\"alg\":\"RS256\",\"crit\":[\"exp\"]}", false },
	{ "{\"alg\":\"RS256\",\"crit\":null}", false }, { "{\"alg\":\"RS256\",\"cr\\u0069t\":[\"b64\"]}", false },
	{ "{\"alg\":\"RS256\",\"b64\":false}", false }, { "{\"alg\":\"RS256\",\"b64\":true}", false },
	{ "{\"alg\":\"RS256\",\"b64\":null}", false },
	{ "{\"alg\":\"RS256\",\"zip\":\"DEF\"}", false }, { "{\"alg\":\"RS256\",\"enc\":\"A128GCM\"}", false },
	{ "{\"alg\":\"RS256\",\"kid\":1}", false }, { "{\"alg\":\"RS256\",\"kid\":null}", false },
	{ "{\"alg\":\"RS256\",\"kid\":[\"a\"]}", false },
	{ "{\"alg\":\"RS256\",\"typ\":1}", false }, { "{\"alg\":\"RS256\",\"typ\":null}", false },
	{ "{\"alg\":\"none\",\"alg\":\"RS256\"}", false }, { "{\"alg\":\"RS256\",\"alg\":\"none\"}", false },
	{ "{\"alg\":\"RS256\",\"alg\":\"RS256\"}", false }, { "{\"alg\":\"RS256\",\"\\u0061lg\":\"none\"}", false },
	{ "{\"alg\":\"RS256\",\"kid\":\"a\",\"kid\":\"b\"}", false },
	{ "{\"alg\":\"RS256\",\"x\":{\"y\":1,\"y\":2}}", false },
	{ "[\"RS256\"]", false }, { "\"RS256\"", false }, { "null", false }, { "1", false }, { "", false }, { "{", false },
	{ "{\"alg\":\"RS256\"}{}", false }, { "{\"alg\":\"RS256\",}", false }, { "{'alg':'RS256'}", false },
	{ "{alg:\"RS256\"}", false },
	{ "\xef\xbb\xbf{\"alg\":\"RS256\"}", false }, { "{\"alg\":\"RS256\",\"x\":\"\xff\"}", false },
	{ "{\"alg\":\"RS256\",\"x\":1e999}", false },
	{ "{\"alg\":\"RS256\",\"x\":NaN}", false }, { "{\"alg\":\"RS256\"}//", false },
	{ "{\"alg\":\"RS256\",\"x\":99999999999999999999}", false },
};

static void a_header_says_rs256_or_es256_and_nothing_strange(void **state)
{
	struct json_object *jwks = set_of(*state, key_jwk(*state, rsa, ",\"kid\":\"a\""), NULL);

	for (size_t i = 0; i < COUNT(header); i++) {
		const char *text = sign_compact(*state, rsa, header[i].header, CLAIMS), *no;
		struct jws j;

		no = jws_read(*state, text, &j);
		row_check((no == NULL) == header[i].good, "%s: %s", header[i].header, shown(no));
		row_check(is_good(*state, text, jwks) == header[i].good, "%s verifies", header[i].header);
	}
}

static const struct {
	const char *claims;
	bool good;
} claims[] = {
	{ "{}", true }, { "{\"exp\":1.5e9}", true }, { "[]", false }, { "\"me\"", false }, { "null", false }, { "1", false },
	{ "", false }, { "{\"sub\":\"me\",\"sub\":\"you\"}", false }, { "{\"sub\":\"me\",\"\\u0073ub\":\"you\"}", false },
	{ "{\"aud\":[{\"a\":1,\"a\":1}]}", false }, { "{\"exp\":1e999}", false }, { "{\"exp\":-1e999}", false },
	{ "{\"exp\":1e99999999999}", false },
	{ "{\"exp\":9223372036854775808}", false }, { "{\"exp\":0x10}", false }, { "{\"exp\":01}", false },
	{ "{\"exp\":Infinity}", false },
	{ "{\"sub\":\"a\\u0000b\"}", false }, { "{\"sub\":\"\\ud800\"}", false }, { "{\"sub\":\"\xc0\x80\"}", false },
	{ "{} {}", false },
	{ "{\"sub\":\"me\"", false },
};

static void claims_are_one_strict_json_object(void **state)
{
	struct json_object *jwks = set_of(*state, key_jwk(*state, rsa, ""), NULL);

	for (size_t i = 0; i < COUNT(claims); i++) {
		bool unknown_kid;
		const char *no = verify(*state, sign_compact(*state, rsa, "{\"alg\":\"RS256\"}", claims[i].claims), jwks, &unknown_kid);

		row_check((no == NULL) == claims[i].good, "%s: %s", claims[i].claims, shown(no));
	}
}

#define H "eyJhbGciOiJSUzI1NiJ9"
#define P "e30"

static const struct {
	const char *what, *text;
} malformed[] = {
	{ "nothing", "" }, { "one part", H }, { "two parts", H "." P }, { "unsecured", H "." P "." },
	{ "four parts", H "." P ".QUJD." },
	{ "four full parts", H "." P ".QUJD.QUJD" }, { "a JWE", H "." P ".QUJD.QUJD.QUJD" }, { "periods", ".." },
	{ "no header", "." P ".QUJD" },
	{ "no claims", H "..QUJD" }, { "detached", H "..QUJD" }, { "period first", "." H "." P ".QUJD" },
	{ "blank first", " " H "." P ".QUJD" },
	{ "blank last", H "." P ".QUJD " }, { "line feed last", H "." P ".QUJD\n" },
	{ "line feed inside", H ".\n" P ".QUJD" },
	{ "padded header", H "=." P ".QUJD" }, { "padded claims", H "." P "=.QUJD" },
	{ "padded signature", H "." P ".QUI=" },
	{ "plus", H "." P ".QU+D" }, { "slash", H "." P ".QU/D" }, { "a digit too many", H "." P ".QUJDQ" },
	{ "one digit", H "." P ".Q" },
	{ "spare bits of the header", "eyJhbGciOiJSUzI1NiJ9IB." P ".QUJD" }, { "spare bits of the claims", H ".e31.QUJD" },
	{ "spare bits of the signature", H "." P ".QUJ" }, { "spare bits of a signature of one byte", H "." P ".QR" },
	{ "JSON serialisation", "{\"payload\":\"" P "\",\"protected\":\"" H "\",\"signature\":\"QUJD\"}" },
	{ "escaped", H "%2E" P "%2EQUJD" },
	{ "commas", H "," P ",QUJD" }, { "high byte", H "." P ".QU\xc3\xa9" },
};

static void a_text_has_three_parts_in_one_spelling(void **state)
{
	struct jws j;

	assert_null(jws_read(*state, H "." P ".QUJD", &j));
	assert_null(jws_read(*state, H "." P ".QUI", &j));
	assert_null(jws_read(*state, H "IA." P ".QUJD", &j));
	assert_string_equal(jws_read(*state, H "." P ".QUJD.QUJD", &j), "the text has not three parts with periods between");
	for (size_t i = 0; i < COUNT(malformed); i++)
		row_check(jws_read(*state, malformed[i].text, &j), "%s", malformed[i].what);
}

/* Every other last character of a part says other bytes, or none: no two texts are the same assertion. */
static void no_part_has_a_second_spelling(void **state)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	static const char *const pad[] = { "", " ", "  " };
	struct json_object *jwks = set_of(*state, key_jwk(*state, rsa, ""), NULL);

	for (size_t i = 0; i < COUNT(pad); i++) {
		char *text = sign_compact(*state, rsa, arena_printf(*state, "{\"alg\":\"RS256\"}%s", pad[i]),
		    arena_printf(*state, "{}%s", pad[i]));

		assert_true(is_good(*state, text, jwks));
		for (size_t at = 0; text[at]; at++) {
			char was = text[at];

			if (text[at + 1] != '.' && text[at + 1])
				continue;
			for (const char *d = digit; *d; d++) {
				text[at] = *d;
				row_check(is_good(*state, text, jwks) == (*d == was), "%c instead of %c in %s", *d, was, text);
			}
			text[at] = was;
		}
	}
}

static void a_text_has_an_end(void **state)
{
	static const char before[] = H ".";
	char *text = arena_take_raw(*state, 100000);
	struct jws j;

	for (size_t n = JWS_TEXT_MAX - 8; n < JWS_TEXT_MAX + 8; n++) {
		memset(text, 'A', n);
		memcpy(text, H "." P ".", strlen(H "." P "."));
		text[n] = '\0';
		if ((n - strlen(H "." P ".")) % 4 == 1)
			continue;
		row_check(!jws_read(*state, text, &j) == (n <= JWS_TEXT_MAX), "%zu bytes", n);
	}
	memset(text, 'A', 99999);
	memcpy(text, before, strlen(before));
	text[99999] = '\0';
	assert_string_equal(jws_read(*state, text, &j), "the text is longer than 16 KiB");
}

/* ---- signatures ---------------------------------------------------------------------------------------- */

static void a_key_in_the_header_is_never_the_key(void **state)
{
	const char *theirs = key_jwk(*state, other_rsa, "");
	struct json_object *ours = set_of(*state, key_jwk(*state, rsa, ""), NULL);
	const char *with = arena_printf(*state, "{\"alg\":\"RS256\",\"jwk\":%s,\"jku\":\"https://other.example/\","
	    "\"x5u\":\"https://other.example/\",\"x5c\":[\"AAAA\"]}", theirs);

	assert_false(is_good(*state, sign_compact(*state, other_rsa, with, CLAIMS), ours));
	assert_true(is_good(*state, sign_compact(*state, rsa, with, CLAIMS), ours));
}

/* A public key is no secret: an HMAC with any spelling of it proves nothing. */
static void an_hmac_with_the_public_key_proves_nothing(void **state)
{
	static const char *const heads[] = { "{\"alg\":\"HS256\"}", "{\"alg\":\"RS256\"}", "{\"alg\":\"ES256\"}" };
	const char *jwk = key_jwk(*state, rsa, ""), *n = key_number(*state, rsa, OSSL_PKEY_PARAM_RSA_N, 0);
	struct json_object *jwks = set_of(*state, jwk, NULL);
	size_t len;
	char *bytes = crypto_base64url_read(*state, n, strlen(n), &len);

	for (size_t i = 0; i < COUNT(heads); i++) {
		const char *input = sign_input(*state, heads[i], CLAIMS);
		struct digest macs[] = {
			crypto_hmac(jwk, strlen(jwk), input, strlen(input)), crypto_hmac(n, strlen(n), input, strlen(input)),
			crypto_hmac(bytes, len, input, strlen(input)), crypto_hmac("", 0, input, strlen(input)),
			crypto_sha256(input, strlen(input)),
		};

		for (size_t k = 0; k < COUNT(macs); k++)
			row_check(!is_good(*state, arena_printf(*state, "%s.%s", input, crypto_base64url(*state, macs[k].v, DIGEST_SIZE)), jwks),
			    "%s, %zu", heads[i], k);
	}
}

static void the_alg_of_the_header_must_be_that_of_the_key(void **state)
{
	EVP_PKEY *const keys[] = { rsa, ec };
	static const char *const heads[] = { "{\"alg\":\"RS256\"}", "{\"alg\":\"ES256\"}" };

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < 2; i++) {
			struct json_object *jwks = set_of(*state, key_jwk(*state, keys[k], ""), NULL);

			row_check(is_good(*state, sign_compact(*state, keys[k], heads[i], CLAIMS), jwks) == (k == i), "%zu, %s", k, heads[i]);
		}
}

static void an_altered_text_is_refused(void **state)
{
	struct json_object *jwks = set_of(*state, key_jwk(*state, rsa, ""), key_jwk(*state, ec, ""));
	EVP_PKEY *const keys[] = { rsa, ec };
	static const char *const heads[] = { "{\"alg\":\"RS256\"}", "{\"alg\":\"ES256\"}" };

	for (size_t k = 0; k < 2; k++) {
		const char *mine = sign_compact(*state, keys[k], heads[k], CLAIMS), *last = strrchr(mine, '.');
		const char *yours = sign_compact(*state, keys[k], heads[k], "{\"sub\":\"you\"}");
		size_t len;
		unsigned char *der = sign_raw(*state, keys[k], "SHA256", 0, arena_text(*state, mine, (size_t)(last - mine)), &len);

		assert_true(is_good(*state, mine, jwks));
		assert_true(is_good(*state, yours, jwks));
		assert_false(is_good(*state, arena_printf(*state, "%.*s%s", (int)(last - mine), mine, strrchr(yours, '.')), jwks));
		assert_int_equal(is_good(*state, arena_printf(*state, "%.*s.%s", (int)(last - mine), mine,
		    crypto_base64url(*state, der, len)), jwks), k == 0);
		for (size_t cut = 1; cut < strlen(last); cut++)
			row_check(!is_good(*state, arena_text(*state, mine, strlen(mine) - cut), jwks), "%zu characters less", cut);
		assert_false(is_good(*state, arena_printf(*state, "%sAAAA", mine), jwks));
		assert_false(is_good(*state, arena_printf(*state, "%.*s." EMPTY32 EMPTY32, (int)(last - mine), mine), jwks));
	}
}

/* ---- the key of a set ---------------------------------------------------------------------------------- */

enum which { KEY_RSA, KEY_EC, KEY_RSA_2, KEY_EC_2, KEY_SMALL };

static EVP_PKEY *pick(enum which key)
{
	EVP_PKEY *const keys[] = { rsa, ec, other_rsa, other_ec, small };

	return keys[key];
}

#define UNKNOWN "the key set has no key with the kid of the header"
#define NONE_SIGNED "the signature was made with none of the keys"
#define OTHER_USE "a key is for another use than signatures"
#define OTHER_ALG "a key is for another alg"
#define OTHER_KTY "a key has another kty or crv than the alg wants"

/* Signed with a key; what the set says of it, and the same of a second key, or none. */
static const struct {
	const char *what;
	enum which signer;
	const char *header, *one;
	enum which second;
	const char *two, *why;
} choice[] = {
	{ "no kid, no more", KEY_RSA, "", "", KEY_RSA, NULL, NULL },
	{ "no kid, the second key", KEY_RSA, "", "", KEY_RSA_2, "", NULL },
	{ "no kid, keys with kids", KEY_RSA, "", ",\"kid\":\"a\"", KEY_RSA_2, ",\"kid\":\"b\"", NULL },
	{ "kid", KEY_RSA, ",\"kid\":\"a\"", ",\"kid\":\"a\"", KEY_RSA_2, ",\"kid\":\"b\"", NULL },
	{ "kid of the other key", KEY_RSA, ",\"kid\":\"b\"", ",\"kid\":\"a\"", KEY_RSA_2, ",\"kid\":\"b\"", NONE_SIGNED },
	{ "kid of the other kind of key", KEY_RSA, ",\"kid\":\"b\"", ",\"kid\":\"a\"", KEY_EC, ",\"kid\":\"b\"", OTHER_KTY },
	{ "kid of both keys", KEY_RSA, ",\"kid\":\"a\"", ",\"kid\":\"a\"", KEY_RSA_2, ",\"kid\":\"a\"", NULL },
	{ "kid of keys of two kinds", KEY_EC, ",\"kid\":\"a\"", ",\"kid\":\"a\"", KEY_RSA, ",\"kid\":\"a\"", NULL },
	{ "kid of none", KEY_RSA, ",\"kid\":\"c\"", ",\"kid\":\"a\"", KEY_RSA_2, ",\"kid\":\"b\"", UNKNOWN },
	{ "kid, keys without", KEY_RSA, ",\"kid\":\"a\"", "", KEY_RSA_2, "", UNKNOWN },
	{ "kid in capitals", KEY_RSA, ",\"kid\":\"A\"", ",\"kid\":\"a\"", KEY_RSA, NULL, UNKNOWN },
	{ "kid cut off", KEY_RSA, ",\"kid\":\"ab\"", ",\"kid\":\"abc\"", KEY_RSA, NULL, UNKNOWN },
	{ "empty kid", KEY_RSA, ",\"kid\":\"\"", ",\"kid\":\"a\"", KEY_RSA, NULL, UNKNOWN },
	{ "empty kid of both", KEY_RSA, ",\"kid\":\"\"", ",\"kid\":\"\"", KEY_RSA, NULL, NULL },
	{ "number as kid of a key", KEY_RSA, ",\"kid\":\"1\"", ",\"kid\":1", KEY_RSA, NULL, UNKNOWN },
	{ "another key signed", KEY_RSA, "", ",\"use\":\"enc\"", KEY_RSA_2, "", NONE_SIGNED },
	{ "use sig", KEY_RSA, "", ",\"use\":\"sig\"", KEY_RSA, NULL, NULL },
	{ "use enc", KEY_RSA, "", ",\"use\":\"enc\"", KEY_RSA, NULL, OTHER_USE },
	{ "use SIG", KEY_RSA, "", ",\"use\":\"SIG\"", KEY_RSA, NULL, OTHER_USE },
	{ "use of an array", KEY_RSA, "", ",\"use\":[\"sig\"]", KEY_RSA, NULL, OTHER_USE },
	{ "use enc with the kid", KEY_RSA, ",\"kid\":\"a\"", ",\"kid\":\"a\",\"use\":\"enc\"", KEY_RSA, NULL, OTHER_USE },
	{ "null members", KEY_RSA, "", ",\"use\":null,\"alg\":null,\"key_ops\":null,\"d\":null", KEY_RSA, NULL, NULL },
	{ "alg", KEY_RSA, "", ",\"alg\":\"RS256\"", KEY_RSA, NULL, NULL },
	{ "alg of a curve", KEY_EC, "", ",\"alg\":\"ES256\"", KEY_RSA, NULL, NULL },
	{ "alg RS384", KEY_RSA, "", ",\"alg\":\"RS384\"", KEY_RSA, NULL, OTHER_ALG },
	{ "alg PS256", KEY_RSA, "", ",\"alg\":\"PS256\"", KEY_RSA, NULL, OTHER_ALG },
	{ "alg of another kind", KEY_RSA, "", ",\"alg\":\"ES256\"", KEY_RSA, NULL, OTHER_ALG },
	{ "alg HS256", KEY_RSA, "", ",\"alg\":\"HS256\"", KEY_RSA, NULL, OTHER_ALG },
	{ "alg of a number", KEY_RSA, "", ",\"alg\":256", KEY_RSA, NULL, OTHER_ALG },
	{ "key_ops verify", KEY_RSA, "", ",\"key_ops\":[\"verify\"]", KEY_RSA, NULL, NULL },
	{ "key_ops with verify", KEY_EC, "", ",\"key_ops\":[\"sign\",1,\"verify\"]", KEY_RSA, NULL, NULL },
	{ "key_ops sign", KEY_RSA, "", ",\"key_ops\":[\"sign\"]", KEY_RSA, NULL, OTHER_USE },
	{ "key_ops of none", KEY_RSA, "", ",\"key_ops\":[]", KEY_RSA, NULL, OTHER_USE },
	{ "key_ops of a text", KEY_RSA, "", ",\"key_ops\":\"verify\"", KEY_RSA, NULL, OTHER_USE },
	{ "use enc, but key_ops", KEY_RSA, "", ",\"use\":\"enc\",\"key_ops\":[\"verify\"]", KEY_RSA, NULL, OTHER_USE },
	{ "another kind of key", KEY_EC, "", ",\"use\":\"enc\"", KEY_RSA, "", OTHER_KTY },
	{ "1024 bits", KEY_SMALL, "", "", KEY_RSA, NULL, "an RSA key has fewer than 2048 bits" },
	{ "1024 bits with the kid", KEY_SMALL, ",\"kid\":\"a\"", ",\"kid\":\"a\"", KEY_RSA, NULL, "an RSA key has fewer than 2048 bits" },
	{ "a key that is none before", KEY_RSA, "", "", KEY_SMALL, "", NULL },
};

static void the_key_is_picked_by_kid_and_use(void **state)
{
	for (size_t i = 0; i < COUNT(choice); i++) {
		EVP_PKEY *signer = pick(choice[i].signer);
		const char *one = key_jwk(*state, signer, choice[i].one);
		const char *two = choice[i].two ? key_jwk(*state, pick(choice[i].second), choice[i].two) : NULL;
		const char *text = sign_compact(*state, signer, arena_printf(*state, "{\"alg\":\"%s\"%s}",
		    EVP_PKEY_is_a(signer, "RSA") ? "RS256" : "ES256", choice[i].header), CLAIMS);
		bool unknown_kid;
		const char *no = verify(*state, text, set_of(*state, one, two), &unknown_kid);

		row_check(same_text(no, choice[i].why), "%s: %s", choice[i].what, shown(no));
		row_check(unknown_kid == same_text(no, UNKNOWN), "%s: unknown", choice[i].what);
		if (!two)
			continue;
		no = verify(*state, text, set_of(*state, two, one), &unknown_kid);
		row_check((no == NULL) == (choice[i].why == NULL), "%s, the other way round: %s", choice[i].what, shown(no));
		row_check(unknown_kid == same_text(choice[i].why, UNKNOWN), "%s, the other way round: unknown", choice[i].what);
	}
}

static void the_kty_says_what_a_key_is(void **state)
{
	static const char *const bad[] = {
		"{\"kty\":\"rsa\",\"n\":\"%s\",\"e\":\"AQAB\"}", "{\"n\":\"%s\",\"e\":\"AQAB\"}",
		"{\"kty\":\"EC\",\"n\":\"%s\",\"e\":\"AQAB\"}",
		"{\"kty\":[\"RSA\"],\"n\":\"%s\",\"e\":\"AQAB\"}", "{\"kty\":\"oct\",\"n\":\"%s\",\"e\":\"AQAB\"}",
		"{\"kty\":\"RSA\",\"n\":[\"%s\"],\"e\":\"AQAB\"}", "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":65537}",
		"{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\\u003d\"}",
	};
	const char *text = sign_compact(*state, rsa, "{\"alg\":\"RS256\"}", CLAIMS);
	const char *n = key_number(*state, rsa, OSSL_PKEY_PARAM_RSA_N, 0);

	for (size_t i = 0; i < COUNT(bad); i++) {
		const char *cut = strstr(bad[i], "%s");
		const char *jwk = arena_printf(*state, "%.*s%s%s", (int)(cut - bad[i]), bad[i], n, cut + 2);

		row_check(!is_good(*state, text, set_of(*state, jwk, NULL)), "%s", bad[i]);
	}
	text = sign_compact(*state, ec, "{\"alg\":\"ES256\"}", CLAIMS);
	for (const char **crv = (const char *[]) { "P-384", "p-256", "secp256k1", "Ed25519", "", NULL }; *crv; crv++) {
		const char *jwk = arena_printf(*state, "{\"kty\":\"EC\",\"crv\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}", *crv,
		    key_number(*state, ec, OSSL_PKEY_PARAM_EC_PUB_X, 32), key_number(*state, ec, OSSL_PKEY_PARAM_EC_PUB_Y, 32));

		row_check(!is_good(*state, text, set_of(*state, jwk, NULL)), "%s", *crv);
	}
}

/* ---- key sets ------------------------------------------------------------------------------------------ */

static void a_private_key_spoils_the_whole_set(void **state)
{
	static const char *const names[] = { "d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv" };
	const char *text = sign_compact(*state, rsa, "{\"alg\":\"RS256\"}", CLAIMS);

	for (size_t i = 0; i < COUNT(names); i++) {
		const char *bad = key_jwk(*state, other_ec, arena_printf(*state, ",\"%s\":\"AAAA\"", names[i]));
		struct json_object *jwks = set_of(*state, key_jwk(*state, rsa, ""), bad);

		row_check(same_text(jwks_check(jwks), "the key set has a private or shared key"), "%s", names[i]);
		row_check(jwks_usable(*state, jwks), "%s is usable", names[i]);
		row_check(!is_good(*state, text, jwks), "%s verifies", names[i]);
		jwks = json(*state, arena_printf(*state, "{\"keys\":[{\"kty\":\"oct\",\"%s\":7}]}", names[i]));
		row_check(jwks_check(jwks), "%s as a number", names[i]);
	}
}

static const struct {
	const char *jwks;
	bool good;
} set[] = {
	{ "{\"keys\":[]}", true }, { "{\"keys\":[{}]}", true }, { "{\"keys\":[{\"kty\":\"OKP\"}],\"more\":1}", true },
	{ "{}", false }, { "[]", false }, { "null", false }, { "{\"keys\":null}", false }, { "{\"keys\":{}}", false },
	{ "{\"keys\":\"\"}", false },
	{ "{\"keys\":[null]}", false }, { "{\"keys\":[1]}", false }, { "{\"keys\":[[]]}", false },
	{ "{\"keys\":[{},\"\"]}", false },
	{ "{\"kty\":\"RSA\"}", false }, { "{\"Keys\":[]}", false }, { "7", false },
};

static void a_key_set_is_an_object_with_an_array_of_objects(void **state)
{
	const char *text = sign_compact(*state, rsa, "{\"alg\":\"RS256\",\"kid\":\"a\"}", CLAIMS);
	bool unknown_kid;

	for (size_t i = 0; i < COUNT(set); i++) {
		struct json_object *jwks = json(*state, set[i].jwks);

		row_check((jwks_check(jwks) == NULL) == set[i].good, "%s: %s", set[i].jwks, shown(jwks_check(jwks)));
		row_check(jwks_usable(*state, jwks), "%s is usable", set[i].jwks);
		row_check(verify(*state, text, jwks, &unknown_kid), "%s verifies", set[i].jwks);
		row_check(unknown_kid == set[i].good, "%s: unknown", set[i].jwks);
	}
	assert_non_null(jwks_check(NULL));
	text = sign_compact(*state, rsa, "{\"alg\":\"RS256\"}", CLAIMS);
	assert_string_equal(verify(*state, text, json(*state, "{\"keys\":[]}"), &unknown_kid), "the key set has no keys");
	assert_false(unknown_kid);
}

static void a_key_set_has_at_most_fifty_keys(void **state)
{
	const char *text = sign_compact(*state, ec, "{\"alg\":\"ES256\"}", CLAIMS);

	for (int n = 49; n <= 52; n++) {
		const char *keys = key_jwk(*state, ec, "");

		for (int i = 1; i < n; i++)
			keys = arena_printf(*state, "%s,%s", key_jwk(*state, i % 2 ? other_ec : other_rsa, ""), keys);
		row_check(is_good(*state, text, set_of(*state, keys, NULL)) == (n <= 50), "%d keys", n);
		row_check((jwks_check(set_of(*state, keys, NULL)) == NULL) == (n <= 50), "%d keys", n);
	}
}

static void a_set_is_usable_with_one_good_key(void **state)
{
	const char *good[] = { key_jwk(*state, rsa, ""), key_jwk(*state, ec, ",\"alg\":\"ES256\"") };
	const char *bad[] = {
		key_jwk(*state, small, ""), key_jwk(*state, rsa, ",\"use\":\"enc\""), key_jwk(*state, ec, ",\"alg\":\"RS256\""),
		key_jwk(*state, rsa, ",\"key_ops\":[\"encrypt\"]"), "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" EMPTY32 "\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EMPTY32 "\",\"y\":\"" EMPTY32 "\"}",
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		row_check(jwks_usable(*state, set_of(*state, bad[i], NULL)), "%s", bad[i]);
		for (size_t k = 0; k < COUNT(good); k++) {
			row_check(!jwks_usable(*state, set_of(*state, bad[i], good[k])), "%s, %s", bad[i], good[k]);
			row_check(!jwks_usable(*state, set_of(*state, good[k], bad[i])), "%s, %s", good[k], bad[i]);
		}
	}
	assert_string_equal(jwks_usable(*state, set_of(*state, bad[0], NULL)), "an RSA key has fewer than 2048 bits");
	assert_string_equal(jwks_usable(*state, set_of(*state, bad[5], NULL)), "the point of a P-256 key is not on the curve");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_vectors_of_rfc_7515_are_good, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_header_says_rs256_or_es256_and_nothing_strange, set_up, tear_down),
		cmocka_unit_test_setup_teardown(claims_are_one_strict_json_object, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_text_has_three_parts_in_one_spelling, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_part_has_a_second_spelling, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_text_has_an_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_key_in_the_header_is_never_the_key, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_hmac_with_the_public_key_proves_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_alg_of_the_header_must_be_that_of_the_key, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_altered_text_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_key_is_picked_by_kid_and_use, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_kty_says_what_a_key_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_private_key_spoils_the_whole_set, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_key_set_is_an_object_with_an_array_of_objects, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_key_set_has_at_most_fifty_keys, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_set_is_usable_with_one_good_key, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, keys_new, keys_drop);
}
