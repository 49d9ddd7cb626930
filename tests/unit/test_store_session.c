/* SPDX-License-Identifier: ISC */
/*
 * test_store_session: who is signed in, until the session ends, is idle for too long, or its user is
 * disabled.
 */
#include "world.h"

static bool session_lives(struct world *w, const char *cookie, int64_t idle_since, int64_t now)
{
	struct digest d = digest_of(cookie);
	struct session *x;

	assert_go_on(session_find(world_as(w, ROLE_AUTHORIZE), w->cx.arena, &d, idle_since, now, &x));
	return x != NULL;
}

static struct digest put_session(struct world *w, const char *cookie)
{
	struct digest d = digest_of(cookie);

	struct user *u;
	bool made = false;

	assert_go_on(user_find_any(world_as(w, ROLE_AUTHORIZE), w->cx.arena, &u));
	assert_go_on(session_put(w->cx.store, &d, u, START, START + 1000, &made));
	assert_true(made);
	return d;
}

/* Between the check of the password and the session the password may be changed or the user locked out. */
static void a_session_is_only_made_for_the_password_that_was_checked(void **state)
{
	struct world *w = *state;
	struct digest d = digest_of("late");
	struct user *u;
	bool made = true;

	assert_go_on(user_find_any(world_as(w, ROLE_AUTHORIZE), w->cx.arena, &u));
	world_sql(w, "UPDATE user SET password = password || 'x'");
	assert_go_on(session_put(world_as(w, ROLE_AUTHORIZE), &d, u, START, START + 1000, &made));
	assert_false(made);
	assert_go_on(user_find_any(w->cx.store, w->cx.arena, &u));
	world_sql(w, "UPDATE user SET disabled_at = 1");
	made = true;
	assert_go_on(session_put(world_as(w, ROLE_AUTHORIZE), &d, u, START, START + 1000, &made));
	assert_false(made);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM session"), 0);
}

static void a_session_says_who_is_signed_in(void **state)
{
	struct world *w = *state;
	struct digest d = put_session(w, "cookie");
	struct session *x;

	assert_go_on(session_find(w->cx.store, w->cx.arena, &d, START - 1, START, &x));
	assert_non_null(x);
	assert_int_equal(x->user_id, w->user);
	assert_string_equal(x->user_name, "ada");
	assert_int_equal(x->created_at, START);
	assert_false(session_lives(w, "other", START - 1, START));
}

static void a_session_ends_at_its_end(void **state)
{
	struct world *w = *state;

	put_session(w, "cookie");
	assert_true(session_lives(w, "cookie", START - 1, START + 999));
	assert_false(session_lives(w, "cookie", START - 1, START + 1000));
	assert_false(session_lives(w, "cookie", START - 1, START + 1001));
}

static void an_idle_session_ends(void **state)
{
	struct world *w = *state;
	struct digest d = put_session(w, "cookie");

	assert_true(session_lives(w, "cookie", START - 1, START + 100));
	assert_false(session_lives(w, "cookie", START + 1, START + 100));
	assert_go_on(session_touch(w->cx.store, &d, START + 200));
	assert_true(session_lives(w, "cookie", START + 1, START + 300));
	assert_true(session_lives(w, "cookie", START + 199, START + 300));
	assert_false(session_lives(w, "cookie", START + 201, START + 300));
}

/* Written once a minute at most, and so at least every other minute. */
static void use_is_remembered_by_the_minute(void **state)
{
	struct world *w = *state;
	struct digest d = put_session(w, "cookie");

	assert_go_on(session_touch(w->cx.store, &d, START + 10));
	assert_int_equal(world_ask(w, "SELECT seen_at FROM session"), START);
	assert_go_on(session_touch(w->cx.store, &d, START + 120));
	assert_int_equal(world_ask(w, "SELECT seen_at FROM session"), START + 120);
}

static void a_session_of_a_disabled_user_is_none(void **state)
{
	struct world *w = *state;

	put_session(w, "cookie");
	assert_go_on(user_set_disabled(world_as(w, ROLE_MCPCTL), w->user, START));
	assert_false(session_lives(w, "cookie", START - 1, START + 1));
	assert_go_on(user_set_disabled(world_as(w, ROLE_MCPCTL), w->user, 0));
	assert_true(session_lives(w, "cookie", START - 1, START + 1));
}

static void sessions_are_dropped(void **state)
{
	struct world *w = *state;
	struct digest d = put_session(w, "one");

	put_session(w, "two");
	put_session(w, "three");
	assert_go_on(session_drop(w->cx.store, &d));
	assert_false(session_lives(w, "one", START - 1, START + 1));
	assert_true(session_lives(w, "two", START - 1, START + 1));
	assert_go_on(session_drop_user(world_as(w, ROLE_MCPCTL), w->user + 1));
	assert_true(session_lives(w, "two", START - 1, START + 1));
	assert_go_on(session_drop_user(world_as(w, ROLE_MCPCTL), w->user));
	assert_false(session_lives(w, "two", START - 1, START + 1));
	assert_false(session_lives(w, "three", START - 1, START + 1));
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_WORLD(a_session_is_only_made_for_the_password_that_was_checked),
		WITH_WORLD(a_session_says_who_is_signed_in),
		WITH_WORLD(a_session_ends_at_its_end),
		WITH_WORLD(an_idle_session_ends),
		WITH_WORLD(use_is_remembered_by_the_minute),
		WITH_WORLD(a_session_of_a_disabled_user_is_none),
		WITH_WORLD(sessions_are_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
