/* SPDX-License-Identifier: ISC */
/* worker_round: a call that no request waits for. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "answer.h"
#include "arena.h"
#include "buf.h"
#include "call.h"
#include "conf.h"
#include "json.h"
#include "log.h"
#include "rpc_ask.h"
#include "rpc_message.h"
#include "scope.h"
#include "tool.h"
#include "utf8.h"
#include "work.h"
#include "worker_round.h"

/* ---- what the program says meanwhile -------------------------------------------------------------------------------- */

static bool is_number(struct json_object *v)
{
	return json_object_is_type(v, json_type_int) || json_object_is_type(v, json_type_double);
}

/* At most n bytes of it, and no half of a character. */
static int length(const char *text, size_t n)
{
	size_t at = 0, step;

	while (text[at] && (step = utf8_char(text + at, strlen(text + at))) > 0 && at + step <= n)
		at += step;
	return (int)at;
}

/* "reading (3 of 10)" */
static void keep(struct worker *w, struct json_object *line)
{
	enum { ROOM_FOR_NUMBERS = 60 };
	const char *text = json_text(line, "message");
	struct json_object *total = json_get(line, "total");
	int n = text ? length(text, WORKER_MESSAGE_MAX - ROOM_FOR_NUMBERS) : 0;
	char numbers[ROOM_FOR_NUMBERS];

	if (is_number(total))
		snprintf(numbers, sizeof numbers, "%.10g of %.10g", json_object_get_double(json_get(line, "progress")),
		    json_object_get_double(total));
	else
		snprintf(numbers, sizeof numbers, "%.10g", json_object_get_double(json_get(line, "progress")));
	if (n > 0)
		snprintf(w->message, sizeof w->message, "%.*s (%s)", n, text, numbers);
	else
		snprintf(w->message, sizeof w->message, "%s", numbers);
	w->news = true;
}

/* A task has no notifications of progress and no log messages: what a line says becomes its statusMessage. */
static bool hear(void *with, const char *text, size_t n)
{
	struct worker *w = with;
	struct json_object *line;
	bool mine = true;

	if (json_read(w->scratch, text, n, &line)) {
		mine = json_has(line, "progress") || json_has(line, "level");
		if (is_number(json_get(line, "progress")))
			keep(w, line);
	}
	arena_reset(w->scratch);
	return mine;
}

/* ---- the call ------------------------------------------------------------------------------------------------------- */

static struct json_object *object(struct worker *w, const char *text)
{
	struct json_object *o;

	return text && json_read(w->cx.arena, text, strlen(text), &o) && json_object_is_type(o, json_type_object) ? o : NULL;
}

static bool set_resource(struct worker *w)
{
	const struct conf *conf = w->cx.conf;

	w->cx.resource = NULL;
	for (size_t i = 0; i < conf->resources; i++)
		if (strcmp(conf->resource[i].uri, w->task->resource) == 0)
			w->cx.resource = &conf->resource[i];
	return w->cx.resource != NULL;
}

/* The tool as it is now, if this owner may still call it; what is built in is never a task, and needs rows that work has not. */
static const struct tool *find_tool(struct worker *w, const struct bearer *who)
{
	const struct tool *t = set_resource(w) ? tool_find(&w->cx, w->task->tool) : NULL;

	return t && !t->builtin && scope_covers(w->cx.conf, who->scope, t->scope) ? t : NULL;
}

static const struct fail *owner(struct worker *w, struct json_object *request, struct bearer *who)
{
	const char *scope = json_text(request, "scope");

	*who = (struct bearer){
		.user_id = w->task->user_id, .client_id = w->task->client_id, .grant_id = w->task->grant_id,
		.resource = w->task->resource, .scope = scope ? scope : "", .attempt = "",
	};
	return who->user_id ? task_user(w->cx.store, w->cx.arena, who->user_id, &who->user_name) : NULL;
}

/* ---- what it came to ------------------------------------------------------------------------------------------------ */

