/* SPDX-License-Identifier: ISC */
/*
 * test_arena: what is taken is there, apart, aligned and zeroed; a reset wipes it and calls what was
 * deferred.
 */
#include "unit.h"

#include "arena.h"

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

/* Sizes around everything that an implementation may round to or keep its blocks at. */
static const size_t sizes[] = {
	0, 1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 255, 256, 1000, 4095, 4096, 4097, 8191, 8192, 8193, 16367,
	    16368,
	16383, 16384, 16385, 32768, 65536, 100000, 1 << 20, (4 << 20) + 1,
};

static void take_gives_zeroed_bytes(void **state)
{
	for (size_t i = 0; i < COUNT(sizes); i++) {
		const unsigned char *p = arena_take(*state, sizes[i]);

		for (size_t k = 0; k < sizes[i]; k++)
			row_check(p[k] == 0, "byte %zu of %zu is not zero", k, sizes[i]);
	}
}

/* Bytes that were used before must not shine through after a reset. */
static void take_gives_zeroed_bytes_after_a_reset(void **state)
{
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < COUNT(sizes); i++) {
			unsigned char *p = arena_take(*state, sizes[i]);

			for (size_t k = 0; k < sizes[i]; k++)
				row_check(p[k] == 0, "round %d: byte %zu of %zu is not zero", round, k, sizes[i]);
			memset(p, 0xa5, sizes[i]);
		}
		arena_reset(*state);
	}
}

static void what_is_taken_is_aligned_for_any_type(void **state)
{
	for (size_t i = 0; i < COUNT(sizes); i++) {
		row_check((uintptr_t)arena_take(*state, sizes[i]) % _Alignof(max_align_t) == 0, "take %zu", sizes[i]);
		row_check((uintptr_t)arena_take_raw(*state, sizes[i]) % _Alignof(max_align_t) == 0, "raw %zu", sizes[i]);
	}
}

static void what_is_taken_does_not_overlap(void **state)
{
	enum { MANY = 2000 };
	static unsigned char *piece[MANY];
	static size_t size[MANY];

	for (size_t i = 0; i < MANY; i++) {
		size[i] = (i * 37) % 211 + (i % 97 == 0 ? 9000 : 0) + 1;
		piece[i] = arena_take_raw(*state, size[i]);
		memset(piece[i], (int)(i % 251), size[i]);
	}
	for (size_t i = 0; i < MANY; i++)
		for (size_t k = 0; k < size[i]; k++)
			row_check(piece[i][k] == i % 251, "piece %zu was written over at %zu", i, k);
}

static void large_and_small_takes_mix(void **state)
{
	char *small = arena_copy(*state, "small"), *large = arena_take_raw(*state, 5 << 20), *other;

	memset(large, 'x', 5 << 20);
	other = arena_copy(*state, "other");
	assert_string_equal(small, "small");
	assert_string_equal(other, "other");
	assert_int_equal(large[0], 'x');
	assert_int_equal(large[(5 << 20) - 1], 'x');
}

static void text_is_copied_with_a_nul_behind_it(void **state)
{
	char from[] = "abcdef";
	char *p = arena_text(*state, from, 3);

	assert_string_equal(p, "abc");
	assert_memory_equal(arena_text(*state, "a\0b", 3), "a\0b", 4);
	assert_string_equal(arena_text(*state, "", 0), "");
	from[0] = 'X';
	assert_string_equal(p, "abc");
}

static void copy_copies(void **state)
{
	char from[] = "abc";
	char *p = arena_copy(*state, from);

	from[0] = 'X';
	assert_string_equal(p, "abc");
	assert_string_equal(arena_copy(*state, ""), "");
}

static char *printed(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

static char *printed(struct arena *a, const char *format, ...)
{
	va_list ap;
	char *p;

	va_start(ap, format);
	p = arena_vprintf(a, format, ap);
	va_end(ap);
	return p;
}

static void printf_prints_all_of_it(void **state)
{
	char *p;

	assert_string_equal(arena_printf(*state, "%s-%d-%c", "a", -7, 'z'), "a--7-z");
	assert_string_equal(arena_printf(*state, "%s", ""), "");
	assert_string_equal(printed(*state, "%05d|%s", 42, "x"), "00042|x");
	p = arena_printf(*state, "%0*d", 100000, 7);
	assert_int_equal(strlen(p), 100000);
	assert_int_equal(p[99999], '7');
}

static int called, order[8];

static void remember(void *thing)
{
	order[called++] = *(int *)thing;
}

static void reset_calls_what_was_deferred_last_first(void **state)
{
	static int one = 1, two = 2, three = 3;

	called = 0;
	arena_defer(*state, remember, &one);
	arena_defer(*state, remember, &two);
	arena_defer(*state, remember, &three);
	assert_int_equal(called, 0);
	arena_reset(*state);
	assert_int_equal(called, 3);
	assert_int_equal(order[0], 3);
	assert_int_equal(order[1], 2);
	assert_int_equal(order[2], 1);
}

static void what_was_deferred_is_called_once(void **state)
{
	static int one = 1;

	called = 0;
	arena_defer(*state, remember, &one);
	arena_reset(*state);
	arena_reset(*state);
	assert_int_equal(called, 1);
}

/*
 * The object of another library may point into the arena, so the bytes are still there when it is given back.
 */
static void what_is_deferred_still_sees_its_bytes(void **state)
{
	int *in_arena = arena_take(*state, sizeof *in_arena);

	*in_arena = 77;
	called = 0;
	arena_defer(*state, remember, in_arena);
	arena_take(*state, 100000);
	arena_reset(*state);
	assert_int_equal(order[0], 77);
}

static void drop_resets(void **state)
{
	static int one = 1;
	struct arena *a = arena_new();

	(void)state;
	called = 0;
	arena_defer(a, remember, &one);
	arena_drop(a);
	assert_int_equal(called, 1);
	arena_drop(NULL);
}

/*
 * The first block is kept, so that a pointer into it may be looked at after a reset: the secret that lay
 * there must be gone.
 */
static void reset_wipes_what_was_handed_out(void **state)
{
	static const char secret[] = "mcpa_this must not stay in memory";
	char *p = arena_copy(*state, secret);
	volatile char *later = p;

	arena_reset(*state);
	for (size_t i = 0; i < sizeof secret; i++)
		row_check(later[i] == 0, "byte %zu stayed", i);
}

/* The block that served before serves again: memory does not grow from one request to the next. */
static void reset_keeps_the_first_block(void **state)
{
	const void *first = arena_take(*state, 100);

	for (int i = 0; i < 100; i++) {
		arena_take(*state, 1 << 20);
		arena_reset(*state);
		assert_ptr_equal(arena_take(*state, 100), first);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(take_gives_zeroed_bytes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(take_gives_zeroed_bytes_after_a_reset, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_taken_is_aligned_for_any_type, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_taken_does_not_overlap, set_up, tear_down),
		cmocka_unit_test_setup_teardown(large_and_small_takes_mix, set_up, tear_down),
		cmocka_unit_test_setup_teardown(text_is_copied_with_a_nul_behind_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(copy_copies, set_up, tear_down),
		cmocka_unit_test_setup_teardown(printf_prints_all_of_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(reset_calls_what_was_deferred_last_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_deferred_is_called_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_deferred_still_sees_its_bytes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(drop_resets, set_up, tear_down),
		cmocka_unit_test_setup_teardown(reset_wipes_what_was_handed_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(reset_keeps_the_first_block, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
