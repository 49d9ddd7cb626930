/* SPDX-License-Identifier: ISC */
/* test_schema_bound: schemas and values that are made to cost: what is too much is said, and said soon. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "json.h"
#include "schema.h"
#include "schema_pattern.h"
#include "utf8.h"

#define TOO_COMPLEX "arguments is too complex to check"

enum { PATIENCE = 10 };		/* seconds of processor time, under the sanitizers; what these bombs are made for is hours */

static struct json_object *parse(struct arena *a, const char *text)
{
	struct json_object *value;

	if (!json_read(a, text, strlen(text), &value))
		fail_msg("no JSON: %.200s", text);
	return value;
}

static double seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

/* The refusal, which has come soon, or NULL. */
static const char *refusal(struct arena *a, const char *schema)
{
	const char *wrong = NULL;
	double began = seconds();
	struct schema *s = schema_compile(a, parse(a, schema), NULL, &wrong);

	assert_true(seconds() - began < PATIENCE);
	schema_drop(s);
	return wrong;
}

/* What is said of the value, twice the same and soon. */
static const char *check(struct arena *a, const char *schema, const char *value)
{
	const char *wrong = NULL, *again;
	struct schema *s = schema_compile(a, parse(a, schema), NULL, &wrong);
	struct json_object *v = parse(a, value);
	double began = seconds();

	if (!s)
		fail_msg("%.200s: %s", schema, wrong);
	wrong = schema_check(a, s, v);
	again = schema_check(a, s, v);
	assert_true(seconds() - began < PATIENCE);
	assert_true(wrong == again || strcmp(wrong, again) == 0);
	schema_drop(s);
	return wrong;
}

static char *repeat(struct arena *a, const char *before, const char *each, size_t n, const char *after)
{
	struct buf b = buf_new(a);

	buf_text(&b, before);
	for (size_t i = 0; i < n; i++)
		buf_text(&b, each);
	buf_text(&b, after);
	return b.v;
}

static void a_schema_has_a_depth_and_a_size(void **state)
{
	struct arena *a = arena_new();
	struct json_object *deep = json_object_new_boolean(1), *outer;
	struct buf many = buf_new(a);
	const char *wrong;

	(void)state;
	for (int i = 0; i < SCHEMA_DEPTH; i++, deep = outer)
		json_object_object_add(outer = json_object_new_object(), "not", deep);
	assert_null(schema_compile(a, deep, NULL, &wrong));
	assert_memory_equal(wrong, "the schema is nested too deeply, at #/not/not", 45);
	json_object_put(deep);

	wrong = refusal(a, repeat(a, "{\"enum\":[0", ",0", SCHEMA_VALUES, "]}") );
	assert_string_equal(wrong, "the schema is too large");
	wrong = refusal(a, repeat(a, "{\"allOf\":[{}", ",{}", SCHEMA_NODES, "]}"));
	assert_memory_equal(wrong, "the schema has too many schemas in it, at #/allOf/", 49);

	buf_text(&many, "{\"allOf\":[{}");
	for (int i = 0; i <= SCHEMA_NAMES; i++)
		buf_printf(&many, ",{\"$anchor\":\"a%d\"}", i);
	buf_text(&many, "]}");
	assert_memory_equal(refusal(a, many.v), "$id and anchors are too many", 28);
	arena_drop(a);
}

/* A chain of references is as long as the run that it makes deep. */
static void references_do_not_make_it_endless(void **state)
{
	struct arena *a = arena_new();
	struct buf b = buf_new(a);

	(void)state;
	buf_text(&b, "{\"$ref\":\"#/$defs/d0\",\"$defs\":{");
	for (int i = 0; i < 2000; i++)
		buf_printf(&b, "\"d%d\":{\"$ref\":\"#/$defs/d%d\"},", i, i + 1);
	buf_text(&b, "\"d2000\":true}}");
	assert_string_equal(refusal(a, b.v), "$ref leads through too many schemas");
	assert_string_equal(check(a, "{\"$dynamicAnchor\":\"a\",\"$dynamicRef\":\"#a\"}", "1"), TOO_COMPLEX);
	assert_string_equal(check(a, "{\"$dynamicAnchor\":\"a\",\"not\":{\"$dynamicRef\":\"#a\"}}", "1"), TOO_COMPLEX);
	arena_drop(a);
}

/* Each schema asks the next one twice: 2 to the power of 40 questions about one number. */
static const char *doubling(struct arena *a, const char *keyword, const char *end)
{
	struct buf b = buf_new(a);

	buf_printf(&b, "{\"$ref\":\"#/$defs/d0\",\"$defs\":{");
	for (int i = 0; i < 40; i++)
		buf_printf(&b, "\"d%d\":{\"%s\":[{\"$ref\":\"#/$defs/d%d\"},{\"$ref\":\"#/$defs/d%d\"}]},", i, keyword, i + 1, i + 1);
	buf_printf(&b, "\"d40\":%s}}", end);
	return b.v;
}

