/* SPDX-License-Identifier: ISC */
/* test_schema: what conforms, what does not and in which words, and which schemas are not taken at all. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "json.h"
#include "schema.h"

#define TEXT50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static struct json_object *parse(struct arena *a, const char *text)
{
	struct json_object *value;

	assert_true(json_read(a, text, strlen(text), &value));
	return value;
}

static const struct {
	const char *schema;
	const char *value;
	const char *wrong;	/* NULL: conforms */
} values[] = {
	{ "true", "1", NULL },
	{ "false", "1", "arguments is not allowed" },
	{ "{}", "null", NULL },

	{ "{\"type\":\"null\"}", "null", NULL },
	{ "{\"type\":\"null\"}", "0", "arguments must be null" },
	{ "{\"type\":\"boolean\"}", "false", NULL },
	{ "{\"type\":\"boolean\"}", "0", "arguments must be true or false" },
	{ "{\"type\":\"string\"}", "\"\"", NULL },
	{ "{\"type\":\"string\"}", "null", "arguments must be a string" },
	{ "{\"type\":\"array\"}", "[]", NULL },
	{ "{\"type\":\"array\"}", "{}", "arguments must be an array" },
	{ "{\"type\":\"object\"}", "{}", NULL },
	{ "{\"type\":\"object\"}", "[]", "arguments must be an object" },
	{ "{\"type\":\"number\"}", "1.5", NULL },
	{ "{\"type\":\"number\"}", "7", NULL },
	{ "{\"type\":\"number\"}", "\"7\"", "arguments must be a number" },
	{ "{\"type\":\"integer\"}", "7", NULL },
	{ "{\"type\":\"integer\"}", "7.0", NULL },
	{ "{\"type\":\"integer\"}", "1e3", NULL },
	{ "{\"type\":\"integer\"}", "1e300", NULL },
	{ "{\"type\":\"integer\"}", "-9007199254740993.0", NULL },
	{ "{\"type\":\"integer\"}", "7.5", "arguments must be an integer" },
	{ "{\"type\":\"integer\"}", "true", "arguments must be an integer" },
	{ "{\"type\":[\"string\",\"null\"]}", "null", NULL },
	{ "{\"type\":[\"string\",\"null\"]}", "\"x\"", NULL },
	{ "{\"type\":[\"string\",\"null\"]}", "1", "arguments must be a string or null" },

	{ "{\"enum\":[\"a\",1,null,{\"x\":[1]}]}", "\"a\"", NULL },
	{ "{\"enum\":[\"a\",1,null,{\"x\":[1]}]}", "1.0", NULL },
	{ "{\"enum\":[\"a\",1,null,{\"x\":[1]}]}", "null", NULL },
	{ "{\"enum\":[\"a\",1,null,{\"x\":[1]}]}", "{\"x\":[1.0]}", NULL },
	{ "{\"enum\":[\"a\",1,null,{\"x\":[1]}]}", "{\"x\":[1],\"y\":1}",
	    "arguments must be one of [\"a\",1,null,{\"x\":[1]}]" },
	{ "{\"enum\":[\"a\",1,null,{\"x\":[1]}]}", "true", "arguments must be one of [\"a\",1,null,{\"x\":[1]}]" },
	{ "{\"enum\":[\"a\",1,null,{\"x\":[1]}]}", "\"A\"", "arguments must be one of [\"a\",1,null,{\"x\":[1]}]" },
	{ "{\"enum\":[0]}", "false", "arguments must be one of [0]" },
	{ "{\"const\":null}", "null", NULL },
	{ "{\"const\":null}", "0", "arguments must be null" },
	{ "{\"const\":9223372036854775807}", "9223372036854775806", "arguments must be 9223372036854775807" },

	{ "{\"minimum\":1}", "1", NULL },
	{ "{\"minimum\":1}", "0.999", "arguments must be at least 1" },
	{ "{\"minimum\":1}", "\"0\"", NULL },
	{ "{\"maximum\":20}", "20.0", NULL },
	{ "{\"maximum\":20}", "21", "arguments must be at most 20" },
	{ "{\"maximum\":20}", "9223372036854775807", "arguments must be at most 20" },
	{ "{\"minimum\":-1}", "-9223372036854775808", "arguments must be at least -1" },

	{ "{\"minLength\":2}", "\"ab\"", NULL },
	{ "{\"minLength\":2}", "\"\xf0\x9f\x98\x80\"", "arguments must have at least 2 characters" },
	{ "{\"minLength\":1}", "\"\"", "arguments must have at least 1 character" },
	{ "{\"maxLength\":2}", "\"\xf0\x9f\x98\x80\xc3\xa9\"", NULL },
	{ "{\"maxLength\":2}", "\"abc\"", "arguments must have at most 2 characters" },
	{ "{\"maxLength\":2}", "[1,2,3]", NULL },

	{ "{\"minItems\":1}", "[]", "arguments must have at least 1 item" },
	{ "{\"maxItems\":2}", "[1,2]", NULL },
	{ "{\"maxItems\":2}", "[1,2,3]", "arguments must have at most 2 items" },
	{ "{\"items\":{\"type\":\"string\"}}", "[\"a\",1]", "arguments[1] must be a string" },
	{ "{\"items\":false}", "[]", NULL },
	{ "{\"items\":false}", "[0]", "arguments[0] is not allowed" },
	{ "{\"items\":{\"items\":{\"type\":\"string\"}}}", "[[],[\"a\",1]]", "arguments[1][1] must be a string" },
	{ "{\"uniqueItems\":true}", "[1,true,\"1\",[1],{\"a\":1},null]", NULL },
	{ "{\"uniqueItems\":true}", "[1,1.0]", "arguments must not have two equal items" },
	{ "{\"uniqueItems\":true}", "[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1}]", "arguments must not have two equal items" },
	{ "{\"uniqueItems\":false}", "[1,1]", NULL },

	{ "{\"required\":[\"q\"]}", "{\"q\":null}", NULL },
	{ "{\"required\":[\"q\"]}", "{}", "q is required" },
	{ "{\"required\":[\"q\"]}", "[]", NULL },
	{ "{\"properties\":{\"q\":{\"type\":\"string\"}}}", "{}", NULL },
	{ "{\"properties\":{\"q\":{\"type\":\"string\"}}}", "{\"q\":null}", "q must be a string" },
	{ "{\"properties\":{\"q\":{\"type\":\"string\"}}}", "{\"p\":1}", NULL },
	{ "{\"properties\":{\"q\":true},\"additionalProperties\":false}", "{\"q\":1}", NULL },
	{ "{\"properties\":{\"q\":true},\"additionalProperties\":false}", "{\"Q\":1}", "Q is not allowed" },
	{ "{\"additionalProperties\":false}", "{\"__proto__\":1}", "__proto__ is not allowed" },
	{ "{\"additionalProperties\":{\"type\":\"integer\"}}", "{\"a\":1,\"b\":\"x\"}", "b must be an integer" },
	{ "{\"properties\":{\"o\":{\"required\":[\"x\"],\"properties\":{\"x\":{\"items\":{\"maximum\":3}}}}}}",
	    "{\"o\":{\"x\":[1,4]}}", "o.x[1] must be at most 3" },
	{ "{\"properties\":{\"o\":{\"required\":[\"x\"]}}}", "{\"o\":{}}", "o.x is required" },

	/* names of the client's: short, and without control characters */
	{ "{\"additionalProperties\":false}", "{\"\\u001b[31m\\n\":1}", "?[31m? is not allowed" },
	{ "{\"additionalProperties\":false}", "{\"" TEXT50 TEXT50 "\":1}",
	    TEXT50 "aaaaaaaaaaaaaa... is not allowed" },
};

