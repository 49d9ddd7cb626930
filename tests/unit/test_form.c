/* SPDX-License-Identifier: ISC */
/*
 * test_form: the example of RFC 6749 appendix B, and the rules of its sections 3.1 and 3.2: unknown is
 * ignored, without a value is not sent, twice is refused.  What is no text is not lost: it is told as such,
 * and kept as bytes.
 */
#include "unit.h"

#include "arena.h"
#include "buf.h"
#include "form.h"
#include "url.h"

static const char *const field[] = { "a", "b", "code_verifier" };

enum { A, B, VERIFIER, FIELDS };

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

static const struct {
	const char *text, *a, *b;
	unsigned repeated, differing;
} scan[] = {
	{ "", NULL, NULL, 0, 0 },
	{ "a=1", "1", NULL, 0, 0 },
	{ "a=1&b=2", "1", "2", 0, 0 },
	{ "b=2&a=1", "1", "2", 0, 0 },
	/* without a value is not sent */
	{ "a=", NULL, NULL, 0, 0 },
	{ "a", NULL, NULL, 0, 0 },
	{ "a&b=2", NULL, "2", 0, 0 },
	{ "a=&b=2", NULL, "2", 0, 0 },
	/* unknown is ignored, however often */
	{ "x=1&a=1&y", "1", NULL, 0, 0 },
	{ "x=1&x=2&x", NULL, NULL, 0, 0 },
	{ "A=1&aa=2&a[]=3&a.b=4", NULL, NULL, 0, 0 },
	/* separators too many */
	{ "&", NULL, NULL, 0, 0 },
	{ "&&a=1&&b=2&&", "1", "2", 0, 0 },
	{ "=1&a=1", "1", NULL, 0, 0 },
	{ "=", NULL, NULL, 0, 0 },
	/* only & and the first = separate */
	{ "a=b=c", "b=c", NULL, 0, 0 },
	{ "a==", "=", NULL, 0, 0 },
	{ "a=1;b=2", "1;b=2", NULL, 0, 0 },
	{ "a=1?b=2#", "1?b=2#", NULL, 0, 0 },
	/* encoding in names and values */
	{ "%61=1", "1", NULL, 0, 0 },
	{ "a=%26b%3D2", "&b=2", NULL, 0, 0 },
	{ "a=x+y%20z%2Bw", "x y z+w", NULL, 0, 0 },
	{ "a+=1", NULL, NULL, 0, 0 },
	{ "a=%0d%0a", "\r\n", NULL, 0, 0 },
	{ "a=\xe2\x82\xac", "\xe2\x82\xac", NULL, 0, 0 },
	/* RFC 6749 appendix B */
	{ "a=+%25%26%2B%C2%A3%E2%82%AC", " %&+\xc2\xa3\xe2\x82\xac", NULL, 0, 0 },
	/* twice: the first value stays, and whether all are the same is told */
	{ "a=1&a=1", "1", NULL, 1u << A, 0 },
	{ "a=1&a=2", "1", NULL, 1u << A, 1u << A },
	{ "a=1&b=2&a=1&b=3", "1", "2", 1u << A | 1u << B, 1u << B },
	{ "a=1&a=1&a=2", "1", NULL, 1u << A, 1u << A },
	{ "a=1&%61=1", "1", NULL, 1u << A, 0 },
	{ "a=1&a=%31", "1", NULL, 1u << A, 0 },
	{ "a=1&a=", "1", NULL, 1u << A, 1u << A },
	{ "a=&a=1", NULL, NULL, 1u << A, 1u << A },
	{ "a=&a=", NULL, NULL, 1u << A, 0 },
	{ "a&a", NULL, NULL, 1u << A, 0 },
};

static void fields_are_found(void **state)
{
	for (size_t i = 0; i < COUNT(scan); i++) {
		const char *text = scan[i].text;
		struct form f;

		row_check(form_scan(*state, text, strlen(text), field, FIELDS, &f) == NULL, "%s is refused", text);
		row_check(same_text(f.value[A], scan[i].a), "%s: a is %s", text, shown(f.value[A]));
		row_check(same_text(f.value[B], scan[i].b), "%s: b is %s", text, shown(f.value[B]));
		row_check(f.value[VERIFIER] == NULL, "%s: code_verifier is %s", text, shown(f.value[VERIFIER]));
		row_check(f.repeated == scan[i].repeated, "%s: repeated %x", text, f.repeated);
		row_check(f.differing == scan[i].differing, "%s: differing %x", text, f.differing);
	}
}

static void a_repeated_field_is_refused(void **state)
{
	for (size_t i = 0; i < COUNT(scan); i++) {
		const char *text = scan[i].text, *value[FIELDS] = { "was", "not", "set" };
		const struct fail *no = form_read(*state, text, strlen(text), field, FIELDS, value);

		row_check(no == (scan[i].repeated ? &form_repeated : NULL), "%s", text);
		if (no)
			continue;
		row_check(same_text(value[A], scan[i].a) && same_text(value[B], scan[i].b), "%s: values", text);
		row_check(value[VERIFIER] == NULL, "%s: code_verifier", text);
	}
}

/* Values of a that are no text, and the bytes that they are all the same. */
static const struct {
	const char *text;
	size_t n;
	const char *bytes;
} no_text[] = {
	{ "a=%", 3, "%25" }, { "a=%4", 4, "%254" }, { "a=%zz", 5, "%25zz" }, { "a=%4z", 5, "%254z" },
	{ "a=%%", 4, "%25%25" },
	{ "a=%00", 5, "%00" }, { "a=1%00", 6, "1%00" }, { "a=\0", 3, "%00" }, { "a=1\0x", 5, "1%00x" },
	{ "a=\xff", 3, "%FF" }, { "a=%ff", 5, "%FF" }, { "a=%C3", 5, "%C3" }, { "a=%ED%A0%80", 11, "%ED%A0%80" },
	{ "a=%C0%80", 8, "%C0%80" }, { "a=+%+", 5, "%20%25%20" }, { "a=1&b=2&a=%", 11, "1" },
};

