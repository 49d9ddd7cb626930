/* SPDX-License-Identifier: ISC */
/* test_scope: the table of scopes, the grammar of RFC 6749 section 3.3, and set arithmetic on words. */
#include "unit.h"

#include "scope.h"

#define BOTH "read:knowledge write:knowledge"

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

static void the_table_has_three_rows(void **state)
{
	size_t n = 0;

	(void)state;
	for (; scopes[n].name; n++)
		row_check(scopes[n].words && *scopes[n].words, "%s has no words", scopes[n].name);
	assert_int_equal(n, 3);
	assert_string_equal(scope_find("read:knowledge")->words,
	    "Search and read the documents in the knowledge base");
	assert_string_equal(scope_find("write:knowledge")->words,
	    "Add documents to the knowledge base under your name");
	assert_true(scope_find("read:knowledge")->resource);
	assert_true(scope_find("write:knowledge")->resource);
	assert_false(scope_find("offline_access")->resource);
}

static void a_row_is_found_by_its_exact_name(void **state)
{
	static const char *const no[] = {
		"", " ", "read", "read:", "read:knowledge ", "READ:KNOWLEDGE", BOTH, "offline", "openid", "*",
		"read:knowledge:x",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(no); i++)
		row_check(!scope_find(no[i]), "%s", no[i]);
}

/* What a resource server is asked for never names offline_access. */
static void offline_access_is_for_the_authorization_server(void **state)
{
	(void)state;
	assert_string_equal(scope_all(), BOTH);
	assert_string_equal(scope_all_with_offline(), BOTH " offline_access");
}

static void a_list_is_words_with_one_blank_between(void **state)
{
	static const struct { const char *words; bool good; } row[] = {
		{ "a", true }, { "a b", true }, { BOTH, true }, { "a a", true }, { "!#$%&'()*+,-./:;<=>?@[]^_`{|}~", true },
		{ "https://scope.example/x", true }, { "", false }, { " ", false }, { " a", false }, { "a ", false },
		{ "a  b", false },
		{ "a\tb", false }, { "a\nb", false }, { "a\"b", false }, { "\"a\"", false }, { "a\\b", false },
		{ "a\x7f", false },
		{ "a\x01", false }, { "\xc3\xa9", false }, { "a\x80", false }, { "a\r\nb", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++)
		row_check(scope_is_wellformed(row[i].words) == row[i].good, "%s", row[i].words);
}

/* scope-token = 1*( %x21 / %x23-5B / %x5D-7E ) */
static void every_byte_of_the_grammar(void **state)
{
	(void)state;
	for (int c = 1; c < 256; c++) {
		const char text[] = { 'a', (char)c, 'b', '\0' };
		bool good = c == 0x20 || c == 0x21 || (c >= 0x23 && c <= 0x5b) || (c >= 0x5d && c <= 0x7e);

		row_check(scope_is_wellformed(text) == good, "%02x", (unsigned)c);
	}
}

static void a_word_is_in_a_list_as_a_whole(void **state)
{
	(void)state;
	assert_true(scope_has(BOTH, "read:knowledge"));
	assert_true(scope_has(BOTH, "write:knowledge"));
	assert_false(scope_has(BOTH, "read"));
	assert_false(scope_has(BOTH, "knowledge"));
	assert_false(scope_has(BOTH, "read:knowledge2"));
	assert_false(scope_has("read:knowledge2", "read:knowledge"));
	assert_false(scope_has("xread:knowledge", "read:knowledge"));
	assert_false(scope_has("", "read:knowledge"));
	assert_false(scope_has("READ:KNOWLEDGE", "read:knowledge"));
}

static void a_whole_covers_its_parts(void **state)
{
	static const struct { const char *whole, *part; bool covers; } row[] = {
		{ BOTH, "read:knowledge", true }, { BOTH, "write:knowledge", true },
		{ BOTH, "write:knowledge read:knowledge", true },
		{ BOTH, BOTH, true }, { BOTH, "", true }, { "", "", true }, { BOTH, "read:knowledge read:knowledge", true },
		{ "read:knowledge", BOTH, false }, { "", "read:knowledge", false }, { BOTH, "offline_access", false },
		{ BOTH, BOTH " x", false }, { BOTH, "read:knowledge x write:knowledge", false },
		{ BOTH, "READ:KNOWLEDGE", false },
		{ "a b c", "c a", true }, { "abc", "a", false }, { "a", "abc", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++)
		row_check(scope_covers(row[i].whole, row[i].part) == row[i].covers, "%s in %s", row[i].part, row[i].whole);
}

/* A word of any length is compared to its end. */
static void long_words_are_compared_to_their_end(void **state)
{
	char *word = arena_take(*state, 10001), *other;

	memset(word, 'w', 10000);
	other = arena_copy(*state, word);
	other[9999] = 'x';
	assert_false(scope_covers(word, other));
	assert_false(scope_covers(BOTH, word));
	assert_false(scope_has(word, other));
}

static void what_is_asked_is_narrowed(void **state)
{
	static const struct { const char *asked, *allowed, *want; } row[] = {
		{ BOTH, "", BOTH }, { "write:knowledge read:knowledge", "", BOTH },
		{ "read:knowledge", "", "read:knowledge" },
		{ "read:knowledge read:knowledge", "", "read:knowledge" }, { "x read:knowledge y", "", "read:knowledge" },
		{ "x y z", "", "" }, { "", "", "" }, { "openid profile email", "", "" }, { "READ:KNOWLEDGE", "", "" },
		{ "offline_access read:knowledge", "", "read:knowledge offline_access" },
		{ "offline_access", "", "offline_access" },
		{ BOTH, "read:knowledge", "read:knowledge" }, { "write:knowledge", "read:knowledge", "" },
		{ BOTH " offline_access", BOTH, BOTH }, { "x", "x", "" }, { "x read:knowledge", "x", "" },
		{ BOTH, "write:knowledge x", "write:knowledge" }, { "read:knowledge2", "", "" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		const char *got = scope_narrow(*state, row[i].asked, row[i].allowed);

		row_check(same_text(got, row[i].want), "%s, allowed %s: %s", row[i].asked, row[i].allowed, got);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_has_three_rows),
		cmocka_unit_test(a_row_is_found_by_its_exact_name),
		cmocka_unit_test(offline_access_is_for_the_authorization_server),
		cmocka_unit_test(a_list_is_words_with_one_blank_between),
		cmocka_unit_test(every_byte_of_the_grammar),
		cmocka_unit_test(a_word_is_in_a_list_as_a_whole),
		cmocka_unit_test(a_whole_covers_its_parts),
		cmocka_unit_test_setup_teardown(long_words_are_compared_to_their_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_asked_is_narrowed, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
