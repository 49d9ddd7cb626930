/* SPDX-License-Identifier: ISC */
/*
 * test_utf8: the examples of RFC 3629 section 7, the edges of every length, the sequences that decoders are
 * known to let through (overlong forms, surrogates, stray continuations), and every scalar value once.
 */
#include "unit.h"

#include "utf8.h"

static const struct {
	const char *what, *text;
	size_t n, points;
} good[] = {
	{ "nothing", "", 0, 0 },
	{ "RFC 3629 section 7, A<NOT IDENTICAL TO><ALPHA>.", "\x41\xe2\x89\xa2\xce\x91\x2e", 7, 4 },
	{ "RFC 3629 section 7, Korean", "\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4", 9, 3 },
	{ "RFC 3629 section 7, Japanese", "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 9, 3 },
	{ "RFC 3629 section 7, byte order mark and stump of tree", "\xef\xbb\xbf\xf0\xa3\x8e\xb4", 7, 2 },
	{ "U+0000", "\x00", 1, 1 },
	{ "U+007F, the last of one byte", "\x7f", 1, 1 },
	{ "U+0080, the first of two", "\xc2\x80", 2, 1 },
	{ "U+07FF, the last of two", "\xdf\xbf", 2, 1 },
	{ "U+0800, the first of three", "\xe0\xa0\x80", 3, 1 },
	{ "U+D7FF, before the surrogates", "\xed\x9f\xbf", 3, 1 },
	{ "U+E000, behind the surrogates", "\xee\x80\x80", 3, 1 },
	{ "U+FFFD", "\xef\xbf\xbd", 3, 1 },
	{ "U+FFFE, no character but well-formed", "\xef\xbf\xbe", 3, 1 },
	{ "U+FFFF, the last of three", "\xef\xbf\xbf", 3, 1 },
	{ "U+10000, the first of four", "\xf0\x90\x80\x80", 4, 1 },
	{ "U+10FFFF, the last of all", "\xf4\x8f\xbf\xbf", 4, 1 },
};

static const struct {
	const char *what, *text;
	size_t n;
} bad[] = {
	{ "RFC 3629 section 10, slash in two bytes", "\xc0\xaf", 2 },
	{ "RFC 3629 section 10, /../ overlong", "\x2f\xc0\xae\x2e\x2f", 5 },
	{ "NUL in two bytes", "\xc0\x80", 2 },
	{ "NUL in three bytes", "\xe0\x80\x80", 3 },
	{ "NUL in four bytes", "\xf0\x80\x80\x80", 4 },
	{ "slash in three bytes", "\xe0\x80\xaf", 3 },
	{ "slash in four bytes", "\xf0\x80\x80\xaf", 4 },
	{ "U+007F in two bytes", "\xc1\xbf", 2 },
	{ "U+07FF in three bytes", "\xe0\x9f\xbf", 3 },
	{ "U+FFFF in four bytes", "\xf0\x8f\xbf\xbf", 4 },
	{ "U+D800", "\xed\xa0\x80", 3 },
	{ "U+DB7F", "\xed\xad\xbf", 3 },
	{ "U+DFFF", "\xed\xbf\xbf", 3 },
	{ "a surrogate pair (CESU-8)", "\xed\xa0\xbd\xed\xb8\x80", 6 },
	{ "U+110000", "\xf4\x90\x80\x80", 4 },
	{ "U+13FFFF", "\xf4\xbf\xbf\xbf", 4 },
	{ "U+140000", "\xf5\x80\x80\x80", 4 },
	{ "five bytes", "\xf8\x88\x80\x80\x80", 5 },
	{ "six bytes", "\xfc\x84\x80\x80\x80\x80", 6 },
	{ "0xFE", "\xfe", 1 },
	{ "0xFF", "\xff", 1 },
	{ "continuation alone", "\x80", 1 },
	{ "last continuation alone", "\xbf", 1 },
	{ "continuation behind a character", "a\x80", 2 },
	{ "one continuation too many", "\xc3\xa9\xa9", 3 },
	{ "two bytes cut", "\xc3", 1 },
	{ "three bytes cut after one", "\xe2", 1 },
	{ "three bytes cut after two", "\xe2\x82", 2 },
	{ "four bytes cut after three", "\xf0\x9f\x98", 3 },
	{ "two bytes broken by ASCII", "\xc3(", 2 },
	{ "three bytes broken by ASCII", "\xe2\x28\xa1", 3 },
	{ "three bytes broken late", "\xe2\x82\x28", 3 },
	{ "four bytes broken", "\xf0\x28\x8c\xbc", 4 },
	{ "four bytes broken late", "\xf0\x90\x8c\x28", 4 },
	{ "lead behind lead", "\xc3\xc3\xa9", 3 },
	{ "Latin-1", "caf\xe9", 4 },
	{ "UTF-16", "\xff\xfe" "a\0", 4 },
	{ "modified UTF-8 of Java", "a\xc0\x80" "b", 4 },
};

static void well_formed_text_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		row_check(utf8_is(good[i].text, good[i].n), "%s", good[i].what);
}

