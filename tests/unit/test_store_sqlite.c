/* SPDX-License-Identifier: ISC */
/*
 * test_store_sqlite: a host may link against a SQLite that is too old, or has no FTS5; then that is what the check says.  This
 * program says in SQLite's place what it is.
 */
#include "world.h"

static int version;
static bool has_fts5;

int sqlite3_libversion_number(void)
{
	return version;
}

const char *sqlite3_libversion(void)
{
	return "3.34.1";
}

int sqlite3_compileoption_used(const char *name)
{
	return strcmp(name, "ENABLE_FTS5") == 0 && has_fts5;
}

/* What the check says of a SQLite like that. */
static void expect(struct world *w, int number, bool fts5, const char *said)
{
	const char *wrong;

	version = number;
	has_fts5 = fts5;
	wrong = store_check(w->cx.arena, w->file);
	row_check(same_text(wrong, said), "%d: %s", number, shown(wrong));
}

static int set_up(void **state)
{
	version = 3040001;
	has_fts5 = true;
	return world_set_up(state);
}

static void a_good_one_is_good(void **state)
{
	expect(*state, 3037000, true, NULL);
	expect(*state, 3040001, true, NULL);
}

static void an_old_one_is_named(void **state)
{
	static const int old[] = { 3034001, 3036999 };

	for (size_t i = 0; i < COUNT(old); i++)
		expect(*state, old[i], true, "needs SQLite 3.37 or newer, and this is 3.34.1");
}

static void one_without_search_is_named(void **state)
{
	expect(*state, 3040001, false, "needs FTS5, which this SQLite does not have");
}

/* A file is neither made nor migrated that could not be used then. */
static void nothing_is_made(void **state)
{
	struct world *w = *state;
	int from, to;

	unlink(w->file);
	for (int old = 0; old < 2; old++) {
		version = old ? 3034001 : 3040001;
		has_fts5 = old;
		assert_false(store_create(w->file));
		assert_int_equal(access(w->file, F_OK), -1);
		assert_false(store_migrate(w->file, &from, &to));
	}
}

/* One without search still serves the rest. */
static void an_old_one_opens_nothing(void **state)
{
	struct world *w = *state;
	struct store *s = store_new(ROLE_MCPCTL, w->file, 50);
	struct user *u;

	version = 3034001;
	assert_ptr_equal(user_find(s, w->cx.arena, "ada", &u), &fail_unavailable);
	version = 3040001;
	has_fts5 = false;
	assert_go_on(user_find(s, w->cx.arena, "ada", &u));
	store_drop(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_good_one_is_good, set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(an_old_one_is_named, set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(one_without_search_is_named, set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(nothing_is_made, set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(an_old_one_opens_nothing, set_up, world_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
