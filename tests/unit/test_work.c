/* SPDX-License-Identifier: ISC */
/*
 * test_work: the states of a task.  It is its owner's alone, is taken by one worker in its turn, moves from one state to the next for
 * one of those who try, ends once, and is forgotten when its time is over.
 */
#include "world.h"

#include <sys/file.h>
#include <fcntl.h>

#include "json.h"
#include "slot.h"
#include "store_change.h"
#include "store_task.h"
#include "task_json.h"
#include "work.h"

static struct bearer owner_of(struct world *w, const char *client)
{
	struct grant g = world_grant(w, client);

	return (struct bearer){ .user_id = w->user, .user_name = "ada", .client_id = client, .scope = BOTH, .grant_id = g.id,
		.resource = w->conf.resource[0].uri };
}

static struct task new_one(struct world *w, const struct bearer *who, const char *tool)
{
	struct task t = { .tool = tool, .request = "{\"arguments\":{}}", .life = 30 };

	world_as(w, ROLE_MCP);
	assert_go_on(work_new(&w->cx, who, &t));
	return t;
}

static struct task *taken(struct world *w, const char *worker)
{
	struct task *t;

	assert_go_on(task_take(world_as(w, ROLE_WORK), w->cx.arena, worker, w->conf.task_ttl, w->cx.now, &t));
	return t;
}

/* As its owner sees it; NULL: it is not there. */
static struct task *seen(struct world *w, const struct bearer *who, const char *id)
{
	const struct fail *no;
	struct task *t = NULL;

	world_as(w, ROLE_MCP);
	no = work_find(&w->cx, who, id, &t);
	if (no)
		assert_ptr_equal(no, &work_unknown);
	return no ? NULL : t;
}

static struct json_object *json(struct world *w, const char *text)
{
	struct json_object *o;

	assert_true(json_read(w->cx.arena, text, strlen(text), &o));
	return o;
}

/* The lock that a living worker holds. */
static int lock(struct world *w, int number)
{
	char name[200];
	int fd;

	snprintf(name, sizeof name, "%s.task%d", w->conf.database, number);
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0);
	return fd;
}

static void a_task_is_its_owners(void **state)
{
	struct world *w = *state;
	struct bearer who = owner_of(w, "c_one"), other = owner_of(w, "c_two"), machine = who;
	struct task t = new_one(w, &who, "one");

	machine.user_id = 0;
	assert_int_equal(strlen(t.id), 43);
	assert_non_null(seen(w, &who, t.id));
	assert_null(seen(w, &other, t.id));
	assert_null(seen(w, &machine, t.id));
	who.user_id++;
	assert_null(seen(w, &who, t.id));
	who.user_id--;
	world_sql(w, "UPDATE task SET resource = 'https://mcp.example.org/other'");
	assert_null(seen(w, &who, t.id));
}

static void each_is_taken_once_and_in_its_turn(void **state)
{
	struct world *w = *state;
	struct bearer who = owner_of(w, "c_one");
	struct task one = new_one(w, &who, "one"), two = new_one(w, &who, "two"), *t;

	t = taken(w, "0.a");
	assert_string_equal(t->id, one.id);
	assert_int_equal(t->runs, 1);
	assert_string_equal(t->worker, "0.a");
	assert_string_equal(taken(w, "1.b")->id, two.id);
	assert_null(taken(w, "2.c"));
}

static void of_two_ends_there_is_one(void **state)
{
	struct world *w = *state;
	struct bearer who = owner_of(w, "c_one");
	struct task made = new_one(w, &who, "one"), *held = taken(w, "0.a"), end = *held;
	int slot = lock(w, 0);
	bool moved;

	world_as(w, ROLE_MCP);
	assert_go_on(work_cancel(&w->cx, &who, made.id));
	world_as(w, ROLE_WORK);
	work_end(&w->cx, &end, TASK_COMPLETED, "", "{\"content\":[]}");
	assert_go_on(work_move(&w->cx, held, &end, &moved));
	assert_false(moved);
	assert_int_equal(seen(w, &who, made.id)->status, TASK_CANCELLED);
	assert_null(seen(w, &who, made.id)->outcome);
	world_as(w, ROLE_MCP);
	assert_go_on(work_cancel(&w->cx, &who, made.id));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM change WHERE kind = 'task'"), 2);
	close(slot);
}

