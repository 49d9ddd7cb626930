/* SPDX-License-Identifier: ISC */
/*
 * test_json_put: JSON that is written by hand is JSON: escapes, commas, and every text comes back as it was.
 */
#include "unit.h"

#include "arena.h"
#include "json.h"

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

static void every_character_comes_back(void **state)
{
	for (int c = 1; c < 128; c++) {
		char text[] = { 'a', (char)c, 'b', '\0' };
		struct buf b = buf_new(*state);
		struct json_object *value;

		json_put_text(&b, text);
		row_check(json_read(*state, b.v, b.len, &value), "%02x: %s is no JSON", (unsigned)c, b.v);
		row_check(same_text(json_object_get_string(value), text), "%02x: %s", (unsigned)c, b.v);
	}
}

static void text_beyond_ascii_comes_back(void **state)
{
	static const char text[] = "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xe2\x80\xa8\xe2\x80\xa9 \xef\xbb\xbf";
	struct buf b = buf_new(*state);
	struct json_object *value;

	json_put_text(&b, text);
	assert_true(json_read(*state, b.v, b.len, &value));
	assert_string_equal(json_object_get_string(value), text);
}

/* An answer is one line, whatever it holds. */
static void no_control_character_is_written_as_it_is(void **state)
{
	struct buf b = buf_new(*state);
	char text[32];

	for (int c = 0; c < 32; c++)
		text[c] = (char)c;
	json_put_textn(&b, text, sizeof text);
	for (size_t i = 0; i < b.len; i++)
		row_check((unsigned char)b.v[i] >= 0x20, "byte %zu", i);
}

static void quotes_and_backslashes_are_escaped(void **state)
{
	struct buf b = buf_new(*state);

	json_put_text(&b, "\"a\\\"</script>");
	assert_int_equal(b.v[0], '"');
	assert_int_equal(b.v[b.len - 1], '"');
	assert_non_null(strstr(b.v, "\\\"a\\\\\\\""));
}

static void a_length_ends_the_text(void **state)
{
	struct buf b = buf_new(*state);

	json_put_textn(&b, "abcdef", 3);
	json_put_textn(&b, "", 0);
	assert_string_equal(b.v, "\"abc\"\"\"");
}

static void values_are_printed_without_blanks(void **state)
{
	static const char text[] = " { \"a\" : [ 1 , 2.50 , \"x/y\" , null , true ] , \"b\" : { } } ";
	struct buf b = buf_new(*state);
	struct json_object *value;

	assert_true(json_read(*state, text, strlen(text), &value));
	json_put(&b, value);
	assert_string_equal(b.v, "{\"a\":[1,2.50,\"x/y\",null,true],\"b\":{}}");
}

static void nothing_is_null(void **state)
{
	struct buf b = buf_new(*state);

	json_put(&b, NULL);
	assert_string_equal(b.v, "null");
}

static void an_object_is_written_member_by_member(void **state)
{
	struct buf b = buf_new(*state);

	buf_char(&b, '{');
	json_put_member(&b, "error", "invalid_\"grant\"");
	json_put_member(&b, "left_out", NULL);
	json_put_number(&b, "expires_in", 3600);
	json_put_number(&b, "least", INT64_MIN);
	json_put_words(&b, "scopes", "read:knowledge write:knowledge");
	json_put_name(&b, "inner");
	buf_char(&b, '{');
	json_put_member(&b, "a", "{");
	json_put_member(&b, "b", "[");
	buf_text(&b, "}}");
	assert_string_equal(b.v,
	    "{\"error\":\"invalid_\\\"grant\\\"\",\"expires_in\":3600,\"least\":-9223372036854775808,"
	    "\"scopes\":[\"read:knowledge\",\"write:knowledge\"],\"inner\":{\"a\":\"{\",\"b\":\"[\"}}");
}

/* A member that was left out must not leave its comma. */
static void the_first_member_may_be_left_out(void **state)
{
	struct buf b = buf_new(*state);

	buf_char(&b, '{');
	json_put_member(&b, "a", NULL);
	json_put_member(&b, "b", "");
	buf_char(&b, '}');
	assert_string_equal(b.v, "{\"b\":\"\"}");
}

static void names_are_escaped(void **state)
{
	struct buf b = buf_new(*state);

	buf_char(&b, '{');
	json_put_number(&b, "a\"b", 1);
	assert_string_equal(b.v, "{\"a\\\"b\":1");
}

static void words_are_what_is_between_blanks(void **state)
{
	static const struct { const char *words, *want; } row[] = {
		{ "", "{\"w\":[]" }, { "   ", "{\"w\":[]" }, { "a", "{\"w\":[\"a\"]" },
		{ "  a   b ", "{\"w\":[\"a\",\"b\"]" },
		{ "a\"b c", "{\"w\":[\"a\\\"b\",\"c\"]" }, { "[ {", "{\"w\":[\"[\",\"{\"]" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct buf b = buf_new(*state);

		buf_char(&b, '{');
		json_put_words(&b, "w", row[i].words);
		row_check(same_text(b.v, row[i].want), "%s: %s", row[i].words, b.v);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_character_comes_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(text_beyond_ascii_comes_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_control_character_is_written_as_it_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(quotes_and_backslashes_are_escaped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_length_ends_the_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(values_are_printed_without_blanks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_is_null, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_object_is_written_member_by_member, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_first_member_may_be_left_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(names_are_escaped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(words_are_what_is_between_blanks, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
