/* SPDX-License-Identifier: ISC */
/* test_schema_ecma: what ECMA-262 patterns match, where PCRE2 on its own would have it otherwise, and what they may not hold. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "schema_pattern.h"

static const struct {
	const char *pattern;
	const char *text;
	bool matches;
} cases[] = {
	{ "", "", true },
	{ "a", "bab", true },
	{ "^a$", "a\n", false },
	{ "^a$", "b\na", false },
	{ "^.$", "\n", false },
	{ "^.$", "\r", false },
	{ "^.$", "\xe2\x80\xa8", false },
	{ "^.$", "\v", true },
	{ "^.$", "\xc2\x85", true },
	{ "^.$", "\xf0\x9f\x98\x80", true },
	{ "^[^a]$", "\n", true },

	{ "^\\d$", "7", true },
	{ "^\\d$", "\xdf\x80", false },
	{ "^\\D$", "\xdf\x80", true },
	{ "^\\w$", "_", true },
	{ "^\\w$", "\xc3\xa9", false },
	{ "^[\\w-]+$", "a-b", true },
	{ "^\\s$", "\xef\xbb\xbf", true },
	{ "^\\s$", "\xe2\x80\x83", true },
	{ "^\\s$", "\xe2\x80\xa9", true },
	{ "^\\s$", "\xe1\xa0\x8e", false },
	{ "^\\S$", "\xc2\xa0", false },
	{ "^[\\s]$", "\v", true },
	{ "^[^\\s]$", "\xc2\xa0", false },
	{ "^[\\S]$", "\xc2\xa0", false },
	{ "^[\\S]$", "x", true },
	{ "^[\\s\\S]$", "\n", true },
	{ "\\bb\\b", "a b c", true },
	{ "\\Bb", "ab", true },

	{ "^\\u0041\\x42\\u{43}\\u{1F600}\\ud83d\\ude00$", "ABC\xf0\x9f\x98\x80\xf0\x9f\x98\x80", true },
	{ "^[\\u{1F600}-\\u{1F64F}]$", "\xf0\x9f\x98\x81", true },
	{ "^[\xf0\x9f\x98\x80-\xf0\x9f\x99\x8f]$", "\xf0\x9f\x98\x81", true },
	{ "^\\t\\n\\v\\f\\r\\cA$", "\t\n\v\f\r\x01", true },
	{ "^\\v$", "\n", false },
	{ "^[\\b]$", "\b", true },

	{ "^\\p{L}+$", "\xc3\xa9\xd1\x84", true },
	{ "^\\p{Letter}+$", "1", false },
	{ "^\\p{Lowercase_Letter}\\p{gc=Lu}\\p{General_Category=digit}$", "aB\xdf\x80", true },
	{ "^\\p{Script=Greek}\\p{sc=Latin}$", "\xce\xb1" "b", true },
	{ "^\\P{L}[\\p{N}_]$", "-\xc2\xbd", true },
	{ "^\\p{Alphabetic}$", "a", true },

	{ "^[[]$", "[", true },
	{ "^[[:alpha:]$", ":", true },
	{ "^[a[:alpha:]]$", "a]", true },
	{ "[]", "a", false },
	{ "^[^]$", "\n", true },
	{ "^[a-]$", "-", true },
	{ "^[-a]$", "-", true },
	{ "^[\\d-z]$", "-", true },
	{ "^[\\s-z]$", "a", false },
	{ "^[\\s-z]$", "-", true },
	{ "^[a-c-e]$", "d", false },
	{ "^[&&]$", "&", true },
	{ "^a{2}$", "aa", true },
	{ "^a{2,}$", "aaa", true },
	{ "^a{,2}$", "a{,2}", true },
	{ "^{}$", "{}", true },
	{ "^x{a}]$", "x{a}]", true },
	{ "^a+?b??$", "aab", true },
	{ "^#\\/\\-\\@\\_ x$", "#/-@_ x", true },

	{ "^(?<year>\\d{4})-\\k<year>$", "2026-2026", true },
	{ "^(a)|\\1b$", "b", true },
	{ "^(a)\\1$", "aa", true },
	{ "(?<=a)b(?!c)(?=d)", "abd", true },
	{ "(?<!a)b", "ab", false },
	{ "^(?:a|b)+$", "abba", true },
};

static void patterns_mean_what_ecma_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena *a = arena_new();
		const char *wrong = "";
		struct schema_pattern *p = schema_pattern_new(a, a, cases[i].pattern, &wrong);
		size_t left = 100000;

		print_message("%s %s\n", cases[i].pattern, wrong);
		assert_non_null(p);
		assert_int_equal(schema_pattern_matches(p, cases[i].text, strlen(cases[i].text), &left), cases[i].matches);
		assert_in_range(left, 99000, 100000);
		arena_drop(a);
	}
}

static const struct {
	const char *pattern;
	const char *wrong;
} refused[] = {
	{ "\\Z", "\\Z is not supported" },
	{ "\\A", "\\A is not supported" },
	{ "\\a", "\\a is not supported" },
	{ "\\Qa\\E", "\\Q is not supported" },
	{ "\\R", "\\R is not supported" },
	{ "\\K", "\\K is not supported" },
	{ "\\C", "\\C is not supported" },
	{ "\\X", "\\X is not supported" },
	{ "\\h", "\\h is not supported" },
	{ "\\", "\\ is not supported" },
	{ "\\x4", "\\x is not supported" },
	{ "\\u{}", "\\u is not supported" },
	{ "\\u12", "\\u is not supported" },
	{ "\\c1", "\\c is not supported" },
	{ "\\012", "\\0 is not supported" },
	{ "[\\1]", "\\1 is not supported" },
	{ "\\k", "\\k is not supported" },
	{ "\\pL", "\\pL is not supported" },
	{ "\\p{^L}", "\\p{^L} is not supported" },
	{ "\\p{", "\\p{ is not supported" },
	{ "\\p{gc=}", "\\p{gc=} is not supported" },
	{ "(*UCP)a", "(* is not supported" },
	{ "(*MARK:x)", "(* is not supported" },
	{ "(?i)a", "(?i is not supported" },
	{ "(?>a)", "(?> is not supported" },
	{ "(?R)", "(?R is not supported" },
	{ "(?P<n>a)", "(?P is not supported" },
	{ "(?#a)", "(?# is not supported" },
	{ "(?C1)", "(?C is not supported" },
	{ "(?", "(? is not supported" },
	{ "a++", "a quantifier of a quantifier is not supported" },
	{ "a*+", "a quantifier of a quantifier is not supported" },
	{ "a{2}{3}", NULL },
	{ "[a-\\d]", "a range that ends with a set is not supported" },
	{ "[a", "a class without ] is not supported" },
	{ "[a\\", "\\ is not supported" },
	{ "[b-a]", NULL },
	{ "(", NULL },
	{ ")", NULL },
	{ "*", NULL },
	{ "\\1", NULL },
	{ "(a)\\10", NULL },
	{ "\\ud800", NULL },
	{ "\\u{110000}", NULL },
	{ "\\p{Nonsense}", NULL },
	{ "(?<=a+)b", NULL },
	{ "\\k<n>", NULL },
};

static void what_ecma_does_not_have_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct arena *a = arena_new();
		const char *wrong = NULL;

		print_message("%s\n", refused[i].pattern);
		assert_null(schema_pattern_new(a, a, refused[i].pattern, &wrong));
		assert_non_null(wrong);
		if (refused[i].wrong)
			assert_string_equal(wrong, refused[i].wrong);
		arena_drop(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_mean_what_ecma_says),
		cmocka_unit_test(what_ecma_does_not_have_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
