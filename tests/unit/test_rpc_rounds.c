/* SPDX-License-Identifier: ISC */
/* test_rpc_rounds: what is run again with which answers, and when it is not; the other process answers from a second connection. */
#include "world.h"

#include <math.h>

#include "json.h"
#include "rpc_rounds.h"
#include "store_mcp_session.h"
#include "store_question.h"

#define FORM "{\"message\":\"Name?\",\"schema\":{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"}},\"required\":[\"name\"]}}"

/* A client behind a stream, and a program that asks the questions of each round in turn. */
struct play {
	struct world *w;
	struct digest session;
	const char *const *rounds;	/* what the program asks, JSON; NULL: it is done */
	const char *const *replies;	/* to each question, JSON of the response; "": none */
	int asked, run, said;
	bool gone;
	int64_t now;
	struct buf answers;		/* that the last run was given */
};

static struct json_object *value_of(struct play *p, const char *text)
{
	struct json_object *v;

	row_check(json_read(p->w->cx.arena, text, strlen(text), &v), "%s", text);
	return v;
}

static bool say(void *with, const char *json, size_t n)
{
	struct play *p = with;
	struct json_object *m = value_of(p, arena_text(p->w->cx.arena, json, n));

	p->said++;
	if (json_text(m, "id") && p->replies && p->replies[p->asked])
		assert_go_on(question_answer(world_other(p->w, ROLE_MCP), json_text(m, "id"), &p->session, p->replies[p->asked++], p->now));
	return !p->gone;
}

static bool go_on(void *with)
{
	struct play *p = with;

	p->now += 100;
	return !p->gone;
}

static int64_t now(void *with)
{
	const struct play *p = with;

	return p->now;
}

static const struct fail *run(void *with, struct call *c, struct answer *answer)
{
	struct play *p = with;
	const char *ask = p->rounds[p->run++];

	*answer = (struct answer){ 0 };
	p->answers = buf_new(p->w->cx.arena);
	json_put(&p->answers, c->answers);
	if (ask)
		answer->ask = value_of(p, ask);
	else
		answer->text = p->answers;
	return NULL;
}

static struct answer play(struct play *p, enum revision r, const char *capabilities, const struct fail **no)
{
	static const struct bearer who = { .user_id = 1, .client_id = "c_one", .resource = "r" };
	struct mcp_session session = { .hash = digest_of("s"), .revision = rpc_shape_name(r), .capabilities = capabilities };
	struct call c = {
		.cx = &p->w->cx, .who = &who, .revision = r, .state = "", .request = "1", .progress = -HUGE_VAL, .session = &session,
		.way = { .with = p, .say = say, .go_on = go_on, .watch = -1, .now = now }, .capabilities = value_of(p, capabilities),
	};
	const struct rpc_rounds x = { .with = p, .run = run, .asks = true };
	struct rpc_message m = { .id = "1", .revision = r };
	struct answer answer;

	p->session = session.hash;
	p->now = START;
	world_as(p->w, ROLE_MCP);
	assert_go_on(mcp_session_put(p->w->cx.store, &who, &session, START));
	*no = rpc_rounds_run(&x, &c, &m, &answer);
	assert_int_equal(world_ask(p->w, "SELECT count(*) FROM question"), 0);
	return answer;
}

static void a_program_is_run_again_with_its_answers(void **state)
{
	static const char *const rounds[] = { "{\"a\":" FORM "}", "{\"b\":" FORM "}", NULL };
	static const char *const replies[] = {
		"{\"result\":{\"action\":\"accept\",\"content\":{\"name\":\"x\"}}}", "{\"error\":{\"code\":-1,\"message\":\"no\"}}", NULL,
	};
	struct play p = { .w = *state, .rounds = rounds, .replies = replies };
	const struct fail *no;
	struct answer answer = play(&p, REVISION_2025_11_25, "{\"elicitation\":{}}", &no);

	assert_null(no);
	assert_int_equal(p.run, 3);
	assert_false(answer.stopped || answer.failed);
	assert_string_equal(p.answers.v, "{\"a\":{\"action\":\"accept\",\"content\":{\"name\":\"x\"}},\"b\":{\"action\":\"cancel\"}}");
}

