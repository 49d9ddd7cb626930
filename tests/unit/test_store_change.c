/* SPDX-License-Identifier: ISC */
/* test_store_change: what changed is told in its order and to whom it concerns, and forgotten after an hour; a thing is spent once. */
#include "world.h"

#include "store_assertion.h"
#include "store_change.h"
#include "store_spent.h"

static void changes_come_in_their_order(void **state)
{
	struct world *w = *state;
	struct store *s = world_as(w, ROLE_MCP);
	struct change *c;
	int64_t last;
	size_t n;

	assert_go_on(change_last(s, &last));
	assert_int_equal(last, 0);
	assert_go_on(change_put(s, CHANGE_TOOLS, "", 0, START));
	assert_go_on(change_put(s, CHANGE_RESOURCE, "kb:///documents/7", w->user, START));
	assert_go_on(change_put(s, CHANGE_TASK, "t", 0, START + 1));
	assert_go_on(change_since(s, w->cx.arena, 0, 2, &c, &n));
	assert_int_equal(n, 2);
	assert_int_equal(c[0].kind, CHANGE_TOOLS);
	assert_int_equal(c[0].user_id, 0);
	assert_int_equal(c[1].kind, CHANGE_RESOURCE);
	assert_string_equal(c[1].about, "kb:///documents/7");
	assert_int_equal(c[1].user_id, w->user);
	assert_go_on(change_since(s, w->cx.arena, c[1].id, 10, &c, &n));
	assert_int_equal(n, 1);
	assert_int_equal(c[0].kind, CHANGE_TASK);
	assert_go_on(change_last(s, &last));
	assert_int_equal(last, c[0].id);
}

static void an_id_is_not_given_twice(void **state)
{
	struct world *w = *state;
	struct store *s = world_as(w, ROLE_MCP);
	int64_t before, after;

	assert_go_on(change_put(s, CHANGE_TOOLS, "", 0, START));
	assert_go_on(change_last(s, &before));
	assert_go_on(change_put(s, CHANGE_PROMPTS, "", 0, START + 3601));
	assert_go_on(change_last(s, &after));
	assert_true(after > before);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM change"), 1);
}

static void what_is_an_hour_old_goes(void **state)
{
	struct world *w = *state;
	struct store *s = world_as(w, ROLE_MCP);

	assert_go_on(change_put(s, CHANGE_TOOLS, "", 0, START));
	assert_go_on(change_put(s, CHANGE_TOOLS, "", 0, START + 3600));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM change"), 2);
	assert_go_on(change_put(s, CHANGE_TOOLS, "", 0, START + 3601));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM change"), 2);
}

static void what_is_shown_once_is_known_for_a_day_more(void **state)
{
	static const struct {
		enum role role;
		const struct fail *(*put)(struct store *s, const struct digest *once, int64_t until, int64_t now, bool *fresh);
	} kinds[] = { { ROLE_MCP, spent_put }, { ROLE_TOKEN, assertion_put } };
	struct world *w = *state;
	struct digest d = digest_of("state");
	bool fresh;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		assert_go_on(kinds[i].put(world_as(w, kinds[i].role), &d, START + 600, START, &fresh));
		assert_true(fresh);
		assert_go_on(kinds[i].put(world_other(w, kinds[i].role), &d, START + 600, START + 600 + 86400, &fresh));
		assert_false(fresh);
		assert_go_on(kinds[i].put(world_other(w, kinds[i].role), &d, START + 1200, START + 601 + 86400, &fresh));
		assert_true(fresh);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(changes_come_in_their_order, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(an_id_is_not_given_twice, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(what_is_an_hour_old_goes, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(what_is_shown_once_is_known_for_a_day_more, world_set_up, world_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