static void a_value_that_is_no_text_is_told_as_such(void **state)
{
	for (size_t i = 0; i < COUNT(no_text) - 1; i++) {
		struct form f;

		row_check(!form_scan(*state, no_text[i].text, no_text[i].n, field, FIELDS, &f), "%s", no_text[i].text);
		row_check(same_text(f.value[A], FORM_NO_TEXT), "%s: %s", no_text[i].text, shown(f.value[A]));
	}
}

static void a_value_is_kept_as_bytes_whatever_it_is(void **state)
{
	for (size_t i = 0; i < COUNT(no_text); i++) {
		struct form f;

		row_check(!form_scan(*state, no_text[i].text, no_text[i].n, field, FIELDS, &f), "%s", no_text[i].text);
		row_check(same_text(f.bytes[A], no_text[i].bytes), "%s: %s", no_text[i].text, shown(f.bytes[A]));
	}
}

/* The bytes of what is text, spelled as our own encoder spells them. */
static void bytes_are_percent_encoded(void **state)
{
	for (size_t i = 0; i < COUNT(scan); i++) {
		const char *text = scan[i].text;
		struct buf want = buf_new(*state);
		struct form f;

		assert_null(form_scan(*state, text, strlen(text), field, FIELDS, &f));
		row_check(!f.bytes[A] == !f.value[A] && !f.bytes[B] == !f.value[B], "%s: absent and not", text);
		if (!f.value[A])
			continue;
		url_encode(&want, f.value[A]);
		row_check(same_text(f.bytes[A], want.v), "%s: %s", text, f.bytes[A]);
	}
}

static void a_name_that_is_no_text_is_an_unknown_one(void **state)
{
	static const struct { const char *text; size_t n; } row[] = {
		{ "%=1&a=2", 7 }, { "%zz=1&a=2", 9 }, { "a%00=1&a=2", 10 }, { "a\0=1&a=2", 8 }, { "\xff=1&a=2", 7 },
		{ "a%=1&a=2", 8 }, { "unknown=%&a=2", 13 }, { "unknown=%00&a=2", 15 }, { "unknown=\xff&a=2", 13 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct form f;

		row_check(!form_scan(*state, row[i].text, row[i].n, field, FIELDS, &f), "%s", row[i].text);
		row_check(same_text(f.value[A], "2"), "%s: a is %s", row[i].text, shown(f.value[A]));
		row_check(f.repeated == 0, "%s: repeated", row[i].text);
	}
}

static void both_refusals_are_invalid_request(void **state)
{
	(void)state;
	assert_int_equal(form_malformed.status, 400);
	assert_string_equal(form_malformed.error, "invalid_request");
	assert_int_equal(form_repeated.status, 400);
	assert_string_equal(form_repeated.error, "invalid_request");
}

static void too_many_parameters_are_refused(void **state)
{
	size_t n = 200000;
	char *text = arena_take_raw(*state, n);
	struct form f;

	for (size_t i = 0; i < n; i += 2)
		memcpy(text + i, "x&", 2);
	assert_ptr_equal(form_scan(*state, text, n, field, FIELDS, &f), &form_malformed);
}

static void a_hundred_parameters_are_not_too_many(void **state)
{
	struct buf text = buf_new(*state);
	struct form f;

	for (int i = 0; i < 99; i++)
		buf_text(&text, "x=&");
	buf_text(&text, "a=1");
	assert_null(form_scan(*state, text.v, text.len, field, FIELDS, &f));
	assert_string_equal(f.value[A], "1");
}

/* All 32 fields that a bit set has room for. */
static void there_may_be_32_fields(void **state)
{
	const char *names[32];
	struct buf text = buf_new(*state);
	struct form f;

	for (int i = 0; i < 32; i++) {
		names[i] = arena_printf(*state, "field%d", i);
		buf_printf(&text, "%s=%d&", names[i], i);
	}
	buf_text(&text, "field31=x");
	assert_null(form_scan(*state, text.v, text.len, names, 32, &f));
	for (int i = 0; i < 32; i++)
		assert_string_equal(f.value[i], arena_printf(*state, "%d", i));
	assert_int_equal(f.repeated, 1u << 31);
	assert_int_equal(f.differing, 1u << 31);
}

static void nothing_is_read_behind_the_length(void **state)
{
	struct form f;
	char *text = malloc(3);

	assert_non_null(text);
	memcpy(text, "a=1", 3);
	assert_null(form_scan(*state, text, 3, field, FIELDS, &f));
	assert_string_equal(f.value[A], "1");
	memcpy(text, "a=%", 3);
	assert_null(form_scan(*state, text, 3, field, FIELDS, &f));
	assert_string_equal(f.value[A], FORM_NO_TEXT);
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(fields_are_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_repeated_field_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_value_that_is_no_text_is_told_as_such, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_value_is_kept_as_bytes_whatever_it_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bytes_are_percent_encoded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_name_that_is_no_text_is_an_unknown_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(both_refusals_are_invalid_request, set_up, tear_down),
		cmocka_unit_test_setup_teardown(too_many_parameters_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_hundred_parameters_are_not_too_many, set_up, tear_down),
		cmocka_unit_test_setup_teardown(there_may_be_32_fields, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_is_read_behind_the_length, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
