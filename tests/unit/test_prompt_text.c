/* SPDX-License-Identifier: ISC */
/* test_prompt_text: what a text becomes, and on which line it is wrong. */
#include "unit.h"

#include <json-c/json.h>

#include "arena.h"
#include "json.h"
#include "prompt_text.h"

static struct site_item item_new(void)
{
	return (struct site_item){ .arena = arena_new(), .name = "x.md" };
}

static const struct {
	const char *text, *values, *messages;	/* roles and texts */
} rows[] = {
	{ "Hello\n", "{}", "user:Hello|" },
	{ "\r\n\nHello  \r\n\r\n", "{}", "user:Hello|" },
	{ "---\nargument a: x\n---\n{{a}}{{ a }}", "{\"a\":\"1\"}", "user:11|" },
	{ "---\r\nargument a: x\r\n---\r\n<{{a}}>", "{}", "user:<>|" },
	{ "---\nargument a-b_1 (required): x: y\n---\n{{a-b_1}}", "{\"a-b_1\":\"{{a-b_1}}\"}", "user:{{a-b_1}}|" },
	{ "## assistant\nA\n## user\nB", "{}", "assistant:A|user:B|" },
	{ "T\n## user\n\n## assistant \nA", "{}", "user:T|assistant:A|" },
	{ "# user\n ## user\n## users", "{}", "user:# user\n ## user\n## users|" },
	{ "{{ }} {{}} {{a b}} {{ {", "{}", "user:{{ }} {{}} {{a b}} {{ {|" },
	{ "---\n---\n---\n", "{}", "user:---|" },
	{ "--- \nA", "{}", NULL },
	{ "----\nA", "{}", "user:----\nA|" },
};

static const struct {
	const char *text;
	int line;
} wrongs[] = {
	{ "", 1 }, { "\n\n", 1 }, { "---\n", 1 }, { "---\ntitle: x\n", 1 }, { "---\nx\n---\nA", 2 }, { "---\n\nx: y\n---\nA", 3 },
	{ "---\nargument : x\n---\nA", 2 }, { "---\nargument a\n---\nA", 2 }, { "---\nargument a: x\nargument a: y\n---\nA", 3 },
	{ "---\ncomplete a: x\n---\nA", 2 }, { "---\nscope: a\nscope: b\n---\nA", 3 }, { "{{a}}", 1 }, { "A\nB {{a}}", 2 },
	{ "A\n## user\n\nB\n{{a}}", 5 }, { "---\nargument b: x\n---\n\nA\n{{a}}", 6 },
};

static void test_fill(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct site_item item = item_new();
		struct prompt_head head;
		struct prompt_text *t = prompt_text_read(&item, rows[i].text, strlen(rows[i].text), &head);
		struct json_object *values, *list;
		struct buf got = buf_new(item.arena);

		row_check(!t == !rows[i].messages, "row %zu: %s", i, shown(item.wrong));
		assert_true(json_read(item.arena, rows[i].values, strlen(rows[i].values), &values));
		list = t ? json_get(prompt_text_fill(item.arena, t, values), "messages") : NULL;
		for (size_t k = 0; list && k < json_object_array_length(list); k++) {
			struct json_object *m = json_object_array_get_idx(list, k);

			buf_printf(&got, "%s:%s|", json_text(m, "role"), json_text(json_get(m, "content"), "text"));
		}
		row_check(!t || same_text(got.v, rows[i].messages), "row %zu: %s", i, got.v);
		arena_drop(item.arena);
	}
}

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(wrongs); i++) {
		struct site_item item = item_new();
		struct prompt_head head;

		row_check(!prompt_text_read(&item, wrongs[i].text, strlen(wrongs[i].text), &head), "row %zu was read", i);
		row_check(item.wrong && item.line == wrongs[i].line, "row %zu: line %d, %s", i, item.line, shown(item.wrong));
		arena_drop(item.arena);
	}
}

static void test_head(void **state)
{
	static const char text[] = "---\ntitle:  T \ndescription: D: d\nscope: a b\nargument x (required): X\nargument y:\ncomplete y: 1 , 2,,3\n---\nA";
	struct site_item item = item_new();
	struct prompt_head head;

	(void)state;
	assert_non_null(prompt_text_read(&item, text, sizeof text - 1, &head));
	assert_string_equal(json_object_to_json_string_ext(head.definition, JSON_C_TO_STRING_PLAIN), "{\"arguments\":[{\"name\":\"x\",\"description\":\"X\","
	    "\"required\":true},{\"name\":\"y\"}],\"title\":\"T\",\"description\":\"D: d\"}");
	assert_string_equal(head.scope, "a b");
	assert_string_equal(head.complete[0].name, "y");
	assert_int_equal(head.complete[0].values, 3);
	assert_string_equal(head.complete[0].value[1], "2");
	assert_null(head.complete[1].name);
	arena_drop(item.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_fill), cmocka_unit_test(test_wrong), cmocka_unit_test(test_head) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
