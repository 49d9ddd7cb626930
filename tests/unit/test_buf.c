/* SPDX-License-Identifier: ISC */
/* test_buf: text that grows keeps what it has, counts right and is always ended by a NUL. */
#include "unit.h"

#include "arena.h"
#include "buf.h"

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

static void a_new_one_is_empty_text(void **state)
{
	struct buf b = buf_new(*state);

	assert_ptr_equal(b.arena, *state);
	assert_non_null(b.v);
	assert_string_equal(b.v, "");
	assert_int_equal(b.len, 0);
}

static void putting_nothing_leaves_it_empty(void **state)
{
	struct buf b = buf_new(*state);

	buf_put(&b, "x", 0);
	buf_text(&b, "");
	buf_printf(&b, "%s", "");
	assert_string_equal(b.v, "");
	assert_int_equal(b.len, 0);
}

/* Two that are empty must not share what they will hold. */
static void two_do_not_write_into_each_other(void **state)
{
	struct buf one = buf_new(*state), two = buf_new(*state), three = buf_new(*state);

	buf_text(&one, "one");
	buf_text(&two, "two");
	assert_string_equal(one.v, "one");
	assert_string_equal(two.v, "two");
	assert_string_equal(three.v, "");
}

static void each_way_appends(void **state)
{
	struct buf b = buf_new(*state);

	buf_put(&b, "abcdef", 3);
	buf_text(&b, "-text-");
	buf_char(&b, 'c');
	buf_int(&b, -42);
	buf_printf(&b, "[%s %03d]", "x", 7);
	assert_string_equal(b.v, "abc-text-c-42[x 007]");
	assert_int_equal(b.len, strlen(b.v));
}

static void bytes_may_hold_a_nul(void **state)
{
	struct buf b = buf_new(*state);

	buf_put(&b, "a\0b", 3);
	buf_char(&b, '\0');
	buf_text(&b, "c");
	assert_int_equal(b.len, 5);
	assert_memory_equal(b.v, "a\0b\0c", 6);
}

static void numbers_are_decimal(void **state)
{
	static const struct { int64_t n; const char *text; } row[] = {
		{ 0, "0" }, { 1, "1" }, { -1, "-1" }, { 10, "10" }, { 2147483648, "2147483648" },
		{ INT64_MAX, "9223372036854775807" }, { INT64_MIN, "-9223372036854775808" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct buf b = buf_new(*state);

		buf_int(&b, row[i].n);
		assert_string_equal(b.v, row[i].text);
	}
}

/* One byte after the other over every size where the room could end. */
static void it_is_ended_by_a_nul_at_every_length(void **state)
{
	struct buf b = buf_new(*state);

	for (size_t n = 0; n < 70000; n++) {
		row_check(b.len == n, "length is %zu and not %zu", b.len, n);
		row_check(b.v[n] == '\0', "no NUL at %zu", n);
		buf_char(&b, (char)('a' + n % 26));
	}
	for (size_t n = 0; n < b.len; n++)
		row_check(b.v[n] == (char)('a' + n % 26), "byte %zu has changed", n);
}

/* A piece that just fits, and one that just does not, after every length up to some doublings. */
static void a_piece_of_any_size_fits(void **state)
{
	static const size_t piece[] = { 1, 254, 255, 256, 257, 511, 512, 513, 4095, 4096, 65536, 3 << 20 };
	char *from = arena_take_raw(*state, 3 << 20);

	memset(from, 'p', 3 << 20);
	for (size_t before = 0; before < 600; before += 85)
		for (size_t i = 0; i < COUNT(piece); i++) {
			struct arena *a = arena_new();
			struct buf b = buf_new(a);

			buf_put(&b, from, before);
			buf_put(&b, from, piece[i]);
			buf_text(&b, "end");
			row_check(b.len == before + piece[i] + 3, "%zu + %zu: length %zu", before, piece[i], b.len);
			row_check(strcmp(b.v + before + piece[i], "end") == 0, "%zu + %zu", before, piece[i]);
			row_check(strlen(b.v) == b.len, "%zu + %zu: NUL inside", before, piece[i]);
			arena_drop(a);
		}
}

static void printf_may_be_long(void **state)
{
	struct buf b = buf_new(*state);

	buf_text(&b, "x");
	buf_printf(&b, "%0*d!", 50000, 1);
	assert_int_equal(b.len, 50002);
	assert_string_equal(b.v + 50000, "1!");
}

/* For somebody who reads into it: there is room for all that was asked for, and only what is counted is there. */
static void there_is_room_to_read_into(void **state)
{
	static const size_t room[] = { 0, 1, 255, 256, 257, 4096, 16384, 1 << 20 };
	struct buf b = buf_new(*state);
	size_t len = 0;

	for (size_t i = 0; i < COUNT(room); i++) {
		char *at = buf_room(&b, room[i]);

		row_check(b.len == len && at == b.v + len, "%zu: not behind the text", room[i]);
		memset(at, 'r', room[i]);
		b.len += room[i] / 2;
		buf_char(&b, 'x');
		len += room[i] / 2 + 1;
		row_check(b.len == len && b.v[len - 1] == 'x' && b.v[len] == '\0', "%zu: text behind it", room[i]);
	}
	assert_memory_equal(b.v, "xx", 2);
}

/* Appending a buf to itself is what a caller may do without thinking. */
static void it_may_be_appended_to_itself(void **state)
{
	struct buf b = buf_new(*state);

	buf_text(&b, "ab");
	for (int i = 0; i < 12; i++)
		buf_put(&b, b.v, b.len);
	assert_int_equal(b.len, 8192);
	for (size_t i = 0; i < b.len; i++)
		row_check(b.v[i] == "ab"[i % 2], "byte %zu", i);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_new_one_is_empty_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(putting_nothing_leaves_it_empty, set_up, tear_down),
		cmocka_unit_test_setup_teardown(two_do_not_write_into_each_other, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each_way_appends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bytes_may_hold_a_nul, set_up, tear_down),
		cmocka_unit_test_setup_teardown(numbers_are_decimal, set_up, tear_down),
		cmocka_unit_test_setup_teardown(it_is_ended_by_a_nul_at_every_length, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_piece_of_any_size_fits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(printf_may_be_long, set_up, tear_down),
		cmocka_unit_test_setup_teardown(there_is_room_to_read_into, set_up, tear_down),
		cmocka_unit_test_setup_teardown(it_may_be_appended_to_itself, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
