/* SPDX-License-Identifier: ISC */
/*
 * test_crypto_key: the signatures of RFC 7515 appendix A.2 and A.3, each of their bits the other way round; keys that
 * are none; signatures that other people's libraries would take.
 */
#include "unit.h"

#include "crypto_key.h"
#include "sign.h"

static EVP_PKEY *rsa, *other_rsa, *ec, *other_ec;

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

/* Called behind the first test, which must come before every other call of OpenSSL. */
static int keys_new(void **state)
{
	(void)state;
	rsa = EVP_RSA_gen(2048);
	other_rsa = EVP_RSA_gen(2048);
	ec = EVP_EC_gen("P-256");
	other_ec = EVP_EC_gen("P-256");
	return rsa && other_rsa && ec && other_ec ? 0 : -1;
}

static int keys_drop(void **state)
{
	(void)state;
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(other_rsa);
	EVP_PKEY_free(ec);
	EVP_PKEY_free(other_ec);
	return 0;
}

static struct crypto_key *key_of(struct arena *a, const EVP_PKEY *key)
{
	struct crypto_key *k = NULL;
	const char *no;

	if (EVP_PKEY_is_a(key, "RSA"))
		no = crypto_key_rsa(a, key_number(a, key, OSSL_PKEY_PARAM_RSA_N, 0),
		    key_number(a, key, OSSL_PKEY_PARAM_RSA_E, 0), &k);
	else
		no = crypto_key_p256(a, key_number(a, key, OSSL_PKEY_PARAM_EC_PUB_X, 32),
		    key_number(a, key, OSSL_PKEY_PARAM_EC_PUB_Y, 32), &k);
	row_check(!no && k, "%s", shown(no));
	return k;
}

static bool verify_text(struct arena *a, const struct crypto_key *k, const char *text, const char *signature)
{
	size_t len;
	char *bytes = crypto_base64url_read(a, signature, strlen(signature), &len);

	return bytes && crypto_key_verify(k, text, strlen(text), bytes, len);
}

/* ---- the vectors --------------------------------------------------------------------------------------- */

/* With these properties OpenSSL finds no algorithm at all, if it reads them. */
static const char settings[] =
    "openssl_conf = all\n[all]\nalg_section = alg\n[alg]\ndefault_properties = there=not\n";

static void the_configuration_of_openssl_is_not_read(void **state)
{
	char *folder = folder_new();
	char *path = arena_printf(*state, "%s/openssl.cnf", folder);
	struct crypto_key *k;

	file_put(path, settings, strlen(settings), 0644);
	setenv("OPENSSL_CONF", path, 1);
	assert_null(crypto_key_rsa(*state, RS256_N, RS256_E, &k));
	assert_true(verify_text(*state, k, RS256_TEXT, RS256_SIGNATURE));
	assert_null(crypto_key_p256(*state, ES256_X, ES256_Y, &k));
	assert_true(verify_text(*state, k, ES256_TEXT, ES256_SIGNATURE));
	unsetenv("OPENSSL_CONF");
	folder_drop(folder);
	assert_int_equal(keys_new(state), 0);
}

static void every_changed_bit_is_refused(struct arena *a, const struct crypto_key *k, const char *text, const char *signature)
{
	char *changed = arena_copy(a, text), *bytes;
	size_t n = strlen(text), len;

	bytes = crypto_base64url_read(a, signature, strlen(signature), &len);
	assert_true(crypto_key_verify(k, changed, n, bytes, len));
	for (size_t bit = 0; bit < len * 8; bit++) {
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
		row_check(!crypto_key_verify(k, changed, n, bytes, len), "bit %zu of the signature", bit);
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
	}
	for (size_t bit = 0; bit < n * 8; bit += 7) {
		changed[bit / 8] = (char)(changed[bit / 8] ^ 1 << bit % 8);
		row_check(!crypto_key_verify(k, changed, n, bytes, len), "bit %zu of the text", bit);
		changed[bit / 8] = (char)(changed[bit / 8] ^ 1 << bit % 8);
	}
	assert_false(crypto_key_verify(k, changed, n - 1, bytes, len));
	assert_false(crypto_key_verify(k, changed, n + 1, bytes, len));
	assert_false(crypto_key_verify(k, "", 0, bytes, len));
	assert_true(crypto_key_verify(k, changed, n, bytes, len));
}

