/* SPDX-License-Identifier: ISC */
/* work: states of a task, and who may bring it from one to the next. */
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "arena.h"
#include "buf.h"
#include "conf.h"
#include "crypto.h"
#include "json.h"
#include "log.h"
#include "rpc_ask.h"
#include "scope.h"
#include "slot.h"
#include "store_change.h"
#include "tool.h"
#include "work.h"
#include "work_start.h"

/* An answer of so many bytes fits through execve(2) beside its like. */
enum { ANSWERS_MAX = 64 * 1024, SILENT_SECONDS = 60, PATIENCE = 2 };

const struct fail work_unknown = {
	200, "invalid_request", "params.taskId is not the id of a task", -32602, 0, 0
};
const struct fail work_answers = {
	200, "invalid_request", "params.inputResponses must be an object of responses", -32602, 0, 0
};
const struct fail work_other_answer = {
	200, "invalid_request", "params.inputResponses does not fit what was asked", -32602, 0, 0
};
static const struct fail too_many = {
	429, "temporarily_unavailable", "There are too many tasks already: finish or cancel some", -32603, 30, 0
};

/* ---- states -------------------------------------------------------------------------------------------------------- */

void work_end(struct context *cx, struct task *to, enum task_status status, const char *message, const char *outcome)
{
	to->status = status;
	to->message = message;
	to->outcome = outcome;
	to->state = to->asked = to->answers = to->worker = NULL;
	to->updated_at = cx->now;
	to->expires_at = cx->now + cx->conf->task_ttl;
}

void work_fail(struct context *cx, struct task *to, int code, const char *message)
{
	struct buf b = buf_new(cx->arena);

	buf_char(&b, '{');
	json_put_number(&b, "code", code);
	json_put_member(&b, "message", message);
	buf_char(&b, '}');
	work_end(cx, to, TASK_FAILED, message, b.v);
}

void work_queue(struct context *cx, struct task *to, const char *message)
{
	to->status = TASK_WORKING;
	to->message = message;
	to->worker = NULL;
	to->updated_at = cx->now;
	to->expires_at = cx->now + to->life + cx->conf->task_ttl;
}

void work_lose(struct context *cx, struct task *to)
{
	if (to->restart && to->runs < WORK_RUNS_MAX)
		work_queue(cx, to, "It was interrupted, and begins again.");
	else
		work_fail(cx, to, -32603, "The work was interrupted, and is not begun again");
}

/* In the open transaction. */
static const struct fail *move(struct context *cx, const struct task *was, const struct task *to, bool *moved)
{
	const struct fail *no = task_move(cx->store, was, to, moved);

	return no || !*moved ? no : change_put(cx->store, CHANGE_TASK, was->id, was->user_id, cx->now);
}

const struct fail *work_move(struct context *cx, const struct task *was, struct task *to, bool *moved)
{
	const struct fail *no = store_begin(cx->store);

	if (!no && !(no = move(cx, was, to, moved)))
		no = store_commit(cx->store);
	store_end(cx->store);
	return no;
}

/* ---- new ----------------------------------------------------------------------------------------------------------- */

static const struct fail *put(struct context *cx, const struct task *t)
{
	int64_t kept, open, most = cx->conf->task_person_max;
	const struct fail *no = store_begin(cx->store);

	if (!no && !(no = task_count(cx->store, t->user_id, t->client_id, cx->now, &kept, &open)) &&
	    (kept >= most || open >= (most + 3) / 4))
		no = &too_many;
	if (!no && !(no = task_put(cx->store, t)) && !(no = change_put(cx->store, CHANGE_TASK, t->id, t->user_id, cx->now)))
		no = store_commit(cx->store);
	store_end(cx->store);
	return no;
}

const struct fail *work_new(struct context *cx, const struct bearer *who, struct task *t)
{
	t->id = arena_copy(cx->arena, crypto_random_text().v);
	t->user_id = who->user_id;
	t->client_id = who->client_id;
	t->grant_id = who->grant_id;
	t->resource = cx->resource->uri;
	t->created_at = cx->now;
	work_queue(cx, t, "It waits for its turn.");
	return put(cx, t);
}

/* ---- found, and looked after --------------------------------------------------------------------------------------- */

/* Whoever could not call the tool now has no business with what it came to.  One that is gone asks for nothing. */
bool work_may(struct context *cx, const struct bearer *who, const struct task *t)
{
	const struct tool *tool = tool_find(cx, t->tool);

	return !tool || scope_covers(cx->conf, who->scope, tool->scope);
}

static const struct fail *find(struct context *cx, const struct bearer *who, const char *id, struct task **t)
{
	const struct task whose = {
		.id = id, .user_id = who->user_id, .client_id = who->client_id, .resource = cx->resource->uri,
	};
	const struct fail *no = task_find(cx->store, cx->arena, &whose, cx->now, t);

	return no || (*t && work_may(cx, who, *t)) ? no : &work_unknown;
}

static bool is_lost(struct context *cx, const struct task *t)
{
	int slot = (int)strtol(t->worker, NULL, 10);

	return slot_task_is_free(cx->arena, cx->conf->database, slot) || t->alive_at < cx->now - SILENT_SECONDS;
}

