/* SPDX-License-Identifier: ISC */
/*
 * fuzz_json: what we read as JSON json-c reads as well; what we print of it is one line of JSON again, and
 * the same value.
 */
#include "fuzz.h"

#include "json.h"

/*
 * How many names, elements and brackets a text has, outside of its strings.  What is lost on the way (a name that
 * was there twice) shows in the difference.
 */
static size_t structure(const char *text, size_t n)
{
	size_t count = 0;
	bool inside = false;

	for (size_t i = 0; i < n; i++) {
		must(!inside || (unsigned char)text[i] >= 0x20);
		if (inside && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			inside = !inside;
		else if (!inside && strchr(":,[{", text[i]))
			count++;
	}
	return count;
}

static void check_value(struct arena *a, struct json_object *value, const char *text, size_t n)
{
	struct json_tokener *t = json_tokener_new_ex(JSON_DEPTH + 1);
	struct json_object *theirs, *again;
	struct buf b = buf_new(a);

	must(t);
	theirs = json_tokener_parse_ex(t, text, (int)n);
	if (json_tokener_get_error(t) == json_tokener_continue)
		theirs = json_tokener_parse_ex(t, "", 1);
	must(json_tokener_get_error(t) == json_tokener_success);
	must(json_object_equal(value, theirs));
	json_object_put(theirs);
	json_tokener_free(t);

	json_put(&b, value);
	must(utf8_is(b.v, b.len));
	for (size_t i = 0; i < b.len; i++)
		must((unsigned char)b.v[i] >= 0x20);
	must(json_read(a, b.v, b.len, &again));
	must(json_object_equal(value, again));
	must(structure(text, n) == structure(b.v, b.len));
}

static void check_text(struct arena *a, const char *text)
{
	struct buf b = buf_new(a);
	struct json_object *value;

	if (!utf8_is(text, strlen(text)))
		return;
	json_put_text(&b, text);
	must(json_read(a, b.v, b.len, &value));
	must(strcmp(json_object_get_string(value), text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct json_object *value, *strict;
	bool duplicate, read = json_read(a, (const char *)data, size, &value);

	must(json_read_strict(a, (const char *)data, size, &strict, &duplicate) == read);
	must(!read || !duplicate);
	if (read)
		check_value(a, value, (const char *)data, size);
	check_text(a, fuzz_text(a, data, size));
	arena_drop(a);
	return 0;
}
