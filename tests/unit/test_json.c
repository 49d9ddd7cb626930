/* SPDX-License-Identifier: ISC */
/*
 * test_json: the examples of RFC 8259 section 13, what the grammar forbids (after the n_ cases of the JSON
 * parsing test suite), and what is forbidden beyond the grammar because it would be lost or changed:
 * duplicate names, NUL, lone surrogates, numbers that no variable holds, depth.
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

static struct json_object *parsed(struct arena *a, const char *text)
{
	struct json_object *value;

	row_check(json_read(a, text, strlen(text), &value), "%s is refused", text);
	return value;
}

static const char *printed(struct arena *a, struct json_object *value)
{
	struct buf b = buf_new(a);

	json_put(&b, value);
	return b.v;
}

static const char image[] =
    "{\n        \"Image\": {\n            \"Width\":  800,\n            \"Height\": 600,\n"
    "            \"Title\":  \"View from 15th Floor\",\n            \"Thumbnail\": {\n"
    "                \"Url\":    \"http://www.example.com/image/481989943\",\n"
    "                \"Height\": 125,\n"
    "                \"Width\":  100\n            },\n            \"Animated\" : false,\n"
    "            \"IDs\": [116, 943, 234, 38793]\n          }\n      }\n";

static void the_image_of_the_rfc_is_read(void **state)
{
	struct json_object *o = json_get(parsed(*state, image), "Image"), *thumbnail = json_get(o, "Thumbnail");

	assert_int_equal(json_object_get_int(json_get(o, "Width")), 800);
	assert_string_equal(json_text(o, "Title"), "View from 15th Floor");
	assert_string_equal(json_text(thumbnail, "Url"), "http://www.example.com/image/481989943");
	assert_false(json_object_get_boolean(json_get(o, "Animated")));
	assert_int_equal(json_object_array_length(json_get(o, "IDs")), 4);
	assert_int_equal(json_object_get_int(json_object_array_get_idx(json_get(o, "IDs"), 3)), 38793);
}

static void the_array_of_the_rfc_is_read(void **state)
{
	struct json_object *list = parsed(*state,
	    "[ { \"precision\": \"zip\", \"Latitude\": 37.7668, \"Longitude\": -122.3959, \"Address\": \"\","
	    "\"City\": \"SAN FRANCISCO\", \"State\": \"CA\", \"Zip\": \"94107\", \"Country\": \"US\" },"
	    "{ \"precision\": \"zip\", \"Latitude\": 37.371991, \"Longitude\": -122.026020, \"Address\": \"\","
	    "\"City\": \"SUNNYVALE\", \"State\": \"CA\", \"Zip\": \"94085\", \"Country\": \"US\" } ]");
	struct json_object *last;

	assert_int_equal(json_object_array_length(list), 2);
	last = json_object_array_get_idx(list, 1);
	assert_string_equal(json_text(last, "City"), "SUNNYVALE");
	assert_string_equal(json_text(last, "Address"), "");
	assert_true(json_object_get_double(json_get(last, "Longitude")) == -122.026020);
}

static const struct {
	const char *text;
	enum json_type type;
	const char *out;
} good[] = {
	/* the three small texts of RFC 8259 section 13 */
	{ "\"Hello world!\"", json_type_string, "\"Hello world!\"" }, { "42", json_type_int, "42" },
	{ "true", json_type_boolean, "true" }, { "false", json_type_boolean, "false" },
	{ "null", json_type_null, "null" }, { " \t\r\n null \t\r\n ", json_type_null, "null" },
	{ "{}", json_type_object, "{}" }, { "[]", json_type_array, "[]" }, { " [ ] ", json_type_array, "[]" },
	{ "[ { } , [ ] , null ]", json_type_array, "[{},[],null]" },
	{ "{ \"a\" : { \"a\" : 1 } , \"b\" : [ { \"a\" : 2 } , { \"a\" : 3 } ] }", json_type_object,
	  "{\"a\":{\"a\":1},\"b\":[{\"a\":2},{\"a\":3}]}" },
	{ "{\"\":0}", json_type_object, "{\"\":0}" }, { "{\"a\":1,\"A\":2}", json_type_object, "{\"a\":1,\"A\":2}" },
	{ "\"\"", json_type_string, "\"\"" },
	{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", json_type_string, "\"\\\"\\\\/\\b\\f\\n\\r\\t\"" },
	{ "\"\\u0041\\u00e9\\u20AC\"", json_type_string, "\"A\xc3\xa9\xe2\x82\xac\"" },
	{ "\"\\ud83d\\ude00 \\uD834\\uDD1E\"", json_type_string, "\"\xf0\x9f\x98\x80 \xf0\x9d\x84\x9e\"" },
	{ "\"\\uFFFF\\uFFFE\\uE000\\ud7ff\"", json_type_string,
	  "\"\xef\xbf\xbf\xef\xbf\xbe\xee\x80\x80\xed\x9f\xbf\"" },
	{ "\"\xf4\x8f\xbf\xbf\x7f\"", json_type_string, "\"\xf4\x8f\xbf\xbf\x7f\"" },
	{ "\"// no /* comment */\"", json_type_string, "\"// no /* comment */\"" }, { "0", json_type_int, "0" },
	{ "-1", json_type_int, "-1" }, { "9223372036854775807", json_type_int, "9223372036854775807" },
	{ "-9223372036854775808", json_type_int, "-9223372036854775808" },
	{ "9007199254740993", json_type_int, "9007199254740993" }, { "0.5", json_type_double, "0.5" },
	{ "-0.0", json_type_double, "-0.0" }, { "1e5", json_type_double, "1e5" },
	{ "1E+2", json_type_double, "1E+2" }, { "12.50e-10", json_type_double, "12.50e-10" },
	{ "1.7976931348623157e308", json_type_double, "1.7976931348623157e308" },
};

