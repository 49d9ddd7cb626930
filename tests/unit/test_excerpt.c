/* SPDX-License-Identifier: ISC */
/* The words around a match: what is cut, what is marked, and that a text of one word a million times is no trouble. */
#include "unit.h"

#include <string.h>
#include <time.h>

#include "buf.h"
#include "excerpt.h"
#include "utf8.h"

#define O "\x02"
#define C "\x03"

static const char *cut(struct arena *a, const char *text)
{
	return excerpt_cut(a, text, strlen(text));
}

static void a_short_text_is_shown_whole(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_string_equal(cut(a, ""), "");
	assert_string_equal(cut(a, "no match here"), "no match here");
	assert_string_equal(cut(a, "one " O "two" C " three"), "one **two** three");
	assert_string_equal(cut(a, O "a" C "\n" O "b" C "\tc"), "**a** **b** c");
	arena_drop(a);
}

static void a_long_text_is_cut_at_words(void **state)
{
	struct arena *a = arena_new();
	char *text = arena_take(a, 4096);
	const char *got;

	(void)state;
	for (int i = 0; i < 100; i++)
		strncat(text, "before ", 8);
	strncat(text, O "match" C, 10);
	for (int i = 0; i < 100; i++)
		strncat(text, " after", 8);
	got = cut(a, text);
	assert_memory_equal(got, "...before ", 10);
	assert_non_null(strstr(got, " **match** after"));
	assert_string_equal(got + strlen(got) - 8, "after...");
	assert_in_range(strlen(got), 200, 320);
	arena_drop(a);
}

static void a_character_is_never_cut(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t shift = 0; shift < 8; shift++) {
		struct buf b = buf_new(a);
		const char *got;

		for (size_t i = 0; i < shift; i++)
			buf_char(&b, 'x');
		for (int i = 0; i < 200; i++)
			buf_text(&b, "\xf0\x9f\xa6\x8a");
		buf_text(&b, O "\xe7\x8b\x90" C);
		for (int i = 0; i < 200; i++)
			buf_text(&b, "\xe7\x8b\x90");
		got = excerpt_cut(a, b.v, b.len);
		assert_true(utf8_is(got, strlen(got)));
		assert_non_null(strstr(got, "**\xe7\x8b\x90**"));
	}
	arena_drop(a);
}

static void a_mark_that_is_cut_is_closed(void **state)
{
	struct arena *a = arena_new();
	struct buf b = buf_new(a);
	const char *got;

	(void)state;
	buf_char(&b, EXCERPT_OPEN);
	for (int i = 0; i < 1000; i++)
		buf_char(&b, 'y');
	buf_char(&b, EXCERPT_CLOSE);
	got = excerpt_cut(a, b.v, b.len);
	assert_memory_equal(got, "**y", 3);
	assert_string_equal(got + strlen(got) - 5, "**...");
	arena_drop(a);
}

static void a_million_matches_are_one_look(void **state)
{
	struct arena *a = arena_new();
	struct buf b = buf_new(a);
	clock_t began;

	(void)state;
	for (int i = 0; i < 1000000; i++)
		buf_text(&b, O "a" C " ");
	began = clock();
	assert_in_range(strlen(excerpt_cut(a, b.v, b.len)), 100, 600);
	assert_true(clock() - began < CLOCKS_PER_SEC / 10);
	arena_drop(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_text_is_shown_whole),
		cmocka_unit_test(a_long_text_is_cut_at_words),
		cmocka_unit_test(a_character_is_never_cut),
		cmocka_unit_test(a_mark_that_is_cut_is_closed),
		cmocka_unit_test(a_million_matches_are_one_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
