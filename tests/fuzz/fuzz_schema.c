/* SPDX-License-Identifier: ISC */
/*
 * fuzz_schema: a schema on the first line, values on the others.  A schema is compiled or refused with a reason; what it
 * says of a value is the same twice, and is the opposite of what `not` around it says, unless that is too complex.
 */
#include "fuzz.h"

#include "json.h"
#include "schema.h"
#include "schema_pattern.h"

static bool is_too_complex(const char *wrong)
{
	return wrong && strcmp(wrong, "arguments is too complex to check") == 0;
}

static struct schema *compile(struct arena *a, const char *text)
{
	struct json_object *source;
	const char *wrong = NULL;
	struct schema *s;

	if (!json_read(a, text, strlen(text), &source))
		return NULL;
	s = schema_compile(a, source, NULL, &wrong);
	must(s ? !wrong : wrong && *wrong && utf8_is(wrong, strlen(wrong)));
	return s;
}

static void check(struct arena *a, const struct schema *s, const struct schema *opposite, const char *text)
{
	struct json_object *value;
	const char *wrong, *again, *no;

	if (!json_read(a, text, strlen(text), &value))
		return;
	wrong = schema_check(a, s, value);
	again = schema_check(a, s, value);
	must(wrong ? again && strcmp(wrong, again) == 0 : !again);
	must(!wrong || (*wrong && utf8_is(wrong, strlen(wrong))));
	no = opposite ? schema_check(a, opposite, value) : NULL;
	if (opposite && !is_too_complex(wrong) && !is_too_complex(no))
		must(!wrong == !!no);
}

/* The first line as a pattern, tried on the rest. */
static void match(struct arena *a, const char *pattern, const char *text)
{
	const char *wrong = NULL;
	struct schema_pattern *p;
	size_t left = 20000;

	if (!utf8_is(pattern, strlen(pattern)) || !utf8_is(text, strlen(text)))
		return;
	p = schema_pattern_new(a, a, pattern, &wrong);
	must(p || wrong);
	if (p)
		(void)schema_pattern_matches(p, text, strlen(text), &left);
	must(left <= 20000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	char *rest = fuzz_text(a, data, size), *first = fuzz_line(&rest);
	struct schema *s, *opposite;

	match(a, first, rest);
	s = compile(a, first);
	/* Only where the schema does not speak of itself by its place. */
	opposite = s && !strchr(first, '$') ? compile(a, arena_printf(a, "{\"not\":%s}", first)) : NULL;
	while (s && *rest)
		check(a, s, opposite, fuzz_line(&rest));
	schema_drop(s);
	schema_drop(opposite);
	arena_drop(a);
	return 0;
}