static void values_conform_or_are_told_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct arena *a = arena_new();
		struct json_object *schema = parse(a, values[i].schema);
		const char *wrong;

		print_message("%s %s\n", values[i].schema, values[i].value);
		assert_null(schema_refusal(a, schema));
		wrong = schema_check(a, schema, parse(a, values[i].value));
		if (!values[i].wrong)
			assert_null(wrong);
		else
			assert_string_equal(wrong, values[i].wrong);
		arena_drop(a);
	}
}

static const struct {
	const char *schema;
	const char *refusal;	/* NULL: can be enforced */
} schemas[] = {
	{ "{}", NULL },
	{ "true", NULL },
	{ "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":\"t\",\"description\":\"d\","
	    "\"default\":1,\"examples\":[1],\"deprecated\":true,\"$comment\":\"c\"}", NULL },
	{ "{\"minLength\":2.0}", NULL },
	{ "1", "a schema must be an object, true or false" },
	{ "null", "a schema must be an object, true or false" },
	{ "{\"$schema\":\"http://json-schema.org/draft-07/schema#\"}",
	    "$schema must be https://json-schema.org/draft/2020-12/schema" },
	{ "{\"pattern\":\"a\"}", "pattern is not supported" },
	{ "{\"format\":\"email\"}", "format is not supported" },
	{ "{\"$ref\":\"https://example.com/s\"}", "$ref is not supported" },
	{ "{\"$ref\":\"#/$defs/a\"}", "$ref is not supported" },
	{ "{\"anyOf\":[{}]}", "anyOf is not supported" },
	{ "{\"x-mcp-header\":\"Region\"}", "x-mcp-header is not supported" },
	{ "{\"Type\":\"string\"}", "Type is not supported" },
	{ "{\"properties\":{\"a\":{\"items\":{\"if\":{}}}}}", "if is not supported" },
	{ "{\"additionalProperties\":{\"not\":{}}}", "not is not supported" },
	{ "{\"type\":\"text\"}", "type must be the name of a type or an array of such names" },
	{ "{\"type\":[]}", "type must be the name of a type or an array of such names" },
	{ "{\"type\":[\"string\",\"text\"]}", "type must be the name of a type or an array of such names" },
	{ "{\"enum\":[]}", "enum must be an array with at least one item" },
	{ "{\"enum\":\"a\"}", "enum must be an array with at least one item" },
	{ "{\"minLength\":-1}", "minLength must be a whole number that is not negative" },
	{ "{\"maxItems\":1.5}", "maxItems must be a whole number that is not negative" },
	{ "{\"minimum\":\"1\"}", "minimum must be a number" },
	{ "{\"uniqueItems\":1}", "uniqueItems must be true or false" },
	{ "{\"required\":\"a\"}", "required must be an array of strings" },
	{ "{\"required\":[1]}", "required must be an array of strings" },
	{ "{\"properties\":[]}", "properties must be an object" },
	{ "{\"properties\":{\"a\":1}}", "a schema must be an object, true or false" },
	{ "{\"items\":[{}]}", "a schema must be an object, true or false" },
	{ "{\"title\":1}", "title must be a string" },
};

