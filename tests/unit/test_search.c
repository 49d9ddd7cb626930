/* SPDX-License-Identifier: ISC */
/* test_search: whatever is typed, only quoted words come out, and SQLite takes every one of them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "arena.h"
#include "search.h"

static const struct {
	const char *text;
	const char *expression;
} cases[] = {
	{ "", NULL },
	{ "  \t\n ", NULL },
	{ "\"\"", NULL },
	{ "* ( ) : ^ - + { } ; '' -- ..", NULL },
	{ "apple", "\"apple\"" },
	{ "apple pie", "\"apple\" \"pie\"" },
	{ "  apple ,pie. ", "\"apple\" \"pie\"" },
	{ "apple\"pie", "\"apple\" \"pie\"" },
	{ "\"apple\" OR \"pie\"", "\"apple\" \"OR\" \"pie\"" },
	{ "apple AND NOT pie", "\"apple\" \"AND\" \"NOT\" \"pie\"" },
	{ "NEAR(apple pie, 2)", "\"NEAR\" \"apple\" \"pie\" \"2\"" },
	{ "title:apple", "\"title\" \"apple\"" },
	{ "{title content} : apple", "\"title\" \"content\" \"apple\"" },
	{ "^apple* + pie", "\"apple\" \"pie\"" },
	{ "read_file", "\"read_file\"" },
	{ "node.js", "\"node.js\"" },
	{ "don't", "\"don't\"" },
	{ "'quoted' -flag --long trailing-", "\"quoted\" \"flag\" \"long\" \"trailing\"" },
	{ "pear Pear p PEAR pea", "\"pear\" \"p\" \"pea\"" },
	{ "a--b", "\"a\" \"b\"" },
	{ "Gr\xc3\xbc\xc3\x9f" "e \xe4\xb8\x96\xe7\x95\x8c", "\"Gr\xc3\xbc\xc3\x9f" "e\" \"\xe4\xb8\x96\xe7\x95\x8c\"" },
	{ "x'; DROP TABLE document; --", "\"x\" \"DROP\" \"TABLE\" \"document\"" },
	{ "\x01\x1f\x7f", NULL },
};

static void only_words_come_out(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *expression = search_expression(a, cases[i].text);

		if (!cases[i].expression)
			assert_null(expression);
		else
			assert_string_equal(expression, cases[i].expression);
	}
	arena_drop(a);
}

/* Every byte, alone and between others: outside of quotes there is nothing but blanks. */
static void no_byte_escapes_its_quotes(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (int c = 1; c < 256; c++) {
		char text[] = { 'a', (char)c, 'b', ' ', (char)c, (char)c, ' ', (char)c, 'c', '\0' };
		const char *at = search_expression(a, text);

		assert_non_null(at);
		for (; *at; at += *at == ' ') {
			assert_int_equal(*at++, '"');
			assert_true(strcspn(at, "\"") > 0);
			at += strcspn(at, "\"");
			assert_int_equal(*at++, '"');
			assert_true(*at == ' ' || *at == '\0');
		}
	}
	arena_drop(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_words_come_out),
		cmocka_unit_test(no_byte_escapes_its_quotes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