static void malformed_text_is_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		row_check(!utf8_is(bad[i].text, bad[i].n), "%s", bad[i].what);
}

/* Also between good characters. */
static void malformed_text_is_not_wherever_it_stands(void **state)
{
	char text[32];

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		memset(text, 'a', sizeof text);
		memcpy(text + 5, bad[i].text, bad[i].n);
		row_check(!utf8_is(text, sizeof text), "%s", bad[i].what);
	}
}

static void code_points_are_counted(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		row_check(utf8_count(good[i].text, good[i].n) == good[i].points, "%s: %zu", good[i].what,
		    utf8_count(good[i].text, good[i].n));
}

static size_t encode(uint32_t c, char *to)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* All 0x110000 values, at the very end of the memory that may be read, and one byte short of it. */
static void every_scalar_value_has_its_length(void **state)
{
	(void)state;
	for (uint32_t c = 0; c < 0x110000; c++) {
		char text[4];
		size_t n = encode(c, text), want = c >= 0xd800 && c <= 0xdfff ? 0 : n;

		row_check(utf8_char(text, n) == want, "U+%04X: %zu", c, utf8_char(text, n));
		row_check(n == 1 || utf8_char(text, n - 1) == 0, "U+%04X cut", c);
	}
}

/* Every pair of bytes, against the definition of two-byte characters: C2..DF and a continuation. */
static void every_pair_of_bytes(void **state)
{
	(void)state;
	for (unsigned one = 0; one < 256; one++)
		for (unsigned two = 0; two < 256; two++) {
			const char text[2] = { (char)one, (char)two };
			bool pair = one >= 0xc2 && one <= 0xdf && two >= 0x80 && two <= 0xbf;
			size_t want = one < 0x80 ? 1 : pair ? 2 : 0;

			row_check(utf8_char(text, 2) == want, "%02x %02x", one, two);
			row_check(utf8_is(text, 2) == (pair || (one < 0x80 && two < 0x80)), "%02x %02x", one, two);
		}
}

static void nothing_is_read_behind_the_end(void **state)
{
	char *text = malloc(3);

	(void)state;
	assert_non_null(text);
	memcpy(text, "\xf0\x9f\x98", 3);
	assert_int_equal(utf8_char(text, 3), 0);
	assert_int_equal(utf8_char(text, 0), 0);
	assert_false(utf8_is(text, 3));
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(well_formed_text_is),
		cmocka_unit_test(malformed_text_is_not),
		cmocka_unit_test(malformed_text_is_not_wherever_it_stands),
		cmocka_unit_test(code_points_are_counted),
		cmocka_unit_test(every_scalar_value_has_its_length),
		cmocka_unit_test(every_pair_of_bytes),
		cmocka_unit_test(nothing_is_read_behind_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
