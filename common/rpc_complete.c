/* SPDX-License-Identifier: ISC */
/* rpc_complete: who is asked, and what he says. */
#include <inttypes.h>
#include <string.h>

#include "arena.h"
#include "conf.h"
#include "json.h"
#include "limit.h"
#include "rpc_call.h"
#include "rpc_complete.h"
#include "scope.h"
#include "site_prompt.h"
#include "site_resource.h"

enum { TYPED_MAX = 1000 };

static const struct fail no_ref = {
	200, "invalid_request", "params.ref must be of type ref/prompt with a name, or ref/resource with a uri", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail no_argument = {
	200, "invalid_request", "params.argument must have name and value, strings", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail no_context = {
	200, "invalid_request", "params.context.arguments must be an object of strings", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail unknown_prompt = {
	200, "invalid_request", "Unknown prompt", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail unknown_template = {
	200, "invalid_request", "Unknown resource template", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail unknown_argument = {
	200, "invalid_request", "params.argument.name is no argument of it", RPC_INVALID_PARAMS, 0, 0
};

/* What is completed: one of the two. */
struct target {
	const struct site_prompt *prompt;
	const struct site_resource *resource;
	const char *scope, *name;
	const struct completer *complete;
};

static const struct fail *find_target(struct context *cx, const struct rpc_message *m, struct target *t)
{
	struct json_object *ref = json_get(m->params, "ref");
	const char *type = json_text(ref, "type"), *name = json_text(ref, "name"), *uri = json_text(ref, "uri");

	*t = (struct target){ 0 };
	if (type && strcmp(type, "ref/prompt") == 0 && name) {
		if (!(t->prompt = site_prompt_find(cx, name)))
			return &unknown_prompt;
		t->scope = t->prompt->scope;
		t->name = t->prompt->name;
		t->complete = t->prompt->complete;
		return NULL;
	}
	if (!type || strcmp(type, "ref/resource") != 0 || !uri)
		return &no_ref;
	if (!(t->resource = site_resource_find_template(cx, uri)))
		return &unknown_template;
	t->scope = t->resource->scope;
	t->name = t->resource->name ? t->resource->name : t->resource->key;
	t->complete = t->resource->complete;
	return NULL;
}

static bool has_argument(const struct target *t, const char *name)
{
	return t->prompt ? site_prompt_has(t->prompt, name) : uri_template_has(t->resource->template, name);
}

/* "context" came with 2025-06-18. */
static const struct fail *read_context(const struct rpc_run *r, struct json_object **to)
{
	struct json_object *given = json_get(json_get(r->m->params, "context"), "arguments");

	*to = NULL;
	if (r->revision < REVISION_2025_06_18 || !given)
		return NULL;
	if (!json_object_is_type(given, json_type_object))
		return &no_context;
	json_object_object_foreach(given, name, value) {
		if (!json_object_is_type(value, json_type_string))
			return &no_context;
		(void)name;
	}
	*to = given;
	return NULL;
}

static const struct fail *run(struct rpc_run *r, const struct target *t, const char *name, const char *typed,
    struct completion *to)
{
	const struct completer *one = completer_find(t->complete, name);
	struct json_object *given;
	const struct fail *no = read_context(r, &given);
	struct call c;

	*to = (struct completion){ 0 };
	if (no || (no = rpc_call_read(r->cx, r->who, r->m, r->way, &c)))
		return no;
	if (t->resource && t->resource->builtin)
		return t->resource->builtin->complete(r->cx, r->who, typed, to);
	return one ? completer_run(&c, one, t->name, typed, given, to) : NULL;
}

static const struct fail *put(struct rpc_run *r, const struct completion *done)
{
	rpc_run_begin(r);
	json_put_name(r->b, "completion");
	buf_text(r->b, "{\"values\":[");
	for (size_t i = 0; i < done->n; i++) {
		if (i)
			buf_char(r->b, ',');
		json_put_text(r->b, done->value[i]);
	}
	buf_char(r->b, ']');
	if (done->total >= 0)
		json_put_number(r->b, "total", done->total);
	buf_printf(r->b, ",\"hasMore\":%s}", done->more ? "true" : "false");
	return rpc_run_end(r);
}

const struct fail *rpc_complete(struct rpc_run *r)
{
	struct json_object *argument = json_get(r->m->params, "argument");
	const char *name = json_text(argument, "name"), *typed = json_text(argument, "value");
	struct completion done;
	const struct fail *no;
	struct target t;

	if ((no = find_target(r->cx, r->m, &t)))
		return no;
	if (!name || !typed || strlen(typed) > TYPED_MAX)
		return &no_argument;
	if (!has_argument(&t, name))
		return &unknown_argument;
	if (!scope_covers(r->cx->conf, r->who->scope, t.scope))
		return &fail_unavailable;	/* it changed since the scope was checked */
	if ((no = limit_take(r->cx, LIMIT_COMPLETIONS,
	    r->who->user_id ? arena_printf(r->cx->arena, "%" PRId64, r->who->user_id) : r->who->client_id)) ||
	    (no = run(r, &t, name, typed, &done)))
		return no;
	return put(r, &done);
}

const char *rpc_complete_scope(struct context *cx, const struct rpc_message *m)
{
	struct target t;

	return find_target(cx, m, &t) ? NULL : arena_copy(cx->arena, t.scope);
}