static void a_keyword_that_cannot_be_enforced_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
		struct arena *a = arena_new();
		const char *refusal = schema_refusal(a, parse(a, schemas[i].schema));

		print_message("%s\n", schemas[i].schema);
		if (!schemas[i].refusal)
			assert_null(refusal);
		else
			assert_string_equal(refusal, schemas[i].refusal);
		arena_drop(a);
	}
}

static void depth_and_work_are_bounded(void **state)
{
	struct arena *a = arena_new();
	struct buf schema = buf_new(a), list = buf_new(a);
	const char *wrong;

	(void)state;
	for (int i = 0; i < SCHEMA_DEPTH; i++)
		buf_text(&schema, "{\"items\":");
	buf_text(&schema, "{}");
	for (int i = 0; i < SCHEMA_DEPTH; i++)
		buf_char(&schema, '}');
	assert_string_equal(schema_refusal(a, parse(a, schema.v)), "the schema is nested too deeply");

	for (int i = 0; i <= SCHEMA_UNIQUE; i++)
		buf_printf(&list, "%c%d", i ? ',' : '[', i);
	buf_char(&list, ']');
	wrong = schema_check(a, parse(a, "{\"uniqueItems\":true}"), parse(a, list.v));
	assert_string_equal(wrong, "arguments has more than 256 items, too many to compare");
	arena_drop(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_conform_or_are_told_why),
		cmocka_unit_test(a_keyword_that_cannot_be_enforced_is_named),
		cmocka_unit_test(depth_and_work_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
