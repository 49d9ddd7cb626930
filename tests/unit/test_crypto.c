/* SPDX-License-Identifier: ISC */
/*
 * test_crypto: the published vectors (FIPS 180-4 SHA-256, RFC 4231 HMAC, RFC 7636 appendix B), and secrets:
 * their shape, their check digits, their successors.
 */
#include "unit.h"

#include "crypto.h"

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

static const char *hex(struct arena *a, struct digest d)
{
	char *text = arena_take(a, 2 * DIGEST_SIZE + 1);

	for (size_t i = 0; i < DIGEST_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", d.v[i]);
	return text;
}

/* ---- SHA-256 and HMAC ---------------------------------------------------------------------------------- */

static const struct {
	const char *text, *digest;
} sha256[] = {
	{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
	  "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
	  "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
};

static void sha256_gives_the_digests_of_fips_180(void **state)
{
	char *million = arena_take_raw(*state, 1000000);

	for (size_t i = 0; i < COUNT(sha256); i++) {
		assert_string_equal(hex(*state, crypto_sha256(sha256[i].text, strlen(sha256[i].text))), sha256[i].digest);
		assert_string_equal(hex(*state, crypto_digest_text(sha256[i].text)), sha256[i].digest);
	}
	memset(million, 'a', 1000000);
	assert_string_equal(hex(*state, crypto_sha256(million, 1000000)),
	    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static const char key_1_to_25[] =
    "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19";

/* RFC 4231 sections 4.2 to 4.8; a key or text of one letter is repeated to its length. */
static const struct {
	const char *key;
	size_t key_len;
	const char *text;
	size_t n;
	const char *mac;
	size_t mac_len;
} hmac[] = {
	{ "\x0b", 20, "Hi There", 8, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7", 64 },
	{ "Jefe", 4, "what do ya want for nothing?", 28,
	  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", 64 },
	{ "\xaa", 20, "\xdd", 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe", 64 },
	{ key_1_to_25, 25, "\xcd", 50, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b", 64 },
	{ "\x0c", 20, "Test With Truncation", 20, "a3b6167473100ee06e0c796c2955552b", 32 },
	{ "\xaa", 131, "Test Using Larger Than Block-Size Key - Hash Key First", 54,
	  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54", 64 },
	{ "\xaa", 131,
	  "This is a test using a larger than block-size key and a larger than block-size data. The key needs "
	  "to be hashed before being used by the HMAC algorithm.", 152,
	  "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2", 64 },
};

static const char *repeated(struct arena *a, const char *text, size_t n)
{
	char *to = arena_take_raw(a, n);

	if (strlen(text) >= n)
		return text;
	memset(to, *text, n);
	return to;
}

static void hmac_gives_the_codes_of_rfc_4231(void **state)
{
	for (size_t i = 0; i < COUNT(hmac); i++) {
		struct digest d = crypto_hmac(repeated(*state, hmac[i].key, hmac[i].key_len), hmac[i].key_len,
		    repeated(*state, hmac[i].text, hmac[i].n), hmac[i].n);

		row_check(strncmp(hex(*state, d), hmac[i].mac, hmac[i].mac_len) == 0, "case %zu: %s", i + 1,
		    hex(*state, d));
	}
}

static void equal_is_equal(void **state)
{
	(void)state;
	assert_true(crypto_equal("abc", "abd", 2));
	assert_false(crypto_equal("abc", "abd", 3));
	assert_true(crypto_equal("x", "y", 0));
	assert_true(crypto_equal_text("", ""));
	assert_true(crypto_equal_text("abc", "abc"));
	assert_false(crypto_equal_text("abc", "abd"));
	assert_false(crypto_equal_text("abc", "ab"));
	assert_false(crypto_equal_text("ab", "abc"));
	assert_false(crypto_equal_text("abc", ""));
	assert_false(crypto_equal_text("", "abc"));
}

/* ---- PKCE ---------------------------------------------------------------------------------------------- */

static void the_challenge_of_rfc_7636_matches(void **state)
{
	static const char verifier[] = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
	static const char challenge[] = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

	(void)state;
	assert_true(crypto_challenge_matches(verifier, challenge));
	assert_false(crypto_challenge_matches(challenge, verifier));
	assert_false(crypto_challenge_matches(verifier, verifier));
	assert_false(crypto_challenge_matches(challenge, challenge));
	assert_false(crypto_challenge_matches("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl", challenge));
	assert_false(crypto_challenge_matches(verifier, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM="));
	assert_false(crypto_challenge_matches(verifier, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c"));
	assert_false(crypto_challenge_matches(verifier, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"));
	assert_false(crypto_challenge_matches(verifier, ""));
	assert_false(crypto_challenge_matches("", challenge));
}

/* ---- secrets ------------------------------------------------------------------------------------------- */

static const char *const prefix[] = {
	[SECRET_ACCESS] = "mcpa_", [SECRET_REFRESH] = "mcpr_", [SECRET_CODE] = "mcpc_", [SECRET_CLIENT] = "mcps_",
	[SECRET_MANAGEMENT] = "mcpm_",
};

static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
static const char base64url[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

static void a_secret_has_its_shape(void **state)
{
	(void)state;
	for (enum secret_kind kind = SECRET_ACCESS; kind <= SECRET_MANAGEMENT; kind++)
		for (int i = 0; i < 100; i++) {
			struct secret s = crypto_secret(kind), again;

			row_check(strlen(s.v) == SECRET_TEXT, "%s has not %d characters", s.v, SECRET_TEXT);
			row_check(strncmp(s.v, prefix[kind], 5) == 0, "%s has not the prefix %s", s.v, prefix[kind]);
			row_check(strspn(s.v + 5, base64url) >= RANDOM_TEXT, "%s", s.v);
			row_check(strspn(s.v + 5 + RANDOM_TEXT, base62) == 6, "%s", s.v);
			row_check(crypto_secret_read(kind, s.v, &again) && strcmp(again.v, s.v) == 0, "%s is not read", s.v);
		}
}

static void a_secret_is_read_as_its_own_kind_only(void **state)
{
	(void)state;
	for (enum secret_kind kind = SECRET_ACCESS; kind <= SECRET_MANAGEMENT; kind++) {
		struct secret s = crypto_secret(kind), again;

		for (enum secret_kind as = SECRET_ACCESS; as <= SECRET_MANAGEMENT; as++)
			row_check(crypto_secret_read(as, s.v, &again) == (as == kind), "%s as %s", s.v, prefix[as]);
		for (enum secret_kind as = SECRET_ACCESS; as <= SECRET_MANAGEMENT; as++) {
			memcpy(s.v, prefix[as], 5);
			row_check(crypto_secret_read(as, s.v, &again) == (as == kind), "%s relabelled %s", s.v, prefix[as]);
		}
	}
}

/* 54 places, 254 other bytes at each. */
static void every_change_of_one_character_is_refused(void **state)
{
	struct secret s = crypto_secret(SECRET_ACCESS), again;

	(void)state;
	for (size_t at = 0; at < SECRET_TEXT; at++) {
		char was = s.v[at];

		for (int c = 0; c < 256; c++) {
			s.v[at] = (char)c;
			if (s.v[at] != was)
				row_check(!crypto_secret_read(SECRET_ACCESS, s.v, &again), "%02x at %zu", (unsigned)c, at);
		}
		s.v[at] = was;
	}
	assert_true(crypto_secret_read(SECRET_ACCESS, s.v, &again));
}

static void exchanged_missing_and_doubled_characters_are_refused(void **state)
{
	struct secret s = crypto_secret(SECRET_REFRESH), again;
	size_t n = SECRET_TEXT;

	for (size_t i = 0; i < n; i++) {
		char *text = arena_printf(*state, "%.*s%s", (int)i, s.v, s.v + i + 1);

		row_check(!crypto_secret_read(SECRET_REFRESH, text, &again), "without character %zu", i);
		text = arena_printf(*state, "%.*s%c%s", (int)i, s.v, s.v[i], s.v + i);
		row_check(!crypto_secret_read(SECRET_REFRESH, text, &again), "with character %zu twice", i);
		text = arena_copy(*state, s.v);
		if (i + 1 == n || text[i] == text[i + 1])
			continue;
		text[i] = s.v[i + 1];
		text[i + 1] = s.v[i];
		row_check(!crypto_secret_read(SECRET_REFRESH, text, &again), "characters %zu exchanged", i);
	}
}

static void other_lengths_are_refused(void **state)
{
	struct secret s = crypto_secret(SECRET_CODE), again;
	char *long_text = arena_take(*state, 1 << 20);

	assert_false(crypto_secret_read(SECRET_CODE, "", &again));
	assert_false(crypto_secret_read(SECRET_CODE, "mcpc_", &again));
	for (int n = 0; n < SECRET_TEXT; n++)
		assert_false(crypto_secret_read(SECRET_CODE, arena_text(*state, s.v, (size_t)n), &again));
	assert_false(crypto_secret_read(SECRET_CODE, arena_printf(*state, "%s ", s.v), &again));
	assert_false(crypto_secret_read(SECRET_CODE, arena_printf(*state, " %s", s.v), &again));
	assert_false(crypto_secret_read(SECRET_CODE, arena_printf(*state, "%s%s", s.v, s.v), &again));
	memset(long_text, 'A', (1 << 20) - 1);
	memcpy(long_text, s.v, SECRET_TEXT);
	assert_false(crypto_secret_read(SECRET_CODE, long_text, &again));
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void secrets_and_random_texts_are_all_different(void **state)
{
	enum { MANY = 2000 };
	struct random_text *text = arena_take(*state, MANY * sizeof *text);
	struct secret *s = arena_take(*state, MANY * sizeof *s);

	for (size_t i = 0; i < MANY; i++) {
		s[i] = crypto_secret(SECRET_ACCESS);
		text[i] = crypto_random_text();
		row_check(strlen(text[i].v) == RANDOM_TEXT && strspn(text[i].v, base64url) == RANDOM_TEXT, "%s", text[i].v);
	}
	qsort(s, MANY, sizeof *s, by_text);
	qsort(text, MANY, sizeof *text, by_text);
	for (size_t i = 1; i < MANY; i++) {
		row_check(strcmp(s[i].v, s[i - 1].v) != 0, "%s twice", s[i].v);
		row_check(strcmp(text[i].v, text[i - 1].v) != 0, "%s twice", text[i].v);
	}
}

static void a_successor_follows_from_parent_and_nonce(void **state)
{
	struct secret parent = crypto_secret(SECRET_REFRESH), other = crypto_secret(SECRET_REFRESH), one, again;
	unsigned char nonce[32], nonce2[32];

	(void)state;
	crypto_random(nonce, sizeof nonce);
	memcpy(nonce2, nonce, sizeof nonce);
	nonce2[31] ^= 1;
	one = crypto_secret_from(SECRET_REFRESH, &parent, nonce);
	assert_true(crypto_secret_read(SECRET_REFRESH, one.v, &again));
	assert_string_equal(crypto_secret_from(SECRET_REFRESH, &parent, nonce).v, one.v);
	assert_string_not_equal(crypto_secret_from(SECRET_REFRESH, &parent, nonce2).v, one.v);
	assert_string_not_equal(crypto_secret_from(SECRET_REFRESH, &other, nonce).v, one.v);
	assert_string_not_equal(one.v, parent.v);
}

/* RFC 2104 over SHA-256, the parent's text as key. */
static void a_successor_is_an_hmac(void **state)
{
	struct secret parent = crypto_secret(SECRET_REFRESH), one;
	unsigned char nonce[32] = "0123456789abcdef0123456789abcde";
	struct digest d = crypto_hmac(parent.v, SECRET_TEXT, nonce, sizeof nonce);

	one = crypto_secret_from(SECRET_ACCESS, &parent, nonce);
	assert_memory_equal(one.v, "mcpa_", 5);
	assert_memory_equal(one.v + 5, crypto_base64url(*state, d.v, sizeof d.v), RANDOM_TEXT);
}

static void a_secret_is_kept_as_the_sha256_of_its_text(void **state)
{
	struct secret s = crypto_secret(SECRET_CLIENT);

	assert_string_equal(hex(*state, crypto_digest_secret(&s)), hex(*state, crypto_sha256(s.v, SECRET_TEXT)));
	assert_string_equal(hex(*state, crypto_digest_secret(&s)), hex(*state, crypto_digest_text(s.v)));
}

static void random_bytes_are_not_the_same_twice(void **state)
{
	unsigned char one[32] = { 0 }, two[32] = { 0 }, none[1] = { 7 };

	(void)state;
	crypto_random(one, sizeof one);
	crypto_random(two, sizeof two);
	crypto_random(none, 0);
	assert_memory_not_equal(one, two, sizeof one);
	assert_int_equal(none[0], 7);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sha256_gives_the_digests_of_fips_180, set_up, tear_down),
		cmocka_unit_test_setup_teardown(hmac_gives_the_codes_of_rfc_4231, set_up, tear_down),
		cmocka_unit_test(equal_is_equal),
		cmocka_unit_test(the_challenge_of_rfc_7636_matches),
		cmocka_unit_test(a_secret_has_its_shape),
		cmocka_unit_test(a_secret_is_read_as_its_own_kind_only),
		cmocka_unit_test(every_change_of_one_character_is_refused),
		cmocka_unit_test_setup_teardown(exchanged_missing_and_doubled_characters_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_lengths_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(secrets_and_random_texts_are_all_different, set_up, tear_down),
		cmocka_unit_test(a_successor_follows_from_parent_and_nonce),
		cmocka_unit_test_setup_teardown(a_successor_is_an_hmac, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_secret_is_kept_as_the_sha256_of_its_text, set_up, tear_down),
		cmocka_unit_test(random_bytes_are_not_the_same_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
