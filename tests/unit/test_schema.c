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

static struct schema *compile(struct arena *a, const char *text)
{
	const char *wrong = NULL;
	struct schema *s = schema_compile(a, parse(a, text), NULL, &wrong);

	if (!s)
		fail_msg("%s: %s", text, wrong);
	return s;
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

	{ "{\"exclusiveMinimum\":1}", "1", "arguments must be more than 1" },
	{ "{\"exclusiveMinimum\":1}", "1.001", NULL },
	{ "{\"exclusiveMaximum\":9223372036854775807}", "9223372036854775806", NULL },
	{ "{\"exclusiveMaximum\":9223372036854775807}", "9223372036854775807",
	    "arguments must be less than 9223372036854775807" },
	{ "{\"multipleOf\":3}", "9223372036854775806", NULL },
	{ "{\"multipleOf\":3}", "9223372036854775807", "arguments must be a multiple of 3" },
	{ "{\"multipleOf\":0.01}", "19.99", NULL },
	{ "{\"multipleOf\":0.01}", "-0.07", NULL },
	{ "{\"multipleOf\":0.01}", "0.075", "arguments must be a multiple of 0.01" },
	{ "{\"multipleOf\":1e300}", "7", "arguments must be a multiple of 1e300" },
	{ "{\"multipleOf\":1e-300}", "7e200", NULL },
	{ "{\"multipleOf\":2}", "0.1e-99999999999999999999", "arguments must be a multiple of 2" },
	{ "{\"multipleOf\":2}", "0e99999999999999999999", NULL },
	{ "{\"multipleOf\":0.5}", "123456789012345678901234567890.5", NULL },

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

	{ "{\"pattern\":\"^[a-z]+$\"}", "\"abc\"", NULL },
	{ "{\"pattern\":\"^[a-z]+$\"}", "\"abc\\n\"", "arguments must match the pattern ^[a-z]+$" },
	{ "{\"prefixItems\":[{\"type\":\"string\"}],\"items\":false}", "[\"a\"]", NULL },
	{ "{\"prefixItems\":[{\"type\":\"string\"}],\"items\":false}", "[\"a\",1]", "arguments[1] is not allowed" },
	{ "{\"contains\":{\"const\":1}}", "[2,1.0]", NULL },
	{ "{\"contains\":{\"const\":1}}", "[2]", "arguments must have at least 1 item of the form that is asked for" },
	{ "{\"contains\":{\"const\":1},\"minContains\":2}", "[1]",
	    "arguments must have at least 2 items of the form that is asked for" },
	{ "{\"contains\":{\"const\":1},\"maxContains\":1}", "[1,1]",
	    "arguments must have at most 1 item of the form that is asked for" },
	{ "{\"minProperties\":1}", "{}", "arguments must have at least 1 member" },
	{ "{\"maxProperties\":1}", "{\"a\":1,\"b\":2}", "arguments must have at most 1 member" },
	{ "{\"propertyNames\":{\"maxLength\":1}}", "{\"a\":1,\"bb\":2}", "bb has a name that is not allowed" },
	{ "{\"patternProperties\":{\"^n\":{\"type\":\"number\"}},\"additionalProperties\":false}", "{\"n1\":\"x\"}",
	    "n1 must be a number" },
	{ "{\"patternProperties\":{\"^n\":{\"type\":\"number\"}},\"additionalProperties\":false}", "{\"m\":1}",
	    "m is not allowed" },
	{ "{\"dependentRequired\":{\"a\":[\"b\"]}}", "{\"a\":1}", "b is required where there is a" },
	{ "{\"dependentSchemas\":{\"a\":{\"maxProperties\":1}}}", "{\"a\":1,\"b\":1}",
	    "arguments must have at most 1 member" },