static void the_vectors_hold_to_the_bit(void **state)
{
	struct crypto_key *k;

	assert_null(crypto_key_rsa(*state, RS256_N, RS256_E, &k));
	every_changed_bit_is_refused(*state, k, RS256_TEXT, RS256_SIGNATURE);
	assert_null(crypto_key_p256(*state, ES256_X, ES256_Y, &k));
	every_changed_bit_is_refused(*state, k, ES256_TEXT, ES256_SIGNATURE);
}

/* ---- keys ---------------------------------------------------------------------------------------------- */

/* The base64url text of 2^(bits - 1) + last. */
static const char *number(struct arena *a, int bits, int last)
{
	int n = (bits + 7) / 8;
	unsigned char *bytes = arena_take(a, (size_t)n);

	bytes[n - 1] = (unsigned char)last;
	bytes[0] = (unsigned char)(bytes[0] | 1 << (bits - 1) % 8);
	return crypto_base64url(a, bytes, (size_t)n);
}

static const struct {
	int n_bits, n_last, e_bits, e_last;
	bool good;
} rsa_size[] = {
	{ 2048, 1, 17, 1, true }, { 2047, 1, 17, 1, false }, { 2040, 1, 17, 1, false }, { 1024, 1, 17, 1, false },
	{ 512, 1, 17, 1, false }, { 8, 1, 17, 1, false }, { 3072, 1, 17, 1, true }, { 4096, 1, 17, 1, true },
	{ 8192, 1, 17, 1, true }, { 8193, 1, 17, 1, false }, { 16384, 1, 17, 1, false }, { 100000, 1, 17, 1, false },
	{ 2048, 0, 17, 1, false }, { 2048, 2, 17, 1, false },
	{ 2048, 1, 2, 3, true }, { 2048, 1, 5, 1, true }, { 2048, 1, 32, 1, true }, { 2048, 1, 33, 1, false },
	{ 2048, 1, 64, 1, false }, { 2048, 1, 2047, 1, false }, { 2048, 1, 1, 1, false }, { 2048, 1, 2, 0, false },
	{ 2048, 1, 17, 0, false }, { 2048, 1, 17, 2, false },
};

static void an_rsa_key_has_a_size(void **state)
{
	for (size_t i = 0; i < COUNT(rsa_size); i++) {
		struct crypto_key *k;
		const char *no = crypto_key_rsa(*state, number(*state, rsa_size[i].n_bits, rsa_size[i].n_last),
		    number(*state, rsa_size[i].e_bits, rsa_size[i].e_last), &k);

		row_check((no == NULL) == rsa_size[i].good && (k != NULL) == rsa_size[i].good, "n of %d bits + %d, e of %d bits + %d: %s",
		    rsa_size[i].n_bits, rsa_size[i].n_last, rsa_size[i].e_bits, rsa_size[i].e_last, shown(no));
	}
}

/* A key of 1024 bits signs well; we do not look. */
static void a_short_key_is_refused_however_it_is_written(void **state)
{
	EVP_PKEY *small = EVP_RSA_gen(1024);
	struct crypto_key *k;

	assert_non_null(small);
	assert_string_equal(crypto_key_rsa(*state, key_number(*state, small, OSSL_PKEY_PARAM_RSA_N, 0), "AQAB", &k),
	    "an RSA key has fewer than 2048 bits");
	for (int size = 256; size <= 264; size++)
		assert_string_equal(crypto_key_rsa(*state, key_number(*state, small, OSSL_PKEY_PARAM_RSA_N, size), "AQAB", &k),
		    "an RSA key has fewer than 2048 bits");
	assert_null(k);
	EVP_PKEY_free(small);
}

/* RFC 7518 section 6.3.1.1 knows of such libraries. */
static void zeros_before_a_number_do_not_count(void **state)
{
	const char *text = "signed";
	struct crypto_key *k;
	unsigned char *signature;
	size_t len;

	signature = sign(*state, rsa, text, &len);
	assert_null(crypto_key_rsa(*state, key_number(*state, rsa, OSSL_PKEY_PARAM_RSA_N, 257), "AAEAAQ", &k));
	assert_true(crypto_key_verify(k, text, strlen(text), signature, len));
}

