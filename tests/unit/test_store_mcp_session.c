/* SPDX-License-Identifier: ISC */
/*
 * test_store_mcp_session: whose a session is and how long; what hangs on it; a question is answered once, in time, by the session
 * that it was put to.
 */
#include "world.h"

#include "store_mcp_session.h"
#include "store_question.h"
#include "store_stream.h"

static struct mcp_session session(const char *id)
{
	return (struct mcp_session){ .hash = digest_of(id), .revision = "2025-11-25", .capabilities = "{}" };
}

static struct bearer person(struct world *w)
{
	return (struct bearer){ .user_id = w->user, .client_id = "c_one", .resource = "r" };
}

static void begin(struct world *w, const struct bearer *who, const char *id, int64_t now)
{
	const struct mcp_session x = session(id);

	assert_go_on(mcp_session_put(world_as(w, ROLE_MCP), who, &x, now));
}

static bool lives(struct world *w, const struct bearer *who, const char *id, int64_t now)
{
	const struct digest d = digest_of(id);
	struct mcp_session *x;

	assert_go_on(mcp_session_find(world_other(w, ROLE_MCP), w->cx.arena, &d, who, now, &x));
	return x != NULL;
}

static void a_session_is_found_by_its_owner_alone(void **state)
{
	struct world *w = *state;
	struct bearer ada = person(w), other = ada, elsewhere = ada, machine = ada;

	other.client_id = "c_two";
	elsewhere.resource = "s";
	machine.user_id = 0;
	begin(w, &ada, "a", START);
	begin(w, &machine, "m", START);
	assert_true(lives(w, &ada, "a", START));
	assert_false(lives(w, &other, "a", START));
	assert_false(lives(w, &elsewhere, "a", START));
	assert_false(lives(w, &machine, "a", START));
	assert_true(lives(w, &machine, "m", START));
	assert_false(lives(w, &ada, "m", START));
	assert_false(lives(w, &ada, "b", START));
}

static void an_idle_session_ends(void **state)
{
	struct world *w = *state;
	const struct bearer ada = person(w);
	const struct digest a = digest_of("a");

	begin(w, &ada, "a", START);
	assert_true(lives(w, &ada, "a", START + MCP_SESSION_IDLE - 1));
	assert_false(lives(w, &ada, "a", START + MCP_SESSION_IDLE));
	assert_go_on(mcp_session_touch(world_as(w, ROLE_MCP), &a, START + 100));
	assert_true(lives(w, &ada, "a", START + MCP_SESSION_IDLE));
	begin(w, &ada, "b", START + MCP_SESSION_IDLE + 100);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM mcp_session"), 1);
}

static void the_oldest_makes_room(void **state)
{
	struct world *w = *state;
	const struct bearer ada = person(w);

	for (int i = 0; i <= MCP_SESSIONS_MAX; i++)
		begin(w, &ada, arena_printf(w->cx.arena, "s%d", i), START + i);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM mcp_session"), MCP_SESSIONS_MAX);
	assert_false(lives(w, &ada, "s0", START + 200));
	assert_true(lives(w, &ada, "s1", START + 200));
}

static bool cancelled(struct world *w, const char *session, const char *request, int64_t since)
{
	const struct digest d = digest_of(session);
	bool is;

	assert_go_on(cancelled_find(world_other(w, ROLE_MCP), &d, request, since, &is));
	return is;
}

static void a_cancellation_is_for_one_request_and_one_time(void **state)
{
	struct world *w = *state;
	const struct bearer ada = person(w);
	const struct digest a = digest_of("a"), none = digest_of("none");
	struct store *s = world_as(w, ROLE_MCP);

	begin(w, &ada, "a", START);
	begin(w, &ada, "b", START);
	assert_false(cancelled(w, "a", "1", START));
	assert_go_on(cancelled_put(s, &a, "1", START + 5));
	assert_go_on(cancelled_put(s, &none, "1", START + 5));
	assert_true(cancelled(w, "a", "1", START + 5));
	assert_false(cancelled(w, "a", "1", START + 6));
	assert_false(cancelled(w, "a", "\"1\"", START));
	assert_false(cancelled(w, "b", "1", START));
	assert_true(cancelled(w, "none", "1", START));
	assert_go_on(cancelled_drop(s, &a, "1", START + 5));
	assert_false(cancelled(w, "a", "1", START));
	for (int i = 0; i < 150; i++)
		assert_go_on(cancelled_put(s, &a, arena_printf(w->cx.arena, "%d", i), START));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM cancelled"), 100);
}

