/* SPDX-License-Identifier: ISC */
/*
 * test_base64: the vectors of RFC 4648 sections 9 and 10 and of RFC 7636 appendix A, and every way to write
 * base64 and base64url wrong: what can be read has one spelling.
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

static const struct {
	const char *bytes;
	size_t n;
	const char *base64, *base64url;
} vector[] = {
	/* RFC 4648 section 10 */
	{ "", 0, "", "" }, { "f", 1, "Zg==", "Zg" }, { "fo", 2, "Zm8=", "Zm8" }, { "foo", 3, "Zm9v", "Zm9v" },
	{ "foob", 4, "Zm9vYg==", "Zm9vYg" }, { "fooba", 5, "Zm9vYmE=", "Zm9vYmE" },
	{ "foobar", 6, "Zm9vYmFy", "Zm9vYmFy" },
	/* RFC 4648 section 9 */
	{ "\x14\xfb\x9c\x03\xd9\x7e", 6, "FPucA9l+", "FPucA9l-" },
	{ "\x14\xfb\x9c\x03\xd9", 5, "FPucA9k=", "FPucA9k" },
	{ "\x14\xfb\x9c\x03", 4, "FPucAw==", "FPucAw" },
	/* RFC 7636 appendix A */
	{ "\x03\xec\xff\xe0\xc1", 5, "A+z/4ME=", "A-z_4ME" },
	{ "\0\0\0", 3, "AAAA", "AAAA" }, { "\xff\xff\xff", 3, "////", "____" },
	{ "\xfb\xef\xbe", 3, "++++", "----" },
};

static void base64_is_written(void **state)
{
	for (size_t i = 0; i < COUNT(vector); i++) {
		assert_string_equal(crypto_base64(*state, vector[i].bytes, vector[i].n), vector[i].base64);
		assert_string_equal(crypto_base64url(*state, vector[i].bytes, vector[i].n), vector[i].base64url);
	}
}

static void base64_is_read(void **state)
{
	for (size_t i = 0; i < COUNT(vector); i++) {
		size_t len = 99;
		const char *got = crypto_base64_read(*state, vector[i].base64, strlen(vector[i].base64), &len);

		row_check(got, "%s is refused", vector[i].base64);
		row_check(len == vector[i].n && memcmp(got, vector[i].bytes, len) == 0, "%s", vector[i].base64);
		row_check(got[len] == '\0', "%s: no NUL behind it", vector[i].base64);
	}
}

static void base64url_is_read(void **state)
{
	for (size_t i = 0; i < COUNT(vector); i++) {
		size_t len = 99;
		const char *got = crypto_base64url_read(*state, vector[i].base64url, strlen(vector[i].base64url), &len);

		row_check(got, "%s is refused", vector[i].base64url);
		row_check(len == vector[i].n && memcmp(got, vector[i].bytes, len) == 0, "%s", vector[i].base64url);
		row_check(got[len] == '\0', "%s: no NUL behind it", vector[i].base64url);
		row_check(!strpbrk(vector[i].base64, "+/=") || !crypto_base64url_read(*state, vector[i].base64,
		    strlen(vector[i].base64), &len), "%s is read as base64url", vector[i].base64);
		row_check(!strpbrk(vector[i].base64url, "-_") || !crypto_base64_read(*state, vector[i].base64url,
		    strlen(vector[i].base64url), &len), "%s is read as base64", vector[i].base64url);
	}
}

static const struct {
	const char *what, *text;
	size_t n;
} malformed_url[] = {
	{ "one digit", "A", 1 }, { "a digit too many", "Zm9vA", 5 }, { "padding", "Zg==", 4 }, { "half the padding", "Zg=", 3 },
	{ "padding of one", "Zm8=", 4 }, { "only padding", "=", 1 }, { "spare bits of two", "Zh", 2 },
	{ "all spare bits of two", "Zv", 2 }, { "spare bits of one", "Zm9", 3 }, { "spare bits late", "Zm9vYh", 6 },
	{ "plus", "Zm9+", 4 }, { "slash", "Zm9/", 4 }, { "blank", "Zm 9", 4 }, { "blank behind", "Zm9v ", 5 },
	{ "line feed", "Zm9v\n", 5 }, { "NUL", "Zm9\0", 4 }, { "NUL alone", "\0", 1 }, { "two NULs", "\0\0", 2 },
	{ "high byte", "Zm9\xe9", 4 }, { "period", "Zm.9", 4 }, { "escape", "Zg%3D%3D", 8 },
};