static void what_is_json_is_read(void **state)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		struct json_object *value = parsed(*state, good[i].text);

		row_check(json_object_is_type(value, good[i].type), "%s: type", good[i].text);
		row_check(same_text(printed(*state, value), good[i].out), "%s: %s", good[i].text, printed(*state, value));
	}
}

/* What we have printed is read again and printed the same. */
static void what_is_printed_can_be_read(void **state)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		struct json_object *value = parsed(*state, good[i].text), *again = parsed(*state, printed(*state, value));

		row_check(json_object_equal(value, again), "%s", good[i].text);
		row_check(same_text(printed(*state, again), good[i].out), "%s", good[i].text);
	}
}

static void null_is_a_value_of_its_own(void **state)
{
	struct json_object *value = (struct json_object *)*state;

	assert_true(json_read(*state, "null", 4, &value));
	assert_null(value);
}

static const struct {
	const char *what, *text;
	size_t n;		/* 0: strlen() */
} bad[] = {
	{ "nothing", "", 0 }, { "blanks", " \t\r\n", 0 }, { "only a comma", ",", 0 }, { "a word", "x", 0 },
	/* literals */
	{ "True", "True", 0 }, { "nul", "nul", 0 }, { "nulls", "nulls", 0 }, { "NULL", "NULL", 0 },
	{ "tru", "[tru]", 0 }, { "undefined", "undefined", 0 },
	/* behind the value */
	{ "two values", "1 2", 0 }, { "two objects", "{}{}", 0 }, { "}x", "{\"a\":1}x", 0 }, { "bracket", "[]]", 0 },
	{ "comma behind", "[],", 0 }, { "comment behind", "{} // x", 0 }, { "comment before", "/* x */{}", 0 },
	{ "hash comment", "{} # x", 0 }, { "NUL behind", "{}\0", 3 }, { "NUL and more behind", "{}\0{}", 5 },
	{ "NUL before", "\0{}", 3 }, { "NUL alone", "\0", 1 }, { "NUL between", "[1,\0 2]", 7 },
	{ "byte order mark", "\xef\xbb\xbf{}", 0 }, { "UTF-16", "\xff\xfe{\0}\0", 6 },
	/* structure */
	{ "open object", "{", 0 }, { "open array", "[", 0 }, { "closed only", "]", 0 }, { "crossed", "[}", 0 },
	{ "open string", "\"abc", 0 }, { "open in name", "{\"a", 0 }, { "no value", "{\"a\"}", 0 },
	{ "no colon", "{\"a\" 1}", 0 },
	{ "no member", "{,}", 0 }, { "trailing comma in object", "{\"a\":1,}", 0 }, { "trailing comma", "[1,]", 0 },
	{ "leading comma", "[,1]", 0 }, { "two commas", "[1,,2]", 0 }, { "no comma", "[1 2]", 0 },
	{ "two colons", "{\"a\"::1}", 0 },
	{ "name without quotes", "{a:1}", 0 }, { "name in single quotes", "{'a':1}", 0 },
	{ "name is a number", "{1:1}", 0 },
	{ "string in single quotes", "'a'", 0 }, { "colon in array", "[\"a\":1]", 0 }, { "ends in a list", "[1", 0 },
	{ "semicolon", "[1;2]", 0 },
	/* blanks that are none */
	{ "vertical tab", "[\v]", 0 }, { "form feed", "\f[]", 0 }, { "no-break space", "\xc2\xa0[]", 0 },
	{ "line separator", "[]\xe2\x80\xa8", 0 },
	/* numbers */
	{ "01", "01", 0 }, { "-01", "-01", 0 }, { "00", "[00]", 0 }, { "+1", "+1", 0 }, { "-", "-", 0 },
	{ "--1", "--1", 0 },
	{ ".5", ".5", 0 }, { "5.", "5.", 0 }, { "-.5", "-.5", 0 }, { "1.e1", "1.e1", 0 }, { "1e", "1e", 0 },
	{ "1e+", "1e+", 0 },
	{ "1eE2", "1eE2", 0 }, { "0e", "0e", 0 }, { "0x10", "0x10", 0 }, { "1_000", "1_000", 0 },
	{ "1 000", "1 000", 0 },
	{ "NaN", "NaN", 0 }, { "-NaN", "-NaN", 0 }, { "Infinity", "Infinity", 0 }, { "-Infinity", "[-Infinity]", 0 },
	{ "inf", "inf", 0 }, { "nan", "[nan]", 0 }, { "full-width digit", "\xef\xbc\x91", 0 },
	{ "1.2.3", "1.2.3", 0 },
	/* numbers that no variable holds */
	{ "2^63", "9223372036854775808", 0 }, { "-2^63 - 1", "-9223372036854775809", 0 },
	{ "2^64", "18446744073709551616", 0 },
	{ "a long integer", "[123456789012345678901234567890]", 0 }, { "1e309", "1e309", 0 },
	{ "-1e309", "-1e309", 0 }, { "1e999999", "{\"a\":1e999999}", 0 }, { "just beyond a double", "1.8e308", 0 },
	/* strings */
	{ "tab", "\"a\tb\"", 0 }, { "line feed", "\"a\nb\"", 0 }, { "0x01", "\"\x01\"", 0 },
	{ "0x1f", "\"\x1f\"", 0 },
	{ "NUL", "\"a\0b\"", 5 }, { "NUL in a name", "{\"a\0b\":1}", 9 }, { "\\u0000", "\"\\u0000\"", 0 },
	{ "\\u0000 in a name", "{\"method\\u0000x\":1}", 0 }, { "\\x41", "\"\\x41\"", 0 }, { "\\a", "\"\\a\"", 0 },
	{ "\\'", "\"\\'\"", 0 }, { "\\0", "\"\\0\"", 0 }, { "\\ and NUL", "\"\\\0\"", 4 },
	{ "\\U", "\"\\U0041\"", 0 },
	{ "\\ at the end", "\"\\", 0 }, { "\\\" at the end", "\"\\\"", 0 }, { "\\u cut", "\"\\u004", 0 },
	{ "\\u004\"", "\"\\u004\"", 0 },
	{ "\\u00g0", "\"\\u00g0\"", 0 }, { "\\u+041", "\"\\u+041\"", 0 }, { "\\u 041", "\"\\u 041\"", 0 },
	/* surrogates */
	{ "high alone", "\"\\ud800\"", 0 }, { "high and text", "\"\\ud83dx\"", 0 },
	{ "low alone", "\"\\ude00\"", 0 },
	{ "low, high", "\"\\ude00\\ud83d\"", 0 }, { "high, high", "\"\\ud83d\\ud83d\"", 0 },
	{ "high, A", "\"\\ud83d\\u0041\"", 0 },
	{ "high, \\n", "\"\\ud83d\\n\"", 0 }, { "high, cut", "\"\\ud83d\\ude0\"", 0 },
	{ "alone in a name", "{\"\\udc00\":1}", 0 },
	{ "last high", "\"\\uDBFF\"", 0 }, { "last low", "\"\\uDFFF\"", 0 },
	/* UTF-8 */
	{ "0xff", "\"\xff\"", 0 }, { "Latin-1", "\"caf\xe9\"", 0 }, { "overlong", "\"\xc0\xaf\"", 0 },
	{ "overlong NUL", "\"\xc0\x80\"", 0 },
	{ "CESU-8", "\"\xed\xa0\xbd\xed\xb8\x80\"", 0 }, { "U+110000", "\"\xf4\x90\x80\x80\"", 0 },
	{ "cut", "\"\xe2\x82\"", 0 }, { "invalid in a name", "{\"\xff\":1}", 0 }, { "invalid outside", "[\xff]", 0 },
};