static void composition_bombs_end(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_string_equal(check(a, doubling(a, "allOf", "true"), "1"), TOO_COMPLEX);
	assert_string_equal(check(a, doubling(a, "anyOf", "false"), "1"), TOO_COMPLEX);
	assert_string_equal(check(a, doubling(a, "oneOf", "true"), "1"), TOO_COMPLEX);
	assert_string_equal(check(a, doubling(a, "oneOf", "{\"type\":\"string\"}"), "1"), TOO_COMPLEX);
	assert_null(check(a, doubling(a, "anyOf", "true"), "1"));
	arena_drop(a);
}

static void large_values_end(void **state)
{
	struct arena *a = arena_new();
	char *list = repeat(a, "[[0]", ",[0]", 20000, "]"), *same, *deep;
	struct buf members = buf_new(a);

	(void)state;
	assert_null(check(a, "{\"items\":{\"items\":{\"type\":\"integer\"}},\"unevaluatedItems\":false}", list));
	assert_string_equal(check(a, "{\"contains\":{\"anyOf\":[{\"maxItems\":0},{\"contains\":{\"enum\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,"
	    "16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48]}}]}}", list),
	    TOO_COMPLEX);
	assert_string_equal(check(a, "{\"uniqueItems\":true}", repeat(a, "[0", ",0", SCHEMA_UNIQUE, "]")),
	    "arguments has more than 256 items, too many to compare");
	same = repeat(a, "[0", ",0", 180, "");
	deep = repeat(a, "[", arena_printf(a, "%s],", same), 250, "[]]");
	assert_string_equal(check(a, "{\"uniqueItems\":true}", deep), "arguments must not have two equal items");

	/* a set of what has been looked at, for each of many schemas, and an object of many members */
	buf_text(&members, "{\"m\":0");
	for (int i = 0; i < 40000; i++)
		buf_printf(&members, ",\"m%d\":0", i);
	buf_char(&members, '}');
	assert_string_equal(check(a, repeat(a, "{\"unevaluatedProperties\":true,\"allOf\":[{}", ",{}", 3000, "]}"), members.v), TOO_COMPLEX);
	arena_drop(a);
}

/* One step is a small piece of work, however long the strings and the lists are that it is about. */
static void a_step_is_small(void **state)
{
	struct arena *a = arena_new();
	char *text = repeat(a, "\"", "long", 250000, "\""), *types;
	struct buf needs = buf_new(a);

	(void)state;
	assert_string_equal(check(a, doubling(a, "oneOf", arena_printf(a, "{\"const\":%s}", text)), text), TOO_COMPLEX);
	assert_string_equal(check(a, doubling(a, "oneOf", "{\"properties\":{\"x\":true},\"additionalProperties\":false}"),
	    arena_printf(a, "{%s:1}", text)), TOO_COMPLEX);
	types = repeat(a, "{\"type\":[\"string\"", ",\"string\"", 9000, "]}");
	assert_string_equal(check(a, doubling(a, "anyOf", types), "1"), TOO_COMPLEX);
	buf_text(&needs, "{\"minProperties\":2,\"dependentRequired\":{\"x\":[]");
	for (int i = 0; i < 9000; i++)
		buf_printf(&needs, ",\"m%d\":[]", i);
	buf_text(&needs, "}}");
	assert_string_equal(check(a, doubling(a, "oneOf", needs.v), "{\"y\":1,\"z\":2}"), TOO_COMPLEX);
	arena_drop(a);
}

/* What was not looked at is neither right nor wrong: `not` must not make the one of the other. */
static void what_is_too_much_is_never_good(void **state)
{
	struct arena *a = arena_new();
	struct buf list = buf_new(a);

	(void)state;
	for (int i = 0; i <= SCHEMA_UNIQUE; i++)
		buf_printf(&list, "%c%d", i ? ',' : '[', i);
	buf_char(&list, ']');
	assert_string_equal(check(a, "{\"not\":{\"uniqueItems\":true}}", list.v), TOO_COMPLEX);
	assert_string_equal(check(a, "{\"if\":{\"uniqueItems\":true},\"then\":false}", list.v), TOO_COMPLEX);
	assert_string_equal(check(a, arena_printf(a, "{\"not\":{\"$id\":\"urn:x\",%s}", doubling(a, "allOf", "true") + 1), "1"), TOO_COMPLEX);
	assert_string_equal(check(a, "{\"not\":{\"pattern\":\"^(a+)+$\"}}", repeat(a, "\"", "a", 40, "!\"")), TOO_COMPLEX);
	arena_drop(a);
}