static void malformed_base64url_is_refused(void **state)
{
	size_t len;

	for (size_t i = 0; i < COUNT(malformed_url); i++)
		row_check(!crypto_base64url_read(*state, malformed_url[i].text, malformed_url[i].n, &len), "%s is read",
		    malformed_url[i].what);
}

static const struct {
	const char *what, *text;
	size_t n;
} malformed[] = {
	{ "no padding", "Zg", 2 }, { "half the padding", "Zg=", 3 }, { "no padding of one", "Zm8", 3 },
	{ "one digit", "Z", 1 },
	{ "one digit and padding", "Z===", 4 }, { "too much padding", "Zg===", 5 },
	{ "padding behind none", "Zm9v=", 5 },
	{ "padding of a whole group", "Zm9v====", 8 }, { "only padding", "====", 4 }, { "one padding", "=", 1 },
	{ "two", "==", 2 },
	{ "spare bits of two", "Zh==", 4 }, { "all spare bits of two", "Zv==", 4 },
	{ "spare bits of one", "Zm9=", 4 },
	{ "spare bits late", "Zm9vYh==", 8 }, { "padding inside", "Zg==Zg==", 8 }, { "padding first", "=Zg=", 4 },
	{ "padding, then digit", "Zg=g", 4 }, { "blank", "Zm 9", 4 }, { "blank behind", "Zm9v ", 5 },
	{ "line feed", "Zm9v\n", 5 },
	{ "four blanks", "    ", 4 }, { "line break inside", "Zm9v\r\nYmFy", 10 }, { "minus", "Zm9-", 4 },
	{ "underscore", "Zm9_", 4 },
	{ "NUL", "Zm9\0", 4 }, { "NUL and padding", "Z\0==", 4 }, { "high byte", "Zm9\xe9", 4 },
	{ "comma", "Zm9,", 4 },
	{ "asterisk", "*m9v", 4 }, { "escape", "Zg%3D%3D", 8 },
};

static void malformed_base64_is_refused(void **state)
{
	size_t len;

	for (size_t i = 0; i < COUNT(malformed); i++)
		row_check(!crypto_base64_read(*state, malformed[i].text, malformed[i].n, &len), "%s is read",
		    malformed[i].what);
}

/*
 * Each text of four characters that can be read is the one that is written for these bytes: there is one
 * spelling.
 */
static void base64_has_one_spelling(void **state)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < 65 * 65; i++) {
		char text[] = { 'Q', digit[i % 65], digit[i / 65], '=', '\0' };
		const char *got;
		size_t len;

		arena_reset(a);
		got = crypto_base64_read(a, text, 4, &len);
		row_check(!got || same_text(crypto_base64(a, got, len), text), "%s", text);
	}
	arena_drop(a);
}

static void bytes_of_every_length_come_back(void **state)
{
	unsigned char bytes[300];

	for (size_t n = 0; n <= sizeof bytes; n++) {
		const char *text, *got;
		size_t len;

		crypto_random(bytes, n);
		text = crypto_base64(*state, bytes, n);
		got = crypto_base64_read(*state, text, strlen(text), &len);
		row_check(got && len == n && memcmp(got, bytes, n) == 0, "%zu bytes", n);
		text = crypto_base64url(*state, bytes, n);
		row_check(strlen(text) == (n * 8 + 5) / 6, "%zu bytes", n);
		got = crypto_base64url_read(*state, text, strlen(text), &len);
		row_check(got && len == n && memcmp(got, bytes, n) == 0, "%zu bytes", n);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(base64_is_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(base64_is_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(malformed_base64_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(base64url_is_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(malformed_base64url_is_refused, set_up, tear_down),
		cmocka_unit_test(base64_has_one_spelling),
		cmocka_unit_test_setup_teardown(bytes_of_every_length_come_back, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