static void what_is_no_json_is_refused(void **state)
{
	for (size_t i = 0; i < COUNT(bad); i++) {
		size_t n = bad[i].n ? bad[i].n : strlen(bad[i].text);
		struct json_object *value;
		bool duplicate = true;

		row_check(!json_read(*state, bad[i].text, n, &value), "%s is read", bad[i].what);
		row_check(!json_read_strict(*state, bad[i].text, n, &value, &duplicate), "%s is read", bad[i].what);
		row_check(!duplicate, "%s counts as a duplicate", bad[i].what);
	}
}

static const char *const duplicates[] = {
	"{\"a\":1,\"a\":1}", "{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":null,\"a\":1}", "{\"a\":1,\"a\":null}",
	"{\"\":1,\"\":2}", "{\"a\":1,\"\\u0061\":2}", "{\"\\u00e9\":1,\"\xc3\xa9\":2}", "{\"a\\/b\":1,\"a/b\":2}",
	"[{\"a\":1,\"a\":2}]", "{\"x\":{\"a\":1,\"a\":2}}", "{\"x\":[[{\"y\":{\"a\":1,\"b\":[],\"a\":{}}}]]}",
	"{\"a\":{\"b\":1,\"c\":2},\"a\":{\"b\":3}}", "{\"a\":[{\"b\":1}],\"a\":[]}",
};

