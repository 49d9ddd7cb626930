/* SPDX-License-Identifier: ISC */
/* rpc_prompts: the list, and one prompt in rounds. */
#include <string.h>

#include "arena.h"
#include "audit.h"
#include "conf.h"
#include "json.h"
#include "limit.h"
#include "rpc_call.h"
#include "rpc_prompts.h"
#include "rpc_rounds.h"
#include "scope.h"
#include "site_prompt.h"

static const struct fail no_name = {
	200, "invalid_request", "params.name must be the name of a prompt", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail unknown = {
	200, "invalid_request", "Unknown prompt", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail no_arguments = {
	200, "invalid_request", "params.arguments must be an object of strings", RPC_INVALID_PARAMS, 0, 0
};

/* The same for every token, as the list of tools is. */
const struct fail *rpc_prompts_list(struct rpc_run *r)
{
	const char *after, *last = NULL;
	const struct fail *no = rpc_run_read_cursor(r, &after);
	struct site_prompt *const *all;
	size_t count, n = 0, i = 0;

	if (no)
		return no;
	all = site_prompt_each(r->cx, &count);
	rpc_run_begin(r);
	json_put_name(r->b, "prompts");
	buf_char(r->b, '[');
	while (i < count && after && strcmp(all[i]->name, after) <= 0)
		i++;
	for (; i < count && n < RPC_PAGE; i++) {
		if (n++)
			buf_char(r->b, ',');
		rpc_shape_put_object(r->b, r->revision, site_prompt_describe(r->cx, all[i]));
		last = all[i]->name;
	}
	buf_char(r->b, ']');
	rpc_run_put_next(r, i < count ? last : NULL);
	rpc_run_put_cache(r, RPC_CACHE_LIST, "private");
	return rpc_run_end(r);
}

static const struct fail *read_values(struct rpc_run *r, const struct site_prompt *p, struct json_object **values)
{
	struct json_object *given = json_get(r->m->params, "arguments");
	const char *wrong = NULL;
	struct fail *no;

	if (given && !json_object_is_type(given, json_type_object))
		return &no_arguments;
	if ((*values = site_prompt_values(r->cx, p, given, &wrong)))
		return NULL;
	no = arena_take(r->cx->arena, sizeof *no);
	*no = no_arguments;
	no->description = wrong;
	return no;
}

/* A prompt and what it is filled with. */
struct filling {
	const struct site_prompt *prompt;
	struct json_object *values;
};

static const struct fail *run(void *with, struct call *c, struct answer *answer)
{
	const struct filling *x = with;

	return site_prompt_run(x->prompt, c, x->values, answer);
}

const struct fail *rpc_prompts_get(struct rpc_run *r)
{
	const char *name = json_text(r->m->params, "name");
	const struct site_prompt *p = name ? site_prompt_find(r->cx, name) : NULL;
	struct filling x = { .prompt = p };
	const struct rpc_rounds rounds = { .with = &x, .run = run, .asks = p && p->program };
	struct answer answer;
	const struct fail *no;
	struct call c;

	if (!p)
		return name ? &unknown : &no_name;
	if (!scope_covers(r->cx->conf, r->who->scope, p->scope))
		return &fail_unavailable;	/* it changed since the scope was checked */
	if ((no = read_values(r, p, &x.values)) || (no = limit_take_call(r->cx, r->who->grant_id)) ||
	    (no = rpc_call_read(r->cx, r->who, r->m, r->way, &c)) || (no = rpc_rounds_run(&rounds, &c, r->m, &answer)))
		return no;
	if (r->cx->conf->audit == AUDIT_CALLS) {
		r->cx->trail.why = arena_printf(r->cx->arena, "%s%s", p->name, answer.failed ? ": refused" : "");
		audit_remark(r->cx, AUDIT_CALL);
	}
	if (answer.result && !json_has(answer.result, "description") && json_get(p->definition, "description"))
		json_object_object_add(answer.result, "description", json_object_get(json_get(p->definition, "description")));
	return answer.stopped ? NULL : rpc_run_put_answer(r, &c, &answer);
}

const char *rpc_prompts_scope(struct context *cx, const struct rpc_message *m)
{
	const char *name = json_text(m->params, "name");
	const struct site_prompt *p = name ? site_prompt_find(cx, name) : NULL;

	return p ? arena_copy(cx->arena, p->scope) : NULL;
}
