/* SPDX-License-Identifier: ISC */
/* rpc_tasks: the extension is the client's to declare, with every request. */
#include <string.h>

#include "arena.h"
#include "audit.h"
#include "buf.h"
#include "conf.h"
#include "json.h"
#include "rpc_tasks.h"
#include "task_json.h"
#include "work.h"
#include "work_start.h"

#define META "io.modelcontextprotocol/"
#define NEEDED "{\"requiredCapabilities\":{\"extensions\":{\"" TASK_EXTENSION "\":{}}}}"

static const struct fail no_extension = {
	400, "invalid_request", "Missing required client capability: extension " TASK_EXTENSION, RPC_MISSING_CAPABILITY, 0, 0
};
static const struct fail only_as_task = {
	200, "invalid_request", "This tool can only be called by clients that know tasks", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail switched_off = {
	404, "invalid_request", "Method not found", RPC_METHOD_NOT_FOUND, 0, 0
};

bool rpc_tasks_are_there(struct context *cx)
{
	return cx->conf->tasks && work_is_there(cx->arena);
}

static bool declares(struct json_object *capabilities)
{
	return json_object_is_type(json_get(json_get(capabilities, "extensions"), TASK_EXTENSION), json_type_object);
}

/* ---- a call ---------------------------------------------------------------------------------------------------------- */

bool rpc_tasks_wants(struct rpc_run *r, const struct tool *t, const struct call *c, const struct fail **no)
{
	*no = NULL;
	if (!t->is_long)
		return false;
	if (r->revision >= REVISION_MODERN && declares(c->capabilities) && rpc_tasks_are_there(r->cx))
		return t->is_long != TOOL_LONG_ANSWERED || c->answers;
	if (t->is_long == TOOL_LONG_ONLY) {
		*no = r->revision >= REVISION_MODERN ? &no_extension : &only_as_task;
		r->m->data = r->revision >= REVISION_MODERN ? NEEDED : NULL;
	}
	return false;
}

static void put_value(struct buf *b, const char *name, struct json_object *value)
{
	if (!value)
		return;
	json_put_name(b, name);
	json_put(b, value);
}

/* What a worker has to know of the request: never the token. */
static const char *request_text(struct rpc_run *r, struct call *c, struct json_object *arguments)
{
	static const char *const trace[] = { "traceparent", "tracestate", "baggage" };
	struct buf b = buf_new(r->cx->arena);

	buf_char(&b, '{');
	put_value(&b, "arguments", arguments);
	put_value(&b, "capabilities", c->capabilities);
	json_put_member(&b, "scope", r->who->scope);
	json_put_name(&b, "meta");
	buf_char(&b, '{');
	for (size_t i = 0; i < sizeof trace / sizeof *trace; i++)
		json_put_member(&b, trace[i], json_text(c->meta, trace[i]));
	buf_text(&b, "}}");
	return b.v;
}

static const char *text_of(struct rpc_run *r, struct json_object *value)
{
	struct buf b = buf_new(r->cx->arena);

	if (!value)
		return NULL;
	json_put(&b, value);
	return b.v;
}

static void note(struct rpc_run *r, const struct tool *t)
{
	if (r->cx->conf->audit != AUDIT_CALLS)
		return;
	r->cx->trail.why = arena_printf(r->cx->arena, "%s: as a task", t->name);
	audit_remark(r->cx, AUDIT_CALL);
}

const struct fail *rpc_tasks_create(struct rpc_run *r, const struct tool *t, struct call *c, struct json_object *arguments)
{
	struct task task = {
		.tool = t->name, .restart = t->restart, .life = t->program.timeout, .request = request_text(r, c, arguments),
		.state = *c->state ? c->state : NULL, .answers = text_of(r, c->answers),
	};
	const struct fail *no;
	struct answer answer;

	if (!tool_try(t, c, arguments, &answer, &no))
		return no ? no : rpc_run_put_answer(r, c, &answer);
	if ((no = work_new(r->cx, r->who, &task)))
		return no;
	note(r, t);
	work_start(r->cx->arena, r->cx->conf);
	rpc_run_begin_as(r, "task");
	task_put_summary(r->b, r->cx, &task);
	return rpc_run_end(r);
}

/* ---- the methods ------------------------------------------------------------------------------------------------------ */

static const struct fail *check(struct rpc_run *r, const char **id)
{
	if (!r->cx->conf->tasks)
		return &switched_off;
	if (!declares(json_get(json_get(r->m->params, "_meta"), META "clientCapabilities"))) {
		r->m->data = NEEDED;
		return &no_extension;
	}
	*id = json_text(r->m->params, "taskId");
	return *id ? NULL : &work_unknown;
}

const struct fail *rpc_tasks_get(struct rpc_run *r)
{
	const struct fail *no;
	struct task *t;
	const char *id;

	if ((no = check(r, &id)) || (no = work_find(r->cx, r->who, id, &t)))
		return no;
	rpc_run_begin(r);
	task_put_json(r->b, r->cx, t, r->revision);
	return rpc_run_end(r);
}

static const struct fail *acknowledge(struct rpc_run *r, const struct fail *no)
{
	if (no)
		return no;
	rpc_run_begin(r);
	return rpc_run_end(r);
}

const struct fail *rpc_tasks_update(struct rpc_run *r)
{
	const char *id;
	const struct fail *no = check(r, &id);

	return acknowledge(r, no ? no : work_answer(r->cx, r->who, id, json_get(r->m->params, "inputResponses")));
}

const struct fail *rpc_tasks_cancel(struct rpc_run *r)
{
	const char *id;
	const struct fail *no = check(r, &id);

	return acknowledge(r, no ? no : work_cancel(r->cx, r->who, id));
}