static void a_name_that_occurs_twice_is_told_apart(void **state)
{
	for (size_t i = 0; i < COUNT(duplicates); i++) {
		struct json_object *value;
		bool duplicate = false;

		row_check(!json_read(*state, duplicates[i], strlen(duplicates[i]), &value), "%s is read", duplicates[i]);
		row_check(!json_read_strict(*state, duplicates[i], strlen(duplicates[i]), &value, &duplicate), "%s is read",
		    duplicates[i]);
		row_check(duplicate, "%s is no duplicate", duplicates[i]);
	}
}

static void a_good_text_has_no_duplicates(void **state)
{
	struct json_object *value;
	bool duplicate = true;

	assert_true(json_read_strict(*state, image, strlen(image), &value, &duplicate));
	assert_false(duplicate);
	assert_non_null(value);
}

/* depth times the opening, something inside, and all closed again. */
static bool is_read(struct arena *a, int depth, const char *open, const char *inside, const char *close)
{
	struct buf b = buf_new(a);
	struct json_object *value;

	for (int i = 0; i < depth; i++)
		buf_text(&b, open);
	buf_text(&b, inside);
	for (int i = 0; i < depth; i++)
		buf_text(&b, close);
	return json_read(a, b.v, b.len, &value);
}

static void depth_has_an_edge(void **state)
{
	static const struct { const char *open, *inside, *close; } row[] = {
		{ "[", "", "]" }, { "[", "1", "]" }, { "[", "\"x\"", "]" }, { "{\"a\":", "1", "}" },
		{ "{\"a\":", "null", "}" }, { " [ ", "", " ] " },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		row_check(is_read(*state, JSON_DEPTH, row[i].open, row[i].inside, row[i].close), "%zu: refused at the edge",
		    i);
		row_check(!is_read(*state, JSON_DEPTH + 1, row[i].open, row[i].inside, row[i].close), "%zu: read beyond",
		    i);
	}
	assert_true(is_read(*state, JSON_DEPTH / 2, "[{\"a\":", "1", "}]"));
	assert_false(is_read(*state, JSON_DEPTH / 2, "[{\"a\":", "[]", "}]"));
}

