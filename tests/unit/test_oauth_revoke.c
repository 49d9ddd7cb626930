/* SPDX-License-Identifier: ISC */
/*
 * test_oauth_revoke: giving tokens up (RFC 7009): a refresh token with all of its grant, an access token
 * alone, none of others.
 */
#include "tokens.h"

static const struct fail *give_up(struct world *w, const char *client, const char *token)
{
	const struct client *c = world_find_client(w, client);
	const struct fail *no;

	world_as(w, ROLE_REVOKE);
	no = oauth_revoke(&w->cx, c, token);
	store_end(w->cx.store);
	return no;
}

static void a_refresh_token_given_up_ends_its_grant(void **state)
{
	struct world *w = *state;
	struct tokens one = start(w), two, other = start(w), t;

	assert_go_on(refresh(w, &one.refresh, &two));
	assert_go_on(give_up(w, "c_one", two.refresh.v));
	assert_false(world_opens(w, &one.access) || world_opens(w, &two.access));
	assert_ptr_equal(refresh(w, &two.refresh, &t), &oauth_grant_invalid);
	assert_true(world_opens(w, &other.access));
	assert_go_on(give_up(w, "c_one", two.refresh.v));
}

/* Any link of the chain: one that was spent long ago, or has expired, ends what came of it. */
static void a_spent_refresh_token_given_up_ends_the_grant_too(void **state)
{
	struct world *w = *state;
	struct tokens one = start(w), two, three, t;

	assert_go_on(refresh(w, &one.refresh, &two));
	assert_go_on(refresh(w, &two.refresh, &three));
	w->cx.now += 3000;
	assert_true(world_opens(w, &three.access));
	assert_go_on(give_up(w, "c_one", one.refresh.v));
	assert_false(world_opens(w, &three.access) || world_opens(w, &one.access));
	assert_ptr_equal(refresh(w, &three.refresh, &t), &oauth_grant_invalid);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit WHERE event = 'revoke' AND outcome = 'ok'"), 1);
}

static void an_access_token_given_up_ends_alone(void **state)
{
	struct world *w = *state;
	struct tokens one = start(w), two;

	assert_go_on(refresh(w, &one.refresh, &two));
	assert_go_on(give_up(w, "c_one", one.access.v));
	assert_false(world_opens(w, &one.access));
	assert_true(world_opens(w, &two.access));
	assert_go_on(refresh(w, &two.refresh, &one));
}

static void a_token_of_another_client_is_left_alone(void **state)
{
	struct world *w = *state;
	struct tokens one = start(w), t;

	assert_go_on(give_up(w, "c_two", one.access.v));
	assert_go_on(give_up(w, "c_two", one.refresh.v));
	assert_true(world_opens(w, &one.access));
	assert_go_on(refresh(w, &one.refresh, &t));
}

static void what_is_no_token_is_given_up_without_a_word(void **state)
{
	struct world *w = *state;
	struct tokens one = start(w);
	struct secret unknown = crypto_secret(SECRET_REFRESH), unknown2 = crypto_secret(SECRET_ACCESS),
	    code = world_code(w, "c_one");
	const char *const text[] = { "", "x", "mcpa_", unknown.v, unknown2.v, code.v, "\x01" };

	for (size_t i = 0; i < COUNT(text); i++)
		assert_go_on(give_up(w, "c_one", text[i]));
	assert_true(world_opens(w, &one.access));
}

/* "Revoked" is only said when it is so. */
static void a_busy_file_is_not_told_as_revoked(void **state)
{
	struct world *w = *state;
	struct tokens one = start(w);

	assert_go_on(store_begin(world_other(w, ROLE_TOKEN)));
	assert_ptr_equal(give_up(w, "c_one", one.refresh.v), &fail_unavailable);
	assert_ptr_equal(give_up(w, "c_one", one.access.v), &fail_unavailable);
	store_end(w->other);
	assert_true(world_opens(w, &one.access));
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_WORLD(a_refresh_token_given_up_ends_its_grant),
		WITH_WORLD(a_spent_refresh_token_given_up_ends_the_grant_too),
		WITH_WORLD(an_access_token_given_up_ends_alone),
		WITH_WORLD(a_token_of_another_client_is_left_alone),
		WITH_WORLD(what_is_no_token_is_given_up_without_a_word),
		WITH_WORLD(a_busy_file_is_not_told_as_revoked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
