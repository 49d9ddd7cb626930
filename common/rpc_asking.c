/* SPDX-License-Identifier: ISC */
/* rpc_asking: put, wait, take. */
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "arena.h"
#include "buf.h"
#include "conf.h"
#include "json.h"
#include "log.h"
#include "rpc_asking.h"
#include "rpc_asking_shape.h"
#include "rpc_rounds.h"
#include "store_mcp_session.h"
#include "store_question.h"

enum { STEP_MS = 50, STEPS_A_SECOND = 1000 / STEP_MS, TICK_SECONDS = 10 };

/* One question on its way. */
struct pending {
	const char *key;
	struct json_object *question;
	struct json_object *asked;
	const char *id, *page;
	struct json_object *response;	/* as the rows have it; NULL until it came */
};

struct waiting {
	struct asking *asking;
	struct call *c;
	struct pending p[RPC_QUESTIONS_MAX];
	size_t n;
	int64_t until, looked;
	bool ended;			/* the session has */
};

static int64_t now_of(struct call *c)
{
	return c->way.now(c->way.with);
}

/* ---- put -------------------------------------------------------------------------------------------------------------- */

static const struct fail *put_rows(struct waiting *w, int64_t now, bool *many)
{
	struct call *c = w->c;
	struct store *s = c->cx->store;
	const struct fail *no;
	int64_t calls;
	bool put = true;

	if ((no = question_calls(s, c->who, now, &calls)))
		return no;
	*many = calls >= RPC_WAITING_MAX;
	for (size_t i = 0; i < w->n && put && !*many && !no; i++) {
		const struct question q = {
			.id = w->p[i].id, .session = c->session->hash, .request = c->request, .expires_at = w->until,
		};

		no = question_put(s, &q, now, &put);
	}
	w->ended = !put;
	return no;
}

static const char *put(struct waiting *w)
{
	struct store *s = w->c->cx->store;
	int64_t now = now_of(w->c);
	const struct fail *no;
	bool many = false;

	w->until = now + w->c->cx->conf->question_ttl;
	no = store_begin_passing(s);
	if (!no)
		no = put_rows(w, now, &many);
	if (!no && !many && !w->ended)
		no = store_commit(s);
	store_end(s);
	if (no)
		return "The tool's question could not be asked: the server is busy.";
	return many ? "Too many of your calls wait for an answer already." : NULL;
}

static void say(struct waiting *w, const struct buf *b)
{
	w->c->way.say(w->c->way.with, b->v, b->len);
}

static void say_questions(struct waiting *w)
{
	for (size_t i = 0; i < w->n; i++) {
		struct buf b = buf_new(w->c->cx->arena);

		rpc_asking_put_request(&b, w->c->revision, w->p[i].id, w->p[i].question, w->p[i].page);
		say(w, &b);
	}
}