static void what_does_not_conform_is_no_answer(void **state)
{
	static const char *const rounds[] = { "{\"a\":" FORM "}", "{\"b\":" FORM "}", NULL };
	static const char *const replies[] = {
		"{\"result\":{\"action\":\"accept\",\"content\":{\"name\":5}}}", "{\"result\":{\"action\":\"decline\"}}", NULL,
	};
	struct play p = { .w = *state, .rounds = rounds, .replies = replies };
	const struct fail *no;

	play(&p, REVISION_2025_11_25, "{\"elicitation\":{}}", &no);
	assert_null(no);
	assert_string_equal(p.answers.v, "{\"b\":{\"action\":\"decline\"}}");
}

static void nobody_is_asked_for_ever(void **state)
{
	static const char *const rounds[] = {
		"{\"a\":" FORM "}", "{\"a\":" FORM "}", "{\"a\":" FORM "}", "{\"a\":" FORM "}", "{\"a\":" FORM "}", "{\"a\":" FORM "}",
		"{\"a\":" FORM "}", "{\"a\":" FORM "}", "{\"a\":" FORM "}", NULL,
	};
	static const char *const replies[] = { "{\"result\":{}}", "{\"result\":{}}", "{\"result\":{}}", "{\"result\":{}}", "{\"result\":{}}",
		"{\"result\":{}}", "{\"result\":{}}", "{\"result\":{}}", "{\"result\":{}}", NULL };
	struct play p = { .w = *state, .rounds = rounds, .replies = replies };
	const struct fail *no;
	struct answer answer = play(&p, REVISION_2025_11_25, "{\"elicitation\":{}}", &no);

	assert_null(no);
	assert_int_equal(p.asked, RPC_ROUNDS_MAX);
	assert_true(answer.failed);
	assert_null(answer.ask);
}

static void an_answer_that_does_not_come_ends_the_call(void **state)
{
	static const char *const rounds[] = { "{\"a\":" FORM "}", NULL };
	struct play late = { .w = *state, .rounds = rounds }, gone = { .w = *state, .rounds = rounds, .gone = true };
	const struct fail *no;
	struct answer answer = play(&late, REVISION_2025_11_25, "{\"elicitation\":{}}", &no);

	assert_true(answer.failed);
	assert_false(answer.stopped);
	assert_int_equal(late.run, 1);
	assert_int_equal(late.said, 2);		/* the question, and that it is taken back */
	world_sql(*state, "DELETE FROM mcp_session");
	answer = play(&gone, REVISION_2025_06_18, "{\"elicitation\":{}}", &no);
	assert_true(answer.stopped);
}

static void who_cannot_be_asked_is_not(void **state)
{
	static const char *const rounds[] = { "{\"a\":" FORM "}", NULL };
	static const struct { enum revision r; const char *can; } cases[] = {
		{ REVISION_2025_11_25, "{}" }, { REVISION_2025_11_25, "{\"elicitation\":{\"url\":{}}}" },
		{ REVISION_2025_11_25, "{\"sampling\":{}}" }, { REVISION_2025_03_26, "{\"elicitation\":{}}" },
	};
	const struct fail *no;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct play p = { .w = *state, .rounds = rounds };
		struct answer answer = play(&p, cases[i].r, cases[i].can, &no);

		assert_null(no);
		assert_int_equal(p.said, 0);
		assert_int_equal(p.run, 1);
		assert_non_null(answer.ask);	/* rpc_run_put_answer() has the sentence */
		world_sql(*state, "DELETE FROM mcp_session");
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_program_is_run_again_with_its_answers, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(what_does_not_conform_is_no_answer, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(nobody_is_asked_for_ever, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(an_answer_that_does_not_come_ends_the_call, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(who_cannot_be_asked_is_not, world_set_up, world_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