	{ "{\"allOf\":[{\"minimum\":1},{\"maximum\":2}]}", "3", "arguments must be at most 2" },
	{ "{\"anyOf\":[{\"type\":\"string\"},{\"required\":[\"x\"]}]}", "{}",
	    "arguments fits none of the alternatives: arguments must be a string; or x is required" },
	{ "{\"properties\":{\"c\":{\"oneOf\":[{\"const\":\"#f00\",\"title\":\"Red\"},{\"const\":\"#0f0\"}]}}}", "{\"c\":1}",
	    "c fits none of the alternatives: c must be \"#f00\"; or c must be \"#0f0\"" },
	{ "{\"anyOf\":[{\"const\":1},{\"const\":2},{\"const\":3},{\"const\":4}]}", "5",
	    "arguments fits none of the 4 alternatives" },
	{ "{\"anyOf\":[{\"anyOf\":[false]},false]}", "5", "arguments fits none of the alternatives: "
	    "arguments does not have the form that is asked for; or arguments is not allowed" },
	{ "{\"oneOf\":[{\"minimum\":1},{\"maximum\":9}]}", "5",
	    "arguments fits more than one of the alternatives, and must fit exactly one" },
	{ "{\"not\":{\"type\":\"string\"}}", "\"\"", "arguments has a form that is not allowed" },
	{ "{\"if\":{\"type\":\"string\"},\"then\":{\"minLength\":1},\"else\":{\"minimum\":1}}", "\"\"",
	    "arguments must have at least 1 character" },
	{ "{\"if\":{\"type\":\"string\"},\"then\":{\"minLength\":1},\"else\":{\"minimum\":1}}", "0",
	    "arguments must be at least 1" },
	{ "{\"properties\":{\"a\":true},\"unevaluatedProperties\":false}", "{\"a\":1,\"b\":1}", "b is not allowed" },
	{ "{\"allOf\":[{\"properties\":{\"a\":true}}],\"unevaluatedProperties\":false}", "{\"a\":1}", NULL },
	{ "{\"anyOf\":[{\"prefixItems\":[{\"const\":1}]},true],\"unevaluatedItems\":false}", "[2]",
	    "arguments[0] is not allowed" },

	{ "{\"properties\":{\"a\":{\"$ref\":\"#/$defs/b\"}},\"$defs\":{\"b\":{\"type\":\"string\"}}}", "{\"a\":1}",
	    "a must be a string" },
	{ "{\"properties\":{\"a\":{\"$ref\":\"#b\"}},\"$defs\":{\"c\":{\"$anchor\":\"b\",\"maximum\":1}}}", "{\"a\":2}",
	    "a must be at most 1" },
	{ "{\"properties\":{\"next\":{\"$ref\":\"#\"},\"v\":{\"type\":\"integer\"}}}", "{\"next\":{\"next\":{\"v\":\"x\"}}}",
	    "next.next.v must be an integer" },
	{ "{\"$ref\":\"#/definitions/b\",\"definitions\":{\"b\":{\"type\":\"string\"}}}", "1", "arguments must be a string" },
	{ "{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"}", "{\"items\":{\"minimum\":\"1\"}}",
	    "items.minimum must be a number" },
	{ "{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"}", "{\"items\":{\"minimum\":1}}", NULL },

	/* annotations */
	{ "{\"format\":\"email\",\"contentEncoding\":\"base64\",\"x-mcp-header\":\"Region\"}", "\"x\"", NULL },
	{ "{\"enum\":[\"#f00\"],\"enumNames\":[\"Red\"],\"examples\":[]}", "\"#f00\"", NULL },
	{ "{\"MinLength\":{\"id\":7},\"nullable\":true,\"com.example/unit\":[{}]}", "\"\"", NULL },

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
		struct schema *schema = compile(a, values[i].schema);
		const char *wrong;