static void say_cancelled(struct waiting *w)
{
	for (size_t i = 0; i < w->n; i++) {
		struct buf b = buf_new(w->c->cx->arena);

		if (w->p[i].response)
			continue;
		buf_text(&b, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{");
		json_put_member(&b, "requestId", w->p[i].id);
		json_put_member(&b, "reason", "No answer came in time");
		buf_text(&b, "}}");
		say(w, &b);
	}
}

/* ---- wait ------------------------------------------------------------------------------------------------------------- */

/* Rows that cannot be read at the moment are looked at again. */
static bool all_there(struct waiting *w)
{
	struct arena *a = w->c->cx->arena;
	bool all = true;

	for (size_t i = 0; i < w->n && !w->ended; i++) {
		struct pending *p = &w->p[i];
		const char *text;
		bool there;

		if (!p->response && !question_find(w->c->cx->store, a, p->id, &there, &text)) {
			w->ended = !there;
			if (there && text && !json_read(a, text, strlen(text), &p->response))
				w->ended = true;
		}
		all = all && p->response;
	}
	return all && !w->ended;
}

/* Is somebody there who waits for the call?  A client that can come back may go. */
static bool is_awaited(struct waiting *w)
{
	struct call *c = w->c;
	bool there = !c->way.go_on || c->way.go_on(c->way.with);

	return !call_is_cancelled(c) && (there || c->kept);
}

/* True: all have come.  Otherwise w->ended, or it took too long. */
static bool wait(struct waiting *w)
{
	static const struct timespec step = { .tv_nsec = STEP_MS * 1000 * 1000 };
	int64_t version;

	for (int i = 1; !w->ended; i++) {
		nanosleep(&step, NULL);
		if (!store_look(w->c->cx->store, &version) && version != w->looked) {
			w->looked = version;
			if (all_there(w))
				return true;
		}
		if (i % STEPS_A_SECOND)
			continue;
		w->ended = w->ended || !is_awaited(w);
		if (i % (TICK_SECONDS * STEPS_A_SECOND) == 0)
			call_tick(w->c, "Waits for an answer");
		if (now_of(w->c) >= w->until)
			return false;
	}
	return false;
}

static void drop_rows(struct waiting *w)
{
	struct store *s = w->c->cx->store;
	const struct fail *no = store_begin_passing(s);

	for (size_t i = 0; i < w->n && !no; i++)
		no = question_drop(s, w->p[i].id);
	if (!no)
		no = store_commit(s);
	store_end(s);
	if (no)
		log_line("questions that were answered stay until they expire");
}

/* ---- take ------------------------------------------------------------------------------------------------------------- */

/* A client that refuses has nobody who would answer; a form or page is then cancelled. */
static struct json_object *refusal(struct waiting *w, const struct pending *p)
{
	static const char cancelled[] = "{\"action\":\"cancel\"}";
	const char *method = json_text(p->question, "method");
	struct json_object *value;

	if (strcmp(method, "elicitation/create") == 0 && json_read(w->c->cx->arena, cancelled, sizeof cancelled - 1, &value))
		return value;
	return p->response;
}

static void take(struct waiting *w, struct pending *p)
{
	struct json_object *result = json_get(p->response, "result"), *answer = result ? result : refusal(w, p);
	const char *wrong = result ? rpc_ask_wrong(w->c, p->key, p->asked, result) : NULL;
	const char *action = json_text(answer, "action");

	if (wrong) {
		log_line("an answer is asked for again: %s", wrong);
		return;			/* the program misses it, and asks again */
	}
	rpc_ask_add(w->c, p->key, answer);
	if (p->page && action && strcmp(action, "accept") == 0 && w->asking->pages < RPC_QUESTIONS_MAX)
		w->asking->page[w->asking->pages++] = p->page;
}

/* ---- all of it ---------------------------------------------------------------------------------------------------------- */

static void begin(struct waiting *w, struct json_object *questions)
{
	struct arena *a = w->c->cx->arena;
	struct json_object *asked = rpc_ask_asked(w->c, questions);

	json_object_object_foreach(questions, key, question) {
		const char *mode = json_text(json_get(question, "params"), "mode");
		const struct random_text id = crypto_random_text(), page = crypto_random_text();

		w->p[w->n++] = (struct pending){
			.key = arena_copy(a, key), .question = question, .asked = json_get(asked, key), .id = arena_copy(a, id.v),
			.page = mode && strcmp(mode, "url") == 0 ? arena_copy(a, page.v) : NULL,
		};
	}
}

const char *rpc_asking_put(struct asking *x, struct json_object *questions, bool *stopped)
{
	struct waiting w = { .asking = x, .c = x->call };
	const char *wrong;
	bool there;

	begin(&w, questions);
	if ((wrong = put(&w)))
		return wrong;
	if (!w.ended)
		say_questions(&w);
	there = wait(&w);
	drop_rows(&w);
	*stopped = w.ended;
	if (!there && !w.ended) {
		say_cancelled(&w);
		return "Nobody has answered the tool's question in time.";
	}
	for (size_t i = 0; i < w.n && there; i++)
		take(&w, &w.p[i]);
	return NULL;
}

void rpc_asking_complete(struct asking *x)
{
	struct call *c = x->call;

	for (size_t i = 0; i < x->pages; i++) {
		struct buf b = buf_new(c->cx->arena);

		buf_text(&b, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/elicitation/complete\",\"params\":{");
		json_put_member(&b, "elicitationId", x->page[i]);
		buf_text(&b, "}}");
		c->way.say(c->way.with, b.v, b.len);
	}
}
