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

static const struct conf conf = {
	.resource = { { .uri = "https://mcp.example.org/mcp", .path = "/mcp" },
	    { .uri = "https://mcp.example.org/b/mcp", .path = "/b/mcp", .scopes = "read:b write:b" } },
	.resources = 2,
	.scope = {
		{ "read:knowledge", "Search", "" }, { "write:knowledge", "Add", "" }, { "read:b", "Read b", "" },
		{ "write:b", "Write b", "read:b" }, { "admin:b", "Rule b", "write:b" }, { "loop:a", "Loop", "loop:b" },
		{ "loop:b", "Loop", "loop:a" },
	},
	.scopes = 7,
	.offline = { "offline_access", "Stay", "" },
};
#define ALL BOTH " read:b write:b admin:b loop:a loop:b"

static void all_scopes_come_in_the_order_of_the_settings_offline_last(void **state)
{
	size_t n = 0;

	(void)state;
	for (; scope_at(&conf, n); n++)
		row_check(*scope_at(&conf, n)->words, "%s has no words", scope_at(&conf, n)->name);
	assert_int_equal(n, 8);
	assert_string_equal(scope_at(&conf, 7)->name, "offline_access");
	assert_null(scope_at(&conf, 1000));
}

static void an_endpoint_offers_its_own_scopes(void **state)
{
	assert_string_equal(scope_all(*state, &conf, &conf.resource[1]), "read:b write:b");
	assert_string_equal(scope_all_with_offline(*state, &conf, &conf.resource[1]), "read:b write:b offline_access");
}

/* MCP authorization, "Scope Hierarchies": whoever may write may read when the settings say so, however far it leads. */
static void a_scope_covers_what_it_implies(void **state)
{
	static const struct { const char *held, *needed; bool covers; } row[] = {
		{ "write:b", "read:b", true }, { "admin:b", "read:b", true }, { "admin:b", "read:b write:b", true },
		{ "read:b", "write:b", false }, { "write:b", "admin:b", false }, { "write:knowledge", "read:knowledge", false },
		{ "loop:a", "loop:b", true }, { "loop:a", "read:b", false }, { "xadmin:b", "read:b", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++)
		row_check(scope_covers(&conf, row[i].held, row[i].needed) == row[i].covers, "%s for %s", row[i].held, row[i].needed);
}

/* Only what the operator gives holds a '*'. */
/* All imply all: each is looked at once. */
static void a_ring_of_scopes_ends(void **state)
{
	struct conf ring = { .offline = { "offline_access", "Stay", "" } };
	char all[SCOPES_MAX * 24] = "";
	static char name[SCOPES_MAX][24];

	(void)state;
	for (size_t i = 0; i < SCOPES_MAX; i++) {
		snprintf(name[i], sizeof name[i], "s%zu", i);
		snprintf(all + strlen(all), sizeof all - strlen(all), "%s ", name[i]);
	}
	for (ring.scopes = 0; ring.scopes < SCOPES_MAX; ring.scopes++)
		ring.scope[ring.scopes] = (struct conf_scope){ name[ring.scopes], "x", all };
	assert_true(scope_covers(&ring, "s0", all));
	assert_false(scope_covers(&ring, "s0", "s64"));
	assert_false(scope_covers(&ring, "s0", "offline_access"));
}

static void a_wildcard_stands_for_what_begins_so(void **state)
{
	static const struct { const char *held, *needed; bool covers; } row[] = {
		{ "read:*", "read:b", true }, { "read:*", "read:knowledge read:b", true }, { "read:*", "write:b", false },
		{ "*", ALL, true }, { "*", "offline_access", false }, { "offline*", "offline_access", false },
		{ "read*", "read:b", true }, { "*:b", "read:b", false }, { "re*d:b", "read:b", false }, { "read:b*", "read:b", true },
	};

	for (size_t i = 0; i < COUNT(row); i++)
		row_check(scope_covers(&conf, row[i].held, row[i].needed) == row[i].covers, "%s for %s", row[i].held, row[i].needed);
	assert_string_equal(scope_narrow(*state, &conf, "read:* *", ""), "");
	assert_string_equal(scope_narrow(*state, &conf, ALL, "read:*"), "read:knowledge read:b");
}

static void sets_are_joined_and_parted(void **state)
{
	assert_string_equal(scope_union(*state, &conf, "write:b x", "read:b offline_access write:b"),
	    "read:b write:b offline_access");
	assert_string_equal(scope_without(*state, &conf, "read:b write:b", "write:b"), "read:b");
	assert_string_equal(scope_without(*state, &conf, "read:b", "read:b"), "");
}

/* What a resource server is asked for never names offline_access. */
static void offline_access_is_for_the_authorization_server(void **state)
{
	assert_string_equal(scope_all(*state, &conf, &conf.resource[0]), ALL);
	assert_string_equal(scope_all_with_offline(*state, &conf, &conf.resource[0]), ALL " offline_access");
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
		row_check(scope_covers(&conf, row[i].whole, row[i].part) == row[i].covers, "%s in %s", row[i].part, row[i].whole);
}

/* A word of any length is compared to its end. */
static void long_words_are_compared_to_their_end(void **state)
{
	char *word = arena_take(*state, 10001), *other;

	memset(word, 'w', 10000);
	other = arena_copy(*state, word);
	other[9999] = 'x';
	assert_false(scope_covers(&conf, word, other));
	assert_false(scope_covers(&conf, BOTH, word));
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
		const char *got = scope_narrow(*state, &conf, row[i].asked, row[i].allowed);

		row_check(same_text(got, row[i].want), "%s, allowed %s: %s", row[i].asked, row[i].allowed, got);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_scopes_come_in_the_order_of_the_settings_offline_last),
		cmocka_unit_test_setup_teardown(an_endpoint_offers_its_own_scopes, set_up, tear_down),
		cmocka_unit_test(a_scope_covers_what_it_implies),
		cmocka_unit_test(a_ring_of_scopes_ends),
		cmocka_unit_test_setup_teardown(a_wildcard_stands_for_what_begins_so, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sets_are_joined_and_parted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(offline_access_is_for_the_authorization_server, set_up, tear_down),
		cmocka_unit_test(a_list_is_words_with_one_blank_between),
		cmocka_unit_test(every_byte_of_the_grammar),
		cmocka_unit_test(a_word_is_in_a_list_as_a_whole),
		cmocka_unit_test(a_whole_covers_its_parts),
		cmocka_unit_test_setup_teardown(long_words_are_compared_to_their_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_asked_is_narrowed, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