/* {"2-name": ...}: no key twice in the life of a task. */
static void ask(struct worker *w, struct task *to, struct json_object *questions)
{
	struct buf b = buf_new(w->cx.arena);

	buf_char(&b, '{');
	json_object_object_foreach(questions, key, question) {
		json_put_name(&b, arena_printf(w->cx.arena, "%" PRId64 "-%s", to->round, key));
		json_put(&b, question);
	}
	buf_char(&b, '}');
	to->status = TASK_INPUT_REQUIRED;
	to->message = "It waits for an answer.";
	to->asked = b.v;
	to->worker = NULL;
	to->expires_at = w->cx.now + w->cx.conf->task_ttl;
}

static void fail_lacking(struct worker *w, struct task *to, const char *needed)
{
	static const char sentence[] = "Missing required client capability";
	struct buf b = buf_new(w->cx.arena);

	buf_char(&b, '{');
	json_put_number(&b, "code", RPC_MISSING_CAPABILITY);
	json_put_member(&b, "message", sentence);
	json_put_name(&b, "data");
	buf_text(&b, needed);
	buf_char(&b, '}');
	work_end(&w->cx, to, TASK_FAILED, sentence, b.v);
}

/* Without questions it wants to be run again at once. */
static void next_round(struct worker *w, struct call *c, struct task *to, const struct answer *answer)
{
	const char *needed, *wrong;
	struct json_object *questions = rpc_ask_questions(c, answer->ask, &needed, &wrong);

	if (wrong || to->round >= WORK_ROUNDS_MAX) {
		work_fail(&w->cx, to, RPC_INTERNAL_ERROR, wrong ? wrong : "The tool does not come to an end");
		return;
	}
	if (needed && json_object_object_length(questions) == 0) {
		fail_lacking(w, to, needed);
		return;
	}
	to->round++;
	to->state = answer->state;
	to->updated_at = w->cx.now;
	to->expires_at = w->cx.now + to->life + w->cx.conf->task_ttl;
	if (json_object_object_length(questions) > 0)
		ask(w, to, questions);
}

static void finish(struct worker *w, struct task *to, struct answer *answer)
{
	struct buf b = buf_new(w->cx.arena);

	buf_char(&b, '{');
	if (answer->result)
		rpc_shape_put_result(&b, REVISION_MODERN, answer->result);
	else
		rpc_shape_put_members(&b, REVISION_MODERN, &answer->text);
	buf_char(&b, '}');
	work_end(&w->cx, to, TASK_COMPLETED, "", b.v);
}

static void fail_with(struct worker *w, struct task *to, struct json_object *error)
{
	struct buf b = buf_new(w->cx.arena);

	json_put(&b, error);
	work_end(&w->cx, to, TASK_FAILED, json_text(error, "message"), b.v);
}

/* A revision and a tool as the call had them; the rest is in the row. */
static const struct fail *call(struct worker *w, const struct tool *t, struct call *c, struct json_object *request,
    struct answer *answer)
{
	struct json_object *arguments = json_get(request, "arguments");

	c->cx = &w->cx;
	c->revision = REVISION_MODERN;
	c->meta = json_get(request, "meta");
	c->capabilities = json_get(request, "capabilities");
	c->answers = object(w, w->task->answers);
	c->state = w->task->state ? w->task->state : "";
	c->level = LEVEL_NONE;
	c->detached = c->cancels = true;
	c->way = (struct way){ .with = w, .go_on = worker_go_on, .hear = hear, .watch = -1 };
	return tool_run(t, c, arguments, answer);
}

void worker_round(struct worker *w, struct task *to)
{
	struct json_object *request = object(w, w->task->request);
	const struct fail *no = NULL;
	struct answer answer;
	const struct tool *t;
	struct bearer who;
	struct call c = { .who = &who };

	if (!request || !json_get(request, "arguments") || (no = owner(w, request, &who))) {
		work_fail(&w->cx, to, RPC_INTERNAL_ERROR, "The task cannot be read");
		return;
	}
	if (!(t = find_tool(w, &who))) {
		work_fail(&w->cx, to, RPC_INVALID_PARAMS, "The tool is not there any more");
		return;
	}
	no = call(w, t, &c, request, &answer);
	w->cx.now = w->job->now();
	if (no)
		work_fail(&w->cx, to, no->code ? no->code : RPC_INTERNAL_ERROR, no->description);
	else if (answer.error)
		fail_with(w, to, answer.error);
	else if (answer.ask || answer.state)
		next_round(w, &c, to, &answer);
	else if (!answer.stopped)
		finish(w, to, &answer);
}
