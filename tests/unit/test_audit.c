/* SPDX-License-Identifier: ISC */
/*
 * test_audit: what happened is written down with what the request has learnt, once, for as long as the settings say, and
 * never at the cost of the request.
 */
#include "world.h"

#include "audit.h"
#include "limit.h"

static const struct fail refused = FAIL(400, "invalid_grant", "The code is no good");

static void an_event_is_a_row_of_its_transaction(void **state)
{
	struct world *w = *state;

	world_as(w, ROLE_TOKEN);
	w->cx.trail = (struct trail){ .attempt = "a1", .user = "ada", .client_id = "c_one", .resource = "r", .why = "because" };
	assert_go_on(store_begin(w->cx.store));
	assert_go_on(audit_note(&w->cx, AUDIT_TOKEN));
	store_end(w->cx.store);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit"), 0);
	assert_go_on(store_begin(w->cx.store));
	assert_go_on(audit_note(&w->cx, AUDIT_TOKEN));
	assert_go_on(store_commit(w->cx.store));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit WHERE at = 1785231000 AND attempt = 'a1' AND request = "
	    "'0123456789abcdef' AND event = 'token' AND outcome = 'ok' AND why = 'because' AND user = 'ada' AND "
	    "client_id = 'c_one' AND resource = 'r' AND address = '192.0.2.1'"), 1);
}

/* What is open when a request is refused is undone; its refusal is not. */
static void a_refusal_outlives_what_is_undone(void **state)
{
	struct world *w = *state;

	world_as(w, ROLE_TOKEN);
	assert_go_on(store_begin(w->cx.store));
	assert_go_on(audit_note(&w->cx, AUDIT_TOKEN));
	audit_refusal(&w->cx, AUDIT_TOKEN, &refused);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit"), 1);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit WHERE outcome = 'invalid_grant' AND why = 'The code is no good'"
	    " AND attempt = '' AND user IS NULL"), 1);
	w->cx.trail.why = "expired";
	audit_refusal(&w->cx, AUDIT_TOKEN, &refused);
	audit_refusal(&w->cx, AUDIT_TOKEN, &fail_internal);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit WHERE why = 'expired'"), 1);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit"), 2);
}

static void nothing_is_written_when_it_is_off(void **state)
{
	struct world *w = *state;

	world_settings(w, "audit = off\n");
	world_as(w, ROLE_TOKEN);
	assert_go_on(store_begin(w->cx.store));
	assert_go_on(audit_note(&w->cx, AUDIT_TOKEN));
	assert_go_on(store_commit(w->cx.store));
	audit_refusal(&w->cx, AUDIT_TOKEN, &refused);
	audit_remark(&w->cx, AUDIT_CALL);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit"), 0);
}

/* An address that fails all the time fills no disk. */
static void an_address_is_written_down_so_often(void **state)
{
	struct world *w = *state;

	world_settings(w, "limit_audit = 3/60\n");
	world_as(w, ROLE_TOKEN);
	for (int i = 0; i < 10; i++)
		audit_refusal(&w->cx, AUDIT_TOKEN, &refused);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit"), 3);
	w->cx.peer = "192.0.2.2";
	audit_refusal(&w->cx, AUDIT_TOKEN, &refused);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit"), 4);
	w->cx.peer = "192.0.2.1";
	w->cx.now += 60;
	audit_refusal(&w->cx, AUDIT_TOKEN, &refused);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit"), 5);
}

static void old_rows_go_with_new_ones(void **state)
{
	struct world *w = *state;

	world_settings(w, "audit_days = 2\nlimit_audit = 1000/1\n");
	world_as(w, ROLE_TOKEN);
	for (int i = 0; i < 30; i++)
		audit_refusal(&w->cx, AUDIT_TOKEN, &refused);
	w->cx.now += 2 * 86400;
	audit_refusal(&w->cx, AUDIT_TOKEN, &refused);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit"), 31);
	w->cx.now += 1;
	audit_refusal(&w->cx, AUDIT_TOKEN, &refused);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit"), 12);
	audit_refusal(&w->cx, AUDIT_TOKEN, &refused);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit"), 3);
}

/* Somebody else writes: the row is lost, and the next transaction waits as long as ever. */
static void nobody_waits_for_it(void **state)
{
	struct world *w = *state;

	world_as(w, ROLE_TOKEN);
	assert_go_on(store_begin(world_other(w, ROLE_TOKEN)));
	audit_refusal(&w->cx, AUDIT_TOKEN, &refused);
	assert_ptr_equal(store_begin(w->cx.store), &fail_unavailable);
	store_end(w->cx.store);
	store_end(w->other);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit"), 0);
	audit_remark(&w->cx, AUDIT_CALL);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit"), 1);
}

static bool collect(void *with, const struct audit *row)
{
	char *text = with;

	snprintf(text + strlen(text), 64 - strlen(text), "%s ", row->why);
	return strcmp(row->why, "stop") != 0;
}

static void rows_are_read_from_either_end(void **state)
{
	static const char *const why[] = { "one", "two", "stop", "four" };
	struct world *w = *state;
	char text[64];

	world_as(w, ROLE_TOKEN);
	for (size_t i = 0; i < COUNT(why); i++) {
		w->cx.trail.why = why[i];
		audit_refusal(&w->cx, AUDIT_TOKEN, &refused);
	}
	world_as(w, ROLE_MCPCTL);
	*text = '\0';
	assert_go_on(audit_last(w->cx.store, w->cx.arena, INT64_MAX, 10, collect, text));
	assert_string_equal(text, "four stop ");
	*text = '\0';
	assert_go_on(audit_next(w->cx.store, w->cx.arena, 0, 2, collect, text));
	assert_string_equal(text, "one two ");
	*text = '\0';
	assert_go_on(audit_last(w->cx.store, w->cx.arena, 2, 10, collect, text));
	assert_string_equal(text, "one ");
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_WORLD(an_event_is_a_row_of_its_transaction),
		WITH_WORLD(a_refusal_outlives_what_is_undone),
		WITH_WORLD(nothing_is_written_when_it_is_off),
		WITH_WORLD(an_address_is_written_down_so_often),
		WITH_WORLD(old_rows_go_with_new_ones),
		WITH_WORLD(nobody_waits_for_it),
		WITH_WORLD(rows_are_read_from_either_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