/* The stack is not the limit. */
static void a_million_brackets_are_refused(void **state)
{
	assert_false(is_read(*state, 1000000, "[", "", "]"));
	assert_false(is_read(*state, 1000000, "{\"a\":", "1", ""));
	assert_false(is_read(*state, 1000000, "[", "", ""));
}

/* The array and n - 1 numbers in it. */
static bool are_read(struct arena *a, int n)
{
	struct buf b = buf_new(a);
	struct json_object *value;

	buf_text(&b, "[0");
	for (int i = 2; i < n; i++)
		buf_text(&b, ",0");
	buf_char(&b, ']');
	return json_read(a, b.v, b.len, &value);
}

static void the_number_of_values_has_an_edge(void **state)
{
	assert_true(are_read(*state, JSON_VALUES));
	assert_false(are_read(*state, JSON_VALUES + 1));
}

static void many_side_by_side_are_fine(void **state)
{
	struct buf b = buf_new(*state);

	buf_char(&b, '[');
	for (int i = 0; i < 5000; i++)
		buf_text(&b, "[{\"a\":[]}],");
	buf_text(&b, "0]");
	assert_int_equal(json_object_array_length(parsed(*state, b.v)), 5001);
}

static void nothing_is_read_behind_the_length(void **state)
{
	struct json_object *value;
	char *text = malloc(3);

	assert_non_null(text);
	memcpy(text, "[1]", 3);
	assert_true(json_read(*state, text, 3, &value));
	assert_false(json_read(*state, text, 2, &value));
	memcpy(text, "123", 3);
	assert_true(json_read(*state, text, 3, &value));
	assert_int_equal(json_object_get_int(value), 123);
	assert_true(json_read(*state, text, 2, &value));
	assert_int_equal(json_object_get_int(value), 12);
	memcpy(text, "\"\\u", 3);
	assert_false(json_read(*state, text, 3, &value));
	memcpy(text, "tru", 3);
	assert_false(json_read(*state, text, 3, &value));
	free(text);
}

static void members_are_found_by_name(void **state)
{
	struct json_object *o = parsed(*state,
	    "{\"text\":\"x\",\"empty\":\"\",\"null\":null,\"number\":1,\"list\":[\"x\"]}");

	assert_string_equal(json_text(o, "text"), "x");
	assert_string_equal(json_text(o, "empty"), "");
	assert_null(json_text(o, "null"));
	assert_null(json_text(o, "number"));
	assert_null(json_text(o, "list"));
	assert_null(json_text(o, "absent"));
	assert_non_null(json_get(o, "number"));
	assert_null(json_get(o, "null"));
	assert_null(json_get(o, "absent"));
	assert_null(json_get(o, "TEXT"));
	assert_true(json_has(o, "null"));
	assert_true(json_has(o, "text"));
	assert_false(json_has(o, "absent"));
	assert_false(json_has(o, ""));
}

static void what_is_no_object_has_no_members(void **state)
{
	struct json_object *const row[] = {
		NULL, parsed(*state, "[\"a\"]"), parsed(*state, "\"a\""), parsed(*state, "1"), parsed(*state, "true"),
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		row_check(!json_get(row[i], "a"), "%zu", i);
		row_check(!json_has(row[i], "a"), "%zu", i);
		row_check(!json_text(row[i], "a"), "%zu", i);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_image_of_the_rfc_is_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_array_of_the_rfc_is_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_json_is_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_printed_can_be_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(null_is_a_value_of_its_own, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_json_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_name_that_occurs_twice_is_told_apart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_good_text_has_no_duplicates, set_up, tear_down),
		cmocka_unit_test_setup_teardown(depth_has_an_edge, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_million_brackets_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_number_of_values_has_an_edge, set_up, tear_down),
		cmocka_unit_test_setup_teardown(many_side_by_side_are_fine, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_is_read_behind_the_length, set_up, tear_down),
		cmocka_unit_test_setup_teardown(members_are_found_by_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_object_has_no_members, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