static void subscriptions_are_bounded(void **state)
{
	struct world *w = *state;
	const struct bearer ada = person(w);
	const struct digest a = digest_of("a");
	struct store *s = world_as(w, ROLE_MCP);
	bool put, is;

	begin(w, &ada, "a", START);
	for (int i = 0; i < SUBSCRIPTIONS_MAX + 1; i++) {
		assert_go_on(subscription_put(s, &a, arena_printf(w->cx.arena, "x:%d", i), &put));
		assert_int_equal(put, i < SUBSCRIPTIONS_MAX);
	}
	assert_go_on(subscription_drop(s, &a, "x:0"));
	assert_go_on(subscription_find(s, &a, "x:0", &is));
	assert_false(is);
	assert_go_on(subscription_find(s, &a, "x:1", &is));
	assert_true(is);
	assert_go_on(mcp_session_drop(s, &a));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM subscription"), 0);
}

static const char *response(struct world *w, const char *id, bool *there)
{
	const char *text;

	assert_go_on(question_find(world_as(w, ROLE_MCP), w->cx.arena, id, there, &text));
	return text;
}

static void a_question_is_answered_once_in_time_by_its_session(void **state)
{
	struct world *w = *state;
	const struct bearer ada = person(w);
	const struct digest a = digest_of("a"), b = digest_of("b");
	const struct question q = { .id = "q", .session = a, .request = "1", .expires_at = START + 10 };
	struct store *other = world_other(w, ROLE_MCP);
	int64_t before, after, n;
	bool put, there;

	begin(w, &ada, "a", START);
	begin(w, &ada, "b", START);
	assert_go_on(question_put(world_as(w, ROLE_MCP), &q, START, &put));
	assert_true(put);
	assert_go_on(question_calls(w->cx.store, &ada, START, &n));
	assert_int_equal(n, 1);
	assert_go_on(store_look(w->cx.store, &before));
	assert_go_on(question_answer(other, "q", &b, "{\"result\":{}}", START));
	assert_go_on(question_answer(other, "q", &a, "{\"result\":{}}", START + 10));
	assert_null(response(w, "q", &there));
	assert_true(there);
	assert_go_on(question_answer(other, "q", &a, "{\"result\":1}", START + 9));
	assert_go_on(question_answer(other, "q", &a, "{\"result\":2}", START + 9));
	assert_string_equal(response(w, "q", &there), "{\"result\":1}");
	assert_go_on(store_look(w->cx.store, &after));
	assert_true(before != after);
	assert_go_on(question_calls(w->cx.store, &ada, START, &n));
	assert_int_equal(n, 0);
	assert_go_on(mcp_session_drop(other, &a));
	assert_null(response(w, "q", &there));
	assert_false(there);
	assert_go_on(question_put(w->cx.store, &q, START, &put));
	assert_false(put);
}

static void a_stream_is_told_from_any_event_on(void **state)
{
	struct world *w = *state;
	const struct bearer ada = person(w);
	const struct digest a = digest_of("a"), b = digest_of("b");
	struct store *s = world_as(w, ROLE_MCP);
	bool put, there, ended;
	struct event *e;
	size_t n;

	begin(w, &ada, "a", START);
	assert_go_on(stream_put(s, "x", &b, START, &put));
	assert_false(put);
	assert_go_on(stream_put(s, "x", &a, START, &put));
	assert_true(put);
	for (int i = 1; i <= 3; i++) {
		const struct event one = { .number = i, .message = arena_printf(w->cx.arena, "%d", i) };

		assert_go_on(event_put(s, "x", &one));
	}
	assert_go_on(event_since(world_other(w, ROLE_MCP), w->cx.arena, "x", 1, 10, &e, &n));
	assert_int_equal(n, 2);
	assert_string_equal(e[0].message, "2");
	assert_go_on(stream_find(s, "x", &a, &there));
	assert_true(there);
	assert_go_on(stream_find(s, "x", &b, &there));
	assert_false(there);
	assert_go_on(stream_has_ended(s, "x", &ended));
	assert_false(ended);
	assert_go_on(stream_end(s, "x", START + 1));
	assert_go_on(stream_has_ended(s, "x", &ended));
	assert_true(ended);
	for (int i = 0; i < STREAMS_MAX; i++)
		assert_go_on(stream_put(s, arena_printf(w->cx.arena, "y%d", i), &a, START + 2 + i, &put));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM stream"), STREAMS_MAX);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM event"), 0);
	assert_go_on(stream_put(s, "z", &a, START + 2 * 3600 + 100, &put));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM stream"), 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_session_is_found_by_its_owner_alone, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(an_idle_session_ends, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(the_oldest_makes_room, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(a_cancellation_is_for_one_request_and_one_time, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(subscriptions_are_bounded, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(a_question_is_answered_once_in_time_by_its_session, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(a_stream_is_told_from_any_event_on, world_set_up, world_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