static void a_place_is_short(void **state)
{
	struct arena *a = arena_new();
	struct buf b = buf_new(a);
	const char *wrong;

	(void)state;
	for (int i = 0; i < 20; i++)
		buf_printf(&b, "{\"properties\":{%s:", repeat(a, "\"", "n\xc3\xa9", 5000, "\""));
	buf_text(&b, "1");
	for (int i = 0; i < 20; i++)
		buf_text(&b, "}}");
	wrong = refusal(a, b.v);
	assert_memory_equal(wrong, "a schema must be an object, true or false, at #/properties/n\xc3\xa9", 62);
	assert_in_range(strlen(wrong), 200, 600);
	assert_true(utf8_is(wrong, strlen(wrong)));
	arena_drop(a);
}

static const struct {
	const char *pattern, *before, *each;
	size_t n;
	const char *after;
} redos[] = {
	{ "^(a+)+$", "", "a", 40, "!" },
	{ "^(a|a)*$", "", "a", 40, "!" },
	{ "^(a|aa)+$", "", "a", 100, "!" },
	{ "(.*a){20}$", "", "a", 60, "!" },
	{ "^(([a-z])+.)+[A-Z]([a-z])+$", "", "a", 60, "" },
	{ "a*b", "", "a", 200000, "c b" },
	{ "a*[bc]", "", "a", 200000, "" },
	{ "(?=a*)[bc]", "", "a", 200000, "" },
	{ "(?=.*x)[bc]", "", "a", 200000, "" },
	{ "[^x]*x", "", "a", 200000, "" },
	{ "^(a*)\\\\1\\\\1b", "", "a", 200000, "b" },
	{ "^(?:a|b)*$", "", "ab", 2000000, "c" },
	{ "\\\\s+$", "", " ", 200000, "x" },
};

/* Regular expressions that go back and forth, or look at a long text from every character of it. */
static void patterns_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof redos / sizeof *redos; i++) {
		struct arena *a = arena_new();
		char *text = repeat(a, redos[i].before, redos[i].each, redos[i].n, redos[i].after);
		const char *wrong;

		print_message("%s\n", redos[i].pattern);
		wrong = check(a, arena_printf(a, "{\"pattern\":\"%s\"}", redos[i].pattern), arena_printf(a, "\"%s\"", text));
		assert_true(!wrong || strcmp(wrong, TOO_COMPLEX) == 0 || strncmp(wrong, "arguments must match", 20) == 0);
		arena_drop(a);
	}
}

static void honest_patterns_have_room(void **state)
{
	struct arena *a = arena_new();
	char *text = repeat(a, "\"", "words and more words, ", 5000, "end\"");

	(void)state;
	assert_null(check(a, "{\"pattern\":\"^[^\\\\u0000-\\\\u001f]*$\"}", text));
	assert_null(check(a, "{\"pattern\":\"end$\"}", text));
	assert_null(check(a, "{\"pattern\":\"^(?=.*words)(?=.*end).{8,}$\"}", text));
	assert_null(check(a, "{\"pattern\":\"^(?:[a-z]+[, ]*)+$\"}", text));
	arena_drop(a);
}

/* A backreference runs over text without saying so. */
static void backreferences_see_short_texts_only(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_null(check(a, "{\"pattern\":\"^(a)\\\\1\"}", repeat(a, "\"", "a", SCHEMA_PATTERN_TEXT, "\"")));
	assert_string_equal(check(a, "{\"pattern\":\"^(a)\\\\1\"}", repeat(a, "\"", "a", SCHEMA_PATTERN_TEXT + 1, "\"")), TOO_COMPLEX);
	arena_drop(a);
}

static void patterns_have_a_size(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_string_equal(refusal(a, repeat(a, "{\"pattern\":\"", "a", SCHEMA_PATTERN_SIZE + 1, "\"}")),
	    "pattern has a pattern that cannot be enforced: it is too long");
	assert_non_null(refusal(a, repeat(a, "{\"pattern\":\"", "(", 2000, "\"}")));
	assert_non_null(refusal(a, "{\"pattern\":\"(((a{1,1000}){1,1000}){1,1000}){1,1000}\"}"));
	arena_drop(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_schema_has_a_depth_and_a_size),
		cmocka_unit_test(references_do_not_make_it_endless),
		cmocka_unit_test(composition_bombs_end),
		cmocka_unit_test(large_values_end),
		cmocka_unit_test(a_step_is_small),
		cmocka_unit_test(what_is_too_much_is_never_good),
		cmocka_unit_test(a_place_is_short),
		cmocka_unit_test(patterns_end),
		cmocka_unit_test(honest_patterns_have_room),
		cmocka_unit_test(backreferences_see_short_texts_only),
		cmocka_unit_test(patterns_have_a_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
