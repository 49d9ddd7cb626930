/* SPDX-License-Identifier: ISC */
/*
 * test_setup: the first user is made once, by whoever has the secret, within the hour; and then nobody is, whatever becomes of
 * that user.
 */
#include "world.h"

#include "setup.h"
#include "store_user.h"

#define SECRET "a secret of nobody else"
#define PASSWORD "a password for the first"

static void begin(struct world *w)
{
	world_sql(w, "DELETE FROM user");
	w->conf.setup_secret = SECRET;
	world_as(w, ROLE_SETUP);
}

static bool is_open(struct world *w)
{
	bool open = false;

	assert_go_on(setup_is_open(&w->cx, &open));
	return open;
}

static bool make(struct world *w, const char *name)
{
	bool made = true;

	assert_go_on(setup_make_user(&w->cx, name, PASSWORD, &made));
	return made;
}

static void the_first_user_is_made_once(void **state)
{
	struct world *w = *state;

	begin(w);
	assert_true(is_open(w));
	assert_true(make(w, "ada"));
	assert_false(is_open(w));
	assert_false(make(w, "bob"));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM user"), 1);
	world_sql(w, "DELETE FROM user");
	assert_false(is_open(w));
	assert_false(make(w, "bob"));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM user"), 0);
}

static void a_user_of_mcpctl_ends_it(void **state)
{
	struct world *w = *state;
	bool taken;

	begin(w);
	assert_go_on(user_put(world_as(w, ROLE_MCPCTL), "bob", "$scrypt$bob", START, &taken));
	world_as(w, ROLE_SETUP);
	assert_false(is_open(w));
	assert_false(make(w, "ada"));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM meta WHERE key = 'setup'"), 0);
}

static void only_the_secret_fits(void **state)
{
	static const char *const wrong[] = { "", "a secret of nobody els", "a secret of nobody else ", "A secret of nobody else", "x" };
	struct world *w = *state;
	bool fits;

	begin(w);
	for (size_t i = 0; i < COUNT(wrong); i++) {
		assert_go_on(setup_check_secret(&w->cx, wrong[i], &fits));
		row_check(!fits, "%s", wrong[i]);
	}
	assert_go_on(setup_check_secret(&w->cx, SECRET, &fits));
	assert_true(fits);
}

static bool fits_from(struct world *w, const char *peer, const char *secret)
{
	bool fits;

	w->cx.peer = peer;
	assert_go_on(setup_check_secret(&w->cx, secret, &fits));
	return fits;
}

static bool is_throttled(struct world *w, const char *peer)
{
	const struct fail *no;
	bool fits = true;

	w->cx.peer = peer;
	no = setup_check_secret(&w->cx, SECRET, &fits);
	return no && no->status == 429 && !fits;
}

static void tries_are_counted_and_the_right_one_is_not(void **state)
{
	struct world *w = *state;

	begin(w);
	w->conf.rate_limits = true;
	w->conf.limit[LIMIT_LOGIN] = (struct conf_rate){ 3, 900 };
	w->conf.limit[LIMIT_LOGIN_ALL] = (struct conf_rate){ 4, 900 };
	for (int i = 0; i < 10; i++)
		assert_true(fits_from(w, "192.0.2.1", SECRET));
	for (int i = 0; i < 3; i++)
		assert_false(fits_from(w, "192.0.2.1", "not the secret"));
	assert_true(is_throttled(w, "192.0.2.1"));
	assert_true(fits_from(w, "192.0.2.2", SECRET));
	assert_false(fits_from(w, "192.0.2.2", "not the secret"));
	assert_true(is_throttled(w, "192.0.2.3"));
	w->cx.now += 901;
	assert_true(fits_from(w, "192.0.2.1", SECRET));
}

static void a_pass_is_of_one_browser_one_secret_and_an_hour(void **state)
{
	struct world *w = *state;
	const char *pass;

	begin(w);
	pass = setup_pass(&w->cx, "browser");
	assert_true(setup_pass_is_good(&w->cx, "browser", pass));
	assert_false(setup_pass_is_good(&w->cx, "another", pass));
	assert_false(setup_pass_is_good(&w->cx, "browser", ""));
	assert_false(setup_pass_is_good(&w->cx, "browser", SECRET));
	w->cx.now += 3600;
	assert_true(setup_pass_is_good(&w->cx, "browser", pass));
	w->cx.now += 3600;
	assert_false(setup_pass_is_good(&w->cx, "browser", pass));
	w->cx.now -= 7200;
	w->conf.setup_secret = "another secret of it";
	assert_false(setup_pass_is_good(&w->cx, "browser", pass));
}

#define OWN(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		OWN(the_first_user_is_made_once), OWN(a_user_of_mcpctl_ends_it), OWN(only_the_secret_fits),
		OWN(tries_are_counted_and_the_right_one_is_not), OWN(a_pass_is_of_one_browser_one_secret_and_an_hour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
