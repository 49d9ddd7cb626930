/* SPDX-License-Identifier: ISC */
/*
 * test_pkce: the texts of RFC 7636 sections 4.1 and 4.2 and its appendix B, byte by byte and length by
 * length.
 */
#include "unit.h"

#include "pkce.h"

static const char verifier[] = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
static const char challenge[] = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

static void the_texts_of_appendix_b_are_good(void **state)
{
	(void)state;
	assert_true(pkce_is_verifier(verifier));
	assert_true(pkce_is_challenge(challenge));
}

static void a_challenge_has_43_characters(void **state)
{
	char text[200] = "";

	(void)state;
	for (size_t n = 0; n < sizeof text - 1; n++) {
		row_check(pkce_is_challenge(text) == (n == 43), "%zu characters", n);
		text[n] = 'A';
		text[n + 1] = '\0';
	}
}

static void a_verifier_has_43_to_128_characters(void **state)
{
	char text[200] = "";

	(void)state;
	for (size_t n = 0; n < sizeof text - 1; n++) {
		row_check(pkce_is_verifier(text) == (n >= 43 && n <= 128), "%zu characters", n);
		text[n] = 'A';
		text[n + 1] = '\0';
	}
}

/* Every byte at the first, a middle and the last place. */
static void each_has_its_alphabet(void **state)
{
	static const size_t place[] = { 0, 20, 42 };

	(void)state;
	for (int c = 1; c < 256; c++)
		for (size_t i = 0; i < COUNT(place); i++) {
			char text[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

			text[place[i]] = (char)c;
			row_check(pkce_is_challenge(text) == (c < 128 && strchr(base64url, c)), "challenge: %02x at %zu",
			    (unsigned)c, place[i]);
			row_check(pkce_is_verifier(text) == (c < 128 && strchr(unreserved, c)), "verifier: %02x at %zu",
			    (unsigned)c, place[i]);
		}
}

static void padding_is_not_part_of_a_challenge(void **state)
{
	(void)state;
	assert_false(pkce_is_challenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM="));
	assert_false(pkce_is_challenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c="));
	assert_false(pkce_is_challenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"));
	assert_false(pkce_is_challenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw/cM"));
	assert_false(pkce_is_challenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM "));
	assert_false(pkce_is_challenge(" E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_texts_of_appendix_b_are_good),
		cmocka_unit_test(a_challenge_has_43_characters),
		cmocka_unit_test(a_verifier_has_43_to_128_characters),
		cmocka_unit_test(each_has_its_alphabet),
		cmocka_unit_test(padding_is_not_part_of_a_challenge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