static void a_worker_that_was_replaced_has_nothing_to_say(void **state)
{
	struct world *w = *state;
	struct bearer who = owner_of(w, "c_one");
	struct task made, *first, end;
	bool moved, told, mine, allowed;

	made = new_one(w, &who, "one");
	world_sql(w, "UPDATE task SET restart = 1");
	first = taken(w, "0.a");
	end = *first;
	assert_int_equal(seen(w, &who, made.id)->status, TASK_WORKING);		/* nobody holds the lock: it is lost */
	assert_null(seen(w, &who, made.id)->worker);
	assert_string_equal(taken(w, "1.b")->id, made.id);
	assert_go_on(task_tell(world_as(w, ROLE_WORK), first, "I", w->cx.now, &told));
	assert_false(told);
	assert_go_on(task_look(w->cx.store, first, &mine, &allowed));
	assert_false(mine);
	work_end(&w->cx, &end, TASK_COMPLETED, "", "{}");
	assert_go_on(work_move(&w->cx, first, &end, &moved));
	assert_false(moved);
}

static void what_is_lost_is_failed_or_begun_again(void **state)
{
	struct world *w = *state;
	struct bearer who = owner_of(w, "c_one");
	struct task one = new_one(w, &who, "one"), *t;
	int slot = lock(w, 0);

	taken(w, "0.a");
	assert_string_equal(seen(w, &who, one.id)->worker, "0.a");		/* it lives */
	w->cx.now += 61;
	assert_int_equal(seen(w, &who, one.id)->status, TASK_FAILED);		/* it holds the lock, and has said nothing for a minute */
	assert_non_null(strstr(seen(w, &who, one.id)->outcome, "-32603"));
	close(slot);
	one = new_one(w, &who, "two");
	world_sql(w, "UPDATE task SET restart = 1 WHERE status = 'working'");
	for (int i = 0; i < WORK_RUNS_MAX; i++) {
		t = taken(w, "0.a");
		assert_non_null(t);
		assert_int_equal(t->runs, i + 1);
		assert_int_equal(seen(w, &who, one.id)->status, i + 1 < WORK_RUNS_MAX ? TASK_WORKING : TASK_FAILED);
	}
	assert_go_on(task_find_left(world_as(w, ROLE_WORK), w->cx.arena, 0, &t));
	assert_null(t);
}

static void a_slot_has_its_own_rows(void **state)
{
	struct world *w = *state;
	struct bearer who = owner_of(w, "c_one");
	struct task *t;

	new_one(w, &who, "one");
	taken(w, "10.a");
	assert_go_on(task_find_left(world_as(w, ROLE_WORK), w->cx.arena, 1, &t));
	assert_null(t);
	assert_go_on(task_find_left(w->cx.store, w->cx.arena, 10, &t));
	assert_non_null(t);
}

static void answers_are_taken_one_by_one(void **state)
{
	struct world *w = *state;
	struct bearer who = owner_of(w, "c_one");
	struct task made = new_one(w, &who, "one"), *held = taken(w, "0.a"), asks = *held, *t;
	bool moved;

	asks.status = TASK_INPUT_REQUIRED;
	asks.round = 1;
	asks.asked = "{\"1-a-b\":{\"method\":\"elicitation/create\"},\"1-r\":{\"method\":\"roots/list\"}}";
	asks.worker = NULL;
	asks.expires_at = w->cx.now + 100;
	world_as(w, ROLE_WORK);
	assert_go_on(work_move(&w->cx, held, &asks, &moved));
	assert_true(moved);
	world_as(w, ROLE_MCP);
	assert_ptr_equal(work_answer(&w->cx, &who, made.id, json(w, "{\"1-r\":{\"action\":\"accept\"}}")), &work_other_answer);
	assert_ptr_equal(work_answer(&w->cx, &who, made.id, json(w, "[]")), &work_answers);
	assert_go_on(work_answer(&w->cx, &who, made.id, json(w, "{\"1-a-b\":{\"action\":\"accept\"},\"2-r\":1,\"r\":2}")));
	t = seen(w, &who, made.id);
	assert_int_equal(t->status, TASK_INPUT_REQUIRED);
	assert_string_equal(t->answers, "{\"a-b\":{\"action\":\"accept\"}}");
	assert_string_equal(t->asked, "{\"1-r\":{\"method\":\"roots/list\"}}");
	assert_go_on(work_answer(&w->cx, &who, made.id, json(w, "{\"1-a-b\":{\"action\":\"decline\"},\"1-r\":{\"roots\":[]}}")));
	t = seen(w, &who, made.id);
	assert_int_equal(t->status, TASK_WORKING);
	assert_string_equal(t->answers, "{\"a-b\":{\"action\":\"accept\"},\"r\":{\"roots\":[]}}");
	assert_null(t->worker);
	assert_int_equal(t->runs, 0);
}

