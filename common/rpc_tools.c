/* SPDX-License-Identifier: ISC */
/* rpc_tools: the list, and the call in rounds. */
#include "arena.h"
#include "audit.h"
#include "conf.h"
#include "json.h"
#include "limit.h"
#include "rpc_call.h"
#include "rpc_era.h"
#include "rpc_rounds.h"
#include "rpc_state.h"
#include "rpc_tasks.h"
#include "rpc_tools.h"
#include "scope.h"
#include "tool.h"

static const struct fail no_header = {
	400, "invalid_request", "Header mismatch: a field Mcp-Param-* that the tool asks for is missing", RPC_HEADER_MISMATCH, 0, 0
};
static const struct fail other_header = {
	400, "invalid_request", "Header mismatch: a field Mcp-Param-* is not the argument of the body", RPC_HEADER_MISMATCH, 0, 0
};
static const struct fail bad_header = {
	400, "invalid_request", "Header mismatch: a field Mcp-Param-* is neither plain text nor well-formed base64",
	RPC_HEADER_MISMATCH, 0, 0
};

/*
 * The list is the same for every token: a client asks for more scope when it meets the 403 of a tool that it can see.
 */
const struct fail *rpc_tools_list(struct rpc_run *r)
{
	const char *after, *last;
	const struct fail *no = rpc_run_read_cursor(r, &after);

	if (no)
		return no;
	rpc_run_begin(r);
	json_put_name(r->b, "tools");
	last = tool_put_list(r->b, r->cx, r->revision, after, RPC_PAGE);
	rpc_run_put_next(r, last);
	rpc_run_put_cache(r, RPC_CACHE_LIST, "private");
	return rpc_run_end(r);
}

/* What stands in front of us may have decided by these fields, so that they must say what the arguments say. */
static const struct fail *check_headers(struct rpc_run *r, const struct tool *t, struct json_object *arguments)
{
	const struct rpc_headers *from = r->m->headers;

	if (r->revision < REVISION_MODERN || !from || !from->find)
		return NULL;
	for (const struct tool_header *h = t->headers; h && h->name; h++) {
		struct json_object *argument = tool_header_argument(h, arguments);
		const char *field = from->find(from->with, h->name), *said = rpc_era_value(r->cx->arena, field ? field : "");

		if (!said)
			return &bad_header;
		if (argument && !tool_header_says(argument, said))
			return field ? &other_header : &no_header;
	}
	return NULL;
}

/* A tool and what it is called with. */
struct calling {
	const struct tool *tool;
	struct json_object *arguments;
};

static const struct fail *run(void *with, struct call *c, struct answer *answer)
{
	const struct calling *x = with;

	return tool_run(x->tool, c, x->arguments, answer);
}

/* What may happen once only needs a requestState that was not used yet. */
static const struct fail *check_once(const struct tool *t, struct call *c)
{
	if (!t->once || c->revision < REVISION_MODERN)
		return NULL;
	c->given = NULL;
	return c->round ? rpc_state_spend(c) : NULL;
}

const struct fail *rpc_tools_call(struct rpc_run *r)
{
	struct answer answer;
	struct calling x;
	struct rpc_rounds rounds = { .with = &x, .run = run };
	const struct tool *t;
	const struct fail *no;
	struct call c;

	if ((no = rpc_call_tool(r->cx, r->m, &x.tool, &x.arguments)))
		return no;
	t = x.tool;
	rounds.asks = !t->builtin;
	rounds.polling = t->polling;
	if (!scope_covers(r->cx->conf, r->who->scope, t->scope))
		return &fail_unavailable;	/* it changed since the scope was checked */
	if ((no = check_headers(r, t, x.arguments)) || (no = limit_take_call(r->cx, r->who->grant_id)) ||
	    (no = rpc_call_read(r->cx, r->who, r->m, r->way, &c)) || (no = check_once(t, &c)))
		return no;
	if (rpc_tasks_wants(r, t, &c, &no))
		return rpc_tasks_create(r, t, &c, x.arguments);
	if (no || (no = rpc_rounds_run(&rounds, &c, r->m, &answer)))
		return no;
	if (r->cx->conf->audit == AUDIT_CALLS) {
		r->cx->trail.why = arena_printf(r->cx->arena, "%s%s", t->name, answer.failed ? ": refused" : "");
		audit_remark(r->cx, AUDIT_CALL);
	}
	return answer.stopped ? NULL : rpc_run_put_answer(r, &c, &answer);
}

const char *rpc_tools_scope(struct context *cx, const struct rpc_message *m)
{
	struct json_object *arguments;
	const struct tool *t;

	if (rpc_call_tool(cx, m, &t, &arguments))
		return NULL;
	return arena_copy(cx->arena, t->scope);		/* the file may change before the tool runs */
}