/* Who has waited for a moment may have been forgotten: a worker is started if one more may work. */
static void remind(struct context *cx, const struct task *t)
{
	bool any = false;

	if (t->status != TASK_WORKING || t->worker || t->updated_at > cx->now - PATIENCE)
		return;
	for (int i = 0; !any && i < cx->conf->task_max; i++)
		any = slot_task_is_free(cx->arena, cx->conf->database, i);
	if (any)
		work_start(cx->arena, cx->conf);
}

/* False: it is as it should be. */
static bool needs_care(struct context *cx, const struct task *t, struct task *to)
{
	*to = *t;
	if (!task_is_open(t))
		return false;
	if (t->expires_at <= cx->now)
		work_fail(cx, to, -32603, t->status == TASK_WORKING ? "The work took too long" : "Nobody has answered in time");
	else if (t->worker && is_lost(cx, t))
		work_lose(cx, to);
	else
		return false;
	return true;
}

const struct fail *work_find(struct context *cx, const struct bearer *who, const char *id, struct task **t)
{
	const struct fail *no = find(cx, who, id, t);
	struct task to;
	bool moved;

	if (no)
		return no;
	if (needs_care(cx, *t, &to)) {
		if ((no = work_move(cx, *t, &to, &moved)))
			return no;
		if (moved && to.status == TASK_WORKING)
			work_start(cx->arena, cx->conf);
		return find(cx, who, id, t);
	}
	remind(cx, *t);
	return NULL;
}

/* ---- answers ------------------------------------------------------------------------------------------------------- */

static void drop(void *value)
{
	json_object_put(value);
}

/* Text of ours as an object that may be changed. */
static struct json_object *object(struct context *cx, const char *text)
{
	struct json_object *o;

	if (text && json_read(cx->arena, text, strlen(text), &o) && json_object_is_type(o, json_type_object))
		return o;
	o = json_object_new_object();
	arena_defer(cx->arena, drop, o);
	return o;
}

static const char *text_of(struct context *cx, struct json_object *o)
{
	struct buf b = buf_new(cx->arena);

	json_put(&b, o);
	return b.v;
}

/* Keys are ROUND-KEY, so that none occurs twice in the life of a task; the program knows its own. */
static const char *own_key(const char *key)
{
	const char *dash = strchr(key, '-');

	return dash ? dash + 1 : key;
}

/* What was not asked, or was answered before, is ignored. */
static const struct fail *take_answers(struct context *cx, struct task *to, struct json_object *responses)
{
	struct json_object *asked = object(cx, to->asked), *answers = object(cx, to->answers);
	struct call c = { .cx = cx };
	struct json_object *judged = rpc_ask_asked(&c, asked);
	const char *wrong;

	json_object_object_foreach(responses, key, response) {
		if (!json_has(asked, key))
			continue;
		if ((wrong = rpc_ask_wrong(&c, key, json_get(judged, key), response))) {
			log_line("an answer to a task is refused: %s", wrong);
			return &work_other_answer;
		}
		json_object_object_add(answers, own_key(key), json_object_get(response));
		json_object_object_del(asked, key);
	}
	to->answers = text_of(cx, answers);
	if (strlen(to->answers) > ANSWERS_MAX)
		return &work_answers;
	to->asked = text_of(cx, asked);
	to->updated_at = cx->now;
	if (json_object_object_length(asked) == 0) {
		to->asked = NULL;
		to->runs = 0;
		work_queue(cx, to, "It waits for its turn.");
	}
	return NULL;
}

/* Read and changed in one transaction, so that of two answers none is lost. */
static const struct fail *answer(struct context *cx, const struct bearer *who, const char *id, struct json_object *responses,
    bool *all)
{
	const struct fail *no = store_begin(cx->store);
	struct task *t, to;
	bool moved;

	*all = false;
	if (no || (no = find(cx, who, id, &t)))
		return no;
	if (t->status != TASK_INPUT_REQUIRED)
		return NULL;
	to = *t;
	if ((no = take_answers(cx, &to, responses)) || (no = move(cx, t, &to, &moved)))
		return no;
	*all = moved && to.status == TASK_WORKING;
	return store_commit(cx->store);
}

const struct fail *work_answer(struct context *cx, const struct bearer *who, const char *id, struct json_object *responses)
{
	struct task *t;
	const struct fail *no = work_find(cx, who, id, &t);
	bool all;

	if (no)
		return no;
	if (!json_object_is_type(responses, json_type_object))
		return &work_answers;
	no = answer(cx, who, id, responses, &all);
	store_end(cx->store);
	if (!no && all)
		work_start(cx->arena, cx->conf);
	return no;
}

/* ---- its end ------------------------------------------------------------------------------------------------------- */

/* A worker sees it by itself, and ends the program. */
static const struct fail *cancel(struct context *cx, const struct bearer *who, const char *id)
{
	const struct fail *no = store_begin(cx->store);
	struct task *t, to;
	bool moved;

	if (no || (no = find(cx, who, id, &t)))
		return no;
	if (!task_is_open(t))
		return NULL;
	to = *t;
	work_end(cx, &to, TASK_CANCELLED, "It was cancelled.", NULL);
	if ((no = move(cx, t, &to, &moved)))
		return no;
	return store_commit(cx->store);
}

const struct fail *work_cancel(struct context *cx, const struct bearer *who, const char *id)
{
	const struct fail *no = cancel(cx, who, id);

	store_end(cx->store);
	return no;
}
