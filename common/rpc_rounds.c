/* SPDX-License-Identifier: ISC */
/* rpc_rounds: run, ask, run again. */
#include <time.h>

#include <json-c/json.h>

#include "arena.h"
#include "log.h"
#include "rpc_asking.h"
#include "rpc_rounds.h"
#include "slot.h"
#include "store_mcp_session.h"

enum { LATER_SECONDS = 2 };

/* An answer that did not need a requestState is judged by what the program asks when it is run without it. */
static const struct fail *run_given(const struct rpc_rounds *x, struct call *c, struct rpc_message *m, struct answer *answer)
{
	struct json_object *given = c->given, *questions;
	const char *needed, *wrong;
	const struct fail *no;
	bool any;

	if (!given || !answer->ask)
		return NULL;
	c->given = NULL;
	questions = rpc_ask_questions(c, answer->ask, &needed, &wrong);
	if (!questions)
		return NULL;
	if ((no = rpc_ask_take(c, rpc_ask_asked(c, questions), given, m, &any)) || !any)
		return no;
	c->state = answer->state ? answer->state : "";
	return x->run(x->with, c, answer);
}

/* ---- before 2026-07-28 ------------------------------------------------------------------------------------------------- */

static bool can_ask(const struct call *c)
{
	return c->revision < REVISION_MODERN && c->session && c->way.say && c->way.now;
}

static void sentence(struct call *c, struct answer *answer, const char *text)
{
	*answer = (struct answer){ .kind = answer->kind };
	answer_wrong(c, answer, text);
}

/* A program that only wants to be asked again later. */
static bool wait_a_while(struct call *c)
{
	static const struct timespec step = { .tv_nsec = 200 * 1000 * 1000 };

	for (int i = 0; i < LATER_SECONDS * 5; i++) {
		nanosleep(&step, NULL);
		if (!call_go_on(c))
			return false;
	}
	return true;
}

/* Puts the questions of a round to the client.  True: the program can be run again; otherwise answer says why not. */
static bool ask(struct call *c, struct answer *answer, int round, struct asking *asking)
{
	const char *needed, *wrong;
	struct json_object *questions = rpc_ask_questions(c, answer->ask, &needed, &wrong);

	if (!questions || (needed && json_object_object_length(questions) == 0))
		return false;		/* the same as where nobody can be asked */
	if (round == RPC_ROUNDS_MAX) {
		sentence(c, answer, "The tool has asked too often.");
		return false;
	}
	if (json_object_object_length(questions) == 0) {
		answer->stopped = !wait_a_while(c);
	} else {
		wrong = rpc_asking_put(asking, questions, &answer->stopped);
		if (wrong)
			sentence(c, answer, wrong);
		if (wrong)
			return false;
	}
	c->state = answer->state ? answer->state : "";
	return !answer->stopped;
}

static const struct fail *run_asking(const struct rpc_rounds *x, struct call *c, struct answer *answer)
{
	struct asking asking = { .call = c };
	const struct fail *no;

	for (int round = 0; ; round++) {
		if ((no = x->run(x->with, c, answer)) || answer->stopped || (!answer->ask && !answer->state))
			break;
		if (!ask(c, answer, round, &asking))
			break;
	}
	if (!no && !answer->stopped && !answer->failed)
		rpc_asking_complete(&asking);
	return no;
}

/* What was cancelled is known, and need not be found again. */
static void forget(struct call *c)
{
	struct store *s = c->cx->store;
	const struct fail *no;

	if (!c->cancelled)
		return;
	no = store_begin_passing(s);
	if (!no)
		no = cancelled_drop(s, &c->session->hash, c->request, c->cx->now);
	if (!no)
		no = store_commit(s);
	store_end(s);
	if (no)
		log_line("a cancellation is still on the books");
}

/* One slot for the whole call: it is refused before anything has happened, or not at all. */
static const struct fail *run_old(const struct rpc_rounds *x, struct call *c, struct answer *answer)
{
	const struct fail *no;
	int slot;

	if ((no = program_take_slot(c->cx, &slot)))
		return no;
	c->seated = true;
	if (x->polling && c->kept && c->way.leave)
		c->way.leave(c->way.with);
	no = run_asking(x, c, answer);
	slot_drop(slot);
	c->seated = false;
	forget(c);
	return no;
}

const struct fail *rpc_rounds_run(const struct rpc_rounds *x, struct call *c, struct rpc_message *m, struct answer *answer)
{
	const struct fail *no;

	if (x->asks && can_ask(c))
		return run_old(x, c, answer);
	no = x->run(x->with, c, answer);
	return no ? no : run_given(x, c, m, answer);
}