		print_message("%s %s\n", values[i].schema, values[i].value);
		wrong = schema_check(a, schema, parse(a, values[i].value));
		if (!values[i].wrong)
			assert_null(wrong);
		else
			assert_string_equal(wrong, values[i].wrong);
		schema_drop(schema);
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
	{ "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"items\":{\"$schema\":\"urn:x\"}}",
	    "$schema must be https://json-schema.org/draft/2020-12/schema, at #/items" },
	{ "{\"$ref\":\"https://example.com/s\"}", "$ref leads out of the schema, and nothing is fetched: https://example.com/s" },
	{ "{\"$ref\":\"file:///etc/passwd\"}", "$ref leads out of the schema, and nothing is fetched: file:///etc/passwd" },
	{ "{\"$id\":\"https://example.com/a/b\",\"items\":{\"$ref\":\"c\"}}",
	    "$ref leads out of the schema, and nothing is fetched: c, at #/items" },
	{ "{\"$id\":\"https://example.com/a/b\",\"items\":{\"$ref\":\"../c\"},\"$defs\":{\"c\":{\"$id\":\"/c\"}}}", NULL },
	{ "{\"$dynamicRef\":\"other.json#a\"}", "$dynamicRef leads out of the schema, and nothing is fetched: other.json#a" },
	{ "{\"$ref\":\"#/$defs/a\"}", "$ref leads to no schema: #/$defs/a" },
	{ "{\"$ref\":\"#a\"}", "$ref leads to no schema: #a" },
	{ "{\"items\":{\"$ref\":\"#/$defs/a~1b%25/01\"},\"$defs\":{\"a/b%\":{\"anyOf\":[true]}}}",
	    "$ref leads to no schema: #/$defs/a~1b%25/01, at #/items" },
	{ "{\"items\":{\"$ref\":\"#/$defs/a~1b%25/anyOf/0\"},\"$defs\":{\"a/b%\":{\"anyOf\":[true]}}}", NULL },
	{ "{\"$ref\":\"#/default\",\"default\":{\"minLength\":\"1\"}}",
	    "minLength must be a whole number that is not negative, at #/default" },
	{ "{\"$ref\":\"#/default\",\"default\":null}", "$ref leads to no schema: #/default" },
	{ "{\"$ref\":\"#\"}", "$ref # goes round in a circle" },
	{ "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"not\":{\"$ref\":\"#/$defs/b\"}},\"b\":{\"if\":{\"$ref\":\"#/$defs/a\"}}}}",
	    "$ref #/$defs/a goes round in a circle" },
	{ "{\"$ref\":7}", "$ref must be a string" },
	{ "{\"$id\":\"#a\"}", "$id must be an address without a fragment" },
	{ "{\"$defs\":{\"a\":{\"$id\":\"urn:x\"},\"b\":{\"$id\":\"urn:x\"}}}", "$id urn:x is there twice, at #/$defs/b" },
	{ "{\"$anchor\":\"a\",\"items\":{\"$anchor\":\"a\"}}", "$anchor a is there twice, at #/items" },
	{ "{\"$anchor\":\"1\"}", "$anchor must be a name of letters, digits, - . _" },
	{ "{\"$vocabulary\":1}", "$vocabulary must be an object" },

	{ "{\"pattern\":\"(\"}", "pattern has a pattern that cannot be enforced: missing closing parenthesis" },
	{ "{\"pattern\":\"\\\\Z\"}", "pattern has a pattern that cannot be enforced: \\Z is not supported" },
	{ "{\"items\":{\"patternProperties\":{\"(?i)a\":true}}}",
	    "patternProperties has a pattern that cannot be enforced: (?i is not supported, at #/items/patternProperties" },

	/* what older drafts called it */
	{ "{\"anyOf\":[{},{\"not\":{\"properties\":{\"a/b~\":{\"disallow\":\"string\"}}}}]}",
	    "disallow is not supported (in 2020-12: not), at #/anyOf/1/not/properties/a~1b~0" },
	{ "{\"divisibleBy\":2}", "divisibleBy is not supported (in 2020-12: multipleOf)" },
	{ "{\"extends\":{}}", "extends is not supported (in 2020-12: allOf)" },
	{ "{\"$recursiveAnchor\":true}", "$recursiveAnchor is not supported (in 2020-12: $dynamicAnchor)" },
	{ "{\"properties\":{\"id\":true,\"dependencies\":true},\"enum\":[{\"id\":1}],\"required\":[\"id\"]}", NULL },
	{ "{\"additionalItems\":false}", "additionalItems is not supported (in 2020-12: items beside prefixItems)" },
	{ "{\"dependencies\":{}}", "dependencies is not supported (in 2020-12: dependentRequired or dependentSchemas)" },
	{ "{\"$recursiveRef\":\"#\"}", "$recursiveRef is not supported (in 2020-12: $dynamicRef)" },
	{ "{\"id\":\"a\"}", "id is not supported (in 2020-12: $id)" },
	{ "{\"exclusiveMinimum\":true}", "exclusiveMinimum must be a number" },

