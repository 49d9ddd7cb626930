/* SPDX-License-Identifier: ISC */
/* test_uri_template: which templates are read, which values make a URI, and what two spellings have in common. */
#include "unit.h"

#include <json-c/json.h>

#include "arena.h"
#include "uri_template.h"

static struct arena *a;

static int set_up(void **state)
{
	(void)state;
	a = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_drop(a);
	return 0;
}

static void test_read(void **state)
{
	static const char *const good[] = { "n://{a}", "n:x/{a}/y", "n://{+a}", "n://{a}-{b}", "n://x{?a,b}", "n://{a}{?b}", "kb:///documents/{id}", "n:x" };
	static const char *const bad[] = { "", "{a}", "x{a}", "n://{", "n://}", "n://{}", "n://{+}", "n://{a}{b}", "n://{a", "n://{a}/{a}", "n://{?}",
		"n://{?a}x", "n://{?a}{b}", "n://{#a}", "n://{/a}", "n://{a*}", "n://{a:3}", "n://{a b}", "n:// {a}", "1:{a}", "n://{?a,a}", "n://{a}{?a}" };

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		const char *wrong = NULL;

		row_check(uri_template_read(a, good[i], &wrong), "%s: %s", good[i], shown(wrong));
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		const char *wrong = NULL;

		row_check(!uri_template_read(a, bad[i], &wrong) && wrong, "%s was read", bad[i]);
	}
}

static const struct {
	const char *template, *uri, *values;	/* NULL: is none of it */
} matches[] = {
	{ "n://{a}", "n://x", "{\"a\":\"x\"}" },
	{ "n://{a}", "n://", NULL },
	{ "n://{a}", "n://x/y", NULL },
	{ "n://{a}", "n://x?y", NULL },
	{ "n://{a}", "n://x%2Fy", "{\"a\":\"x\\/y\"}" },
	{ "n://{a}", "n://x%00y", NULL },
	{ "n://{a}", "n://x%FF", NULL },
	{ "n://{a}", "n://x%2", NULL },
	{ "n://{a}", "N://x", NULL },
	{ "n://{a}", "n://x y", NULL },
	{ "n://{a}", "n://\xC3\xA4", NULL },
	{ "n://{a}", "n://%C3%A4", "{\"a\":\"\xC3\xA4\"}" },
	{ "n://{a}/end", "n://x/end", "{\"a\":\"x\"}" },
	{ "n://{a}/end", "n://x/end/end", NULL },
	{ "n://{a}/end", "n://x/en", NULL },
	{ "n://{+a}", "n://x/y?z=1", "{\"a\":\"x\\/y?z=1\"}" },
	{ "n://{+a}/end", "n://x/end/end", "{\"a\":\"x\\/end\"}" },
	{ "n://{+a}/{b}", "n://x/y/z", "{\"a\":\"x\\/y\",\"b\":\"z\"}" },
	{ "n://{a}-{b}", "n://1-2-3", "{\"a\":\"1\",\"b\":\"2-3\"}" },
	{ "n://{a}.{b}", "n://x.", NULL },
	{ "n://x{?a,b}", "n://x", "{}" },
	{ "n://x{?a,b}", "n://x?b=2&a=1", "{\"b\":\"2\",\"a\":\"1\"}" },
	{ "n://x{?a,b}", "n://x?a=", "{\"a\":\"\"}" },
	{ "n://x{?a,b}", "n://x?a=1&a=2", NULL },
	{ "n://x{?a,b}", "n://x?c=1", NULL },
	{ "n://x{?a,b}", "n://x?", NULL },
	{ "n://x{?a,b}", "n://x?a", NULL },
	{ "n://x{?a,b}", "n://x?a=1&", NULL },
	{ "n://{a}{?b}", "n://x?b=%26", "{\"a\":\"x\",\"b\":\"&\"}" },
	{ "n:x", "n:x", "{}" },
};

static void test_match(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(matches); i++) {
		const char *wrong, *got;
		struct uri_template *t = uri_template_read(a, matches[i].template, &wrong);
		struct json_object *o;

		assert_non_null(t);
		o = uri_template_match(a, t, matches[i].uri);
		got = o ? json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN) : NULL;
		row_check(same_text(got, matches[i].values), "%s of %s: %s", matches[i].uri, matches[i].template, shown(got));
	}
}

/* A template that fits in very many ways is refused or fitted at once. */
static void test_bound(void **state)
{
	const char *wrong;
	struct uri_template *t = uri_template_read(a, "n:{+a}a{+b}a{+c}a{+d}a{+e}a{+f}a{+g}b", &wrong);
	char uri[URI_MAX + 2];

	(void)state;
	assert_non_null(t);
	memset(uri, 'a', sizeof uri);
	memcpy(uri, "n:", 2);
	uri[URI_MAX] = '\0';
	assert_null(uri_template_match(a, t, uri));
	uri[URI_MAX] = 'a';
	uri[URI_MAX + 1] = '\0';
	assert_false(uri_is(uri));
}

static void test_normal(void **state)
{
	(void)state;
	assert_string_equal(uri_normal(a, "n://a%2fb(1)/%7Ex"), uri_normal(a, "n://a%2Fb%281%29/~x"));
	assert_string_not_equal(uri_normal(a, "n://a%2Fb"), uri_normal(a, "n://a/b"));
	assert_string_not_equal(uri_normal(a, "n://%2e%2E"), uri_normal(a, "n://."));
	assert_string_equal(uri_normal(a, "n://%zz"), "n%3A//%zz");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read), cmocka_unit_test(test_match), cmocka_unit_test(test_bound), cmocka_unit_test(test_normal),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