static const struct {
	const char *what, *n, *e;
} no_rsa[] = {
	{ "no n", NULL, RS256_E }, { "no e", RS256_N, NULL }, { "nothing", NULL, NULL }, { "empty n", "", RS256_E },
	{ "empty e", RS256_N, "" }, { "e is zero", RS256_N, "AA" }, { "e is many zeros", RS256_N, "AAAAAAAA" },
	{ "e is one behind zeros", RS256_N, "AAAB" },
	{ "n is zero", "AAAA", RS256_E }, { "e padded", RS256_N, "AQAB====" }, { "n padded", RS256_N "==", RS256_E },
	{ "spare bits", RS256_N, "AR" }, { "a digit too many", RS256_N, "AQABA" }, { "plus", RS256_N, "AQ+B" },
	{ "blank", RS256_N, " AQAB" }, { "line feed", RS256_N "\n", RS256_E },
};

static void what_is_no_rsa_key_is_refused(void **state)
{
	struct crypto_key *k;

	for (size_t i = 0; i < COUNT(no_rsa); i++) {
		row_check(crypto_key_rsa(*state, no_rsa[i].n, no_rsa[i].e, &k), "%s", no_rsa[i].what);
		row_check(!k, "%s", no_rsa[i].what);
	}
}

/* The point whose x is 0; p, in its place, is the same to arithmetic and another text. */
#define P256_P "_____wAAAAEAAAAAAAAAAAAAAAD_______________8"
#define ZERO32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define X0_Y "ZkhceA4vg9ckM71dhKBrtlQcKvMdrocXKL-FahdPk_Q"