	{ "{\"multipleOf\":0}", "multipleOf must be a number above 0" },
	{ "{\"allOf\":[]}", "allOf must be an array with at least one schema" },
	{ "{\"allOf\":{}}", "allOf must be an array with at least one schema" },
	{ "{\"dependentRequired\":{\"a\":\"b\"}}", "dependentRequired must be an object of arrays of strings" },
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
	{ "{\"properties\":{\"a\":1}}", "a schema must be an object, true or false, at #/properties/a" },
	{ "{\"not\":null}", "a schema must be an object, true or false, at #/not" },
	{ "{\"items\":[{}]}", "items must be a schema; what is an array of schemas is prefixItems" },
	{ "{\"title\":1}", "title must be a string" },
};

static void a_keyword_that_cannot_be_enforced_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
		struct arena *a = arena_new();
		const char *refusal = NULL;
		struct schema *s = schema_compile(a, parse(a, schemas[i].schema), NULL, &refusal);

		print_message("%s\n", schemas[i].schema);
		if (!schemas[i].refusal)
			assert_null(refusal);
		else
			assert_string_equal(refusal, schemas[i].refusal);
		assert_true(!s == !!schemas[i].refusal);
		schema_drop(s);
		arena_drop(a);
	}
}

/* A long-lived process keeps the schema, not the request that it came with. */
static void a_schema_outlives_the_request_that_compiled_it(void **state)
{
	struct arena *a = arena_new();
	struct schema *s = compile(a, "{\"properties\":{\"a\":{\"$ref\":\"#/$defs/b\"}},\"additionalProperties\":false,"
	    "\"$defs\":{\"b\":{\"patternProperties\":{\"^x\":{\"enum\":[\"y\"]}},\"required\":[\"x\"]}}}");

	(void)state;
	for (int i = 0; i < 3; i++) {
		arena_reset(a);
		assert_null(schema_check(a, s, parse(a, "{\"a\":{\"x\":\"y\"}}")));
		assert_string_equal(schema_check(a, s, parse(a, "{\"a\":{\"x\":1}}")), "a.x must be one of [\"y\"]");
		assert_string_equal(schema_check(a, s, parse(a, "{\"b\":1}")), "b is not allowed");
	}
	arena_drop(a);
	schema_drop(s);
	schema_drop(NULL);
}

/* Documents that are given, one of them as the metaschema. */
static void what_is_given_may_be_referred_to(void **state)
{
	struct arena *a = arena_new();
	struct schema_document meta = { "urn:meta", parse(a, "{\"$vocabulary\":{"
	    "\"https://json-schema.org/draft/2020-12/vocab/applicator\":true,\"urn:nice-to-have\":false}}") };
	struct schema_reading reading = { .documents = &meta, .n = 1 };
	const char *wrong = NULL;
	struct schema *s = schema_compile(a, parse(a, "{\"$schema\":\"urn:meta\",\"minLength\":2}"), &reading, &wrong);

	(void)state;
	assert_null(schema_check(a, s, parse(a, "\"\"")));
	schema_drop(s);
	meta.json = parse(a, "{\"$vocabulary\":{\"urn:must\":true}}");
	assert_null(schema_compile(a, parse(a, "{\"$schema\":\"urn:meta\"}"), &reading, &wrong));
	assert_string_equal(wrong, "$schema asks for a vocabulary that is not supported: urn:must");
	meta = (struct schema_document){ "https://example.com/text", parse(a, "{\"type\":\"string\"}") };
	s = schema_compile(a, parse(a, "{\"$ref\":\"https://example.com/text\"}"), &reading, &wrong);
	assert_string_equal(schema_check(a, s, parse(a, "1")), "arguments must be a string");
	schema_drop(s);
	arena_drop(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_conform_or_are_told_why),
		cmocka_unit_test(a_keyword_that_cannot_be_enforced_is_named),
		cmocka_unit_test(a_schema_outlives_the_request_that_compiled_it),
		cmocka_unit_test(what_is_given_may_be_referred_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