static void there_is_a_number_of_them(void **state)
{
	struct world *w = *state;
	struct bearer who = owner_of(w, "c_one"), machine = owner_of(w, "c_two");
	struct task t = { .tool = "x", .request = "{}", .life = 30 };
	const struct fail *no;

	w->conf.task_person_max = 8;
	new_one(w, &who, "one");
	new_one(w, &who, "two");
	no = work_new(&w->cx, &who, &t);
	assert_non_null(no);
	assert_int_equal(no->status, 429);
	machine.user_id = 0;
	new_one(w, &machine, "a machine's");
	world_sql(w, "UPDATE task SET status = 'completed'");
	new_one(w, &who, "three");
	w->cx.now += 7200;
	world_sql(w, "UPDATE task SET expires_at = 1");
	new_one(w, &who, "four");
	assert_int_equal(world_ask(w, "SELECT count(*) FROM task WHERE status = 'completed'"), 0);
}

static void what_is_over_is_over(void **state)
{
	struct world *w = *state;
	struct bearer who = owner_of(w, "c_one");
	struct task one = new_one(w, &who, "one");
	int64_t made = w->cx.now;

	w->cx.now = one.expires_at;
	assert_int_equal(one.expires_at, made + 30 + w->conf.task_ttl);
	assert_int_equal(seen(w, &who, one.id)->status, TASK_FAILED);
	w->cx.now += w->conf.task_ttl - 1;
	assert_non_null(seen(w, &who, one.id));
	w->cx.now++;
	assert_null(seen(w, &who, one.id));
}

static void permission_is_looked_at(void **state)
{
	struct world *w = *state;
	struct bearer who = owner_of(w, "c_one");
	struct task *t;
	bool mine, allowed;
	static const char *const takes[] = {
		"UPDATE grants SET revoked_at = 1", "UPDATE client SET disabled_at = 1", "UPDATE user SET disabled_at = 1",
	};
	static const char *const gives[] = {
		"UPDATE grants SET revoked_at = 0", "UPDATE client SET disabled_at = 0", "UPDATE user SET disabled_at = 0",
	};

	new_one(w, &who, "one");
	t = taken(w, "0.a");
	for (size_t i = 0; i < COUNT(takes); i++) {
		assert_go_on(task_look(world_as(w, ROLE_WORK), t, &mine, &allowed));
		row_check(mine && allowed, "%s: before", takes[i]);
		world_sql(w, takes[i]);
		assert_go_on(task_look(w->cx.store, t, &mine, &allowed));
		row_check(mine && !allowed, "%s", takes[i]);
		world_sql(w, gives[i]);
	}
	world_sql(w, "DELETE FROM grants");
	assert_go_on(task_look(w->cx.store, t, &mine, &allowed));
	assert_false(mine || allowed);
}

static void a_task_is_told_by_its_state(void **state)
{
	struct world *w = *state;
	struct task t = { .id = "x", .message = "", .asked = "{\"q\":1}", .outcome = "{\"o\":2}", .created_at = START,
		.updated_at = START + 1, .expires_at = START + 60 };
	static const struct {
		enum task_status status;
		const char *want;
	} table[] = {
		{ TASK_WORKING, "\"status\":\"working\",\"createdAt\":\"2026-07-28T09:30:00Z\",\"lastUpdatedAt\":\"2026-07-28T09:30:01Z\","
		    "\"ttlMs\":60000,\"pollIntervalMs\":2000}" },
		{ TASK_INPUT_REQUIRED, "\"inputRequests\":{\"q\":1}}" }, { TASK_COMPLETED, "\"ttlMs\":60000,\"result\":{\"o\":2}}" },
		{ TASK_FAILED, "\"error\":{\"o\":2}}" }, { TASK_CANCELLED, "\"ttlMs\":60000}" },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct buf b = buf_new(w->cx.arena);

		t.status = table[i].status;
		buf_char(&b, '{');
		task_put_json(&b, &w->cx, &t, REVISION_MODERN);
		buf_char(&b, '}');
		row_check(b.len > strlen(table[i].want) && strcmp(b.v + b.len - strlen(table[i].want), table[i].want) == 0, "%s", b.v);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_task_is_its_owners, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(each_is_taken_once_and_in_its_turn, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(of_two_ends_there_is_one, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(a_worker_that_was_replaced_has_nothing_to_say, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(what_is_lost_is_failed_or_begun_again, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(a_slot_has_its_own_rows, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(answers_are_taken_one_by_one, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(there_is_a_number_of_them, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(what_is_over_is_over, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(permission_is_looked_at, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(a_task_is_told_by_its_state, world_set_up, world_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