static const struct {
	const char *what, *x, *y;
} no_p256[] = {
	{ "no x", NULL, ES256_Y }, { "no y", ES256_X, NULL }, { "empty", "", "" },
	{ "the same twice", ES256_X, ES256_X }, { "the wrong way round", ES256_Y, ES256_X },
	{ "not on the curve", ES256_X, "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5aw" },
	{ "infinity", ZERO32, ZERO32 }, { "x is p", P256_P, X0_Y }, { "y is p", ES256_X, P256_P },
	{ "31 bytes", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVA", ES256_Y },
	{ "33 bytes", "AH_Nzidw9sRdQYPL7m_bS3tYBzM1e-nvE7rPbjx70VRF", ES256_Y },
	{ "a byte behind x", ES256_X "A", ES256_Y }, { "a byte behind y", ES256_X, ES256_Y "A" },
	{ "65 bytes", ES256_X ES256_Y, ES256_Y },
	{ "spare bits", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEV", ES256_Y },
	{ "padded", ES256_X "=", ES256_Y },
};

static void what_is_no_p256_key_is_refused(void **state)
{
	struct crypto_key *k;

	assert_null(crypto_key_p256(*state, ZERO32, X0_Y, &k));
	for (size_t i = 0; i < COUNT(no_p256); i++) {
		row_check(crypto_key_p256(*state, no_p256[i].x, no_p256[i].y, &k), "%s", no_p256[i].what);
		row_check(!k, "%s", no_p256[i].what);
	}
}

/* ---- signatures ---------------------------------------------------------------------------------------- */

static void a_signature_is_good_for_its_key_only(void **state)
{
	EVP_PKEY *const keys[] = { rsa, other_rsa, ec, other_ec };
	const char *text = "signed";

	for (size_t i = 0; i < COUNT(keys); i++) {
		size_t len;
		unsigned char *signature = sign(*state, keys[i], text, &len);

		for (size_t j = 0; j < COUNT(keys); j++)
			row_check(crypto_key_verify(key_of(*state, keys[j]), text, strlen(text), signature, len) == (i == j),
			    "signed with key %zu, checked with %zu", i, j);
	}
}

static void another_length_is_refused(void **state)
{
	EVP_PKEY *const keys[] = { rsa, ec };
	const char *text = "signed";

	for (size_t i = 0; i < COUNT(keys); i++) {
		struct crypto_key *k = key_of(*state, keys[i]);
		size_t len;
		unsigned char *signature = sign(*state, keys[i], text, &len), *shifted = arena_take(*state, len + 1);

		for (size_t n = 0; n < len + 100; n++)
			row_check(crypto_key_verify(k, text, strlen(text), signature, n) == (n == len), "key %zu: %zu bytes", i, n);
		memcpy(shifted + 1, signature, len);
		assert_false(crypto_key_verify(k, text, strlen(text), shifted, len + 1));
	}
}

static void an_rsa_signature_of_another_make_is_refused(void **state)
{
	struct crypto_key *k = key_of(*state, rsa);
	const char *text = "signed";
	unsigned char *signature;
	size_t len;

	signature = sign_raw(*state, rsa, "SHA256", RSA_PKCS1_PADDING, text, &len);
	assert_true(crypto_key_verify(k, text, strlen(text), signature, len));
	signature = sign_raw(*state, rsa, "SHA256", RSA_PKCS1_PSS_PADDING, text, &len);
	assert_false(crypto_key_verify(k, text, strlen(text), signature, len));
	for (const char **hash = (const char *[]) { "SHA1", "SHA224", "SHA384", "SHA512", "MD5", NULL }; *hash; hash++) {
		signature = sign_raw(*state, rsa, *hash, 0, text, &len);
		row_check(!crypto_key_verify(k, text, strlen(text), signature, len), "%s", *hash);
	}
}

static void a_der_signature_is_refused(void **state)
{
	struct crypto_key *k = key_of(*state, ec);
	const char *text = "signed";
	unsigned char *der;
	size_t len;

	for (int i = 0; i < 20; i++) {
		der = sign_raw(*state, ec, "SHA256", 0, text, &len);
		assert_false(crypto_key_verify(k, text, strlen(text), der, len));
		assert_false(crypto_key_verify(k, text, strlen(text), der, 64));
	}
}

/* The order of the group is zero to arithmetic; a check that forgets it takes r = s = 0 for everything. */
static void r_and_s_have_a_range(void **state)
{
	static const char order[] = "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE";
	static const char most[] = "__________________________________________8";
	const char *const bad[] = { ZERO32, order, most };
	struct crypto_key *k = key_of(*state, ec);
	const char *text = "signed";
	unsigned char *good, both[64];
	size_t len;

	good = sign(*state, ec, text, &len);
	for (size_t i = 0; i < COUNT(bad); i++) {
		size_t n;
		char *bytes = crypto_base64url_read(*state, bad[i], strlen(bad[i]), &n);

		assert_int_equal(n, 32);
		for (int which = 1; which <= 3; which++) {
			memcpy(both, good, sizeof both);
			if (which & 1)
				memcpy(both, bytes, 32);
			if (which & 2)
				memcpy(both + 32, bytes, 32);
			row_check(!crypto_key_verify(k, text, strlen(text), both, sizeof both), "%s %d", bad[i], which);
		}
	}
	memcpy(both, good + 32, 32);
	memcpy(both + 32, good, 32);
	assert_false(crypto_key_verify(k, text, strlen(text), both, sizeof both));
	assert_true(crypto_key_verify(k, text, strlen(text), good, len));
}

/* r or s below 2^248 has a zero octet, which DER leaves out: about one signature in 128. */
static void small_r_and_s_are_good(void **state)
{
	struct crypto_key *k = key_of(*state, ec);
	int small = 0;

	for (int i = 0; i < 5000 && small < 3; i++) {
		size_t len;
		unsigned char *signature = sign(*state, ec, "signed", &len);

		if (signature[0] && signature[32])
			continue;
		small++;
		assert_true(crypto_key_verify(k, "signed", 6, signature, len));
	}
	assert_true(small > 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_configuration_of_openssl_is_not_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_vectors_hold_to_the_bit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_rsa_key_has_a_size, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_short_key_is_refused_however_it_is_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(zeros_before_a_number_do_not_count, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_rsa_key_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_p256_key_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_signature_is_good_for_its_key_only, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_length_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_rsa_signature_of_another_make_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_der_signature_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(r_and_s_have_a_range, set_up, tear_down),
		cmocka_unit_test_setup_teardown(small_r_and_s_are_good, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, keys_drop);
}
