/* SPDX-License-Identifier: ISC */
/* rpc_resources: pages, and the reading in rounds. */
#include <string.h>

#include "arena.h"
#include "audit.h"
#include "conf.h"
#include "json.h"
#include "limit.h"
#include "log.h"
#include "rpc_call.h"
#include "rpc_resources.h"
#include "rpc_rounds.h"
#include "scope.h"
#include "site_resource.h"

/* "Error Handling" of resources: 2026-07-28 forbids the code that the others recommend. */
static const struct fail not_found = {
	200, "invalid_request", "Resource not found", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail not_found_legacy = {
	200, "invalid_request", "Resource not found", RPC_RESOURCE_NOT_FOUND, 0, 0
};
static const struct fail no_uri = {
	200, "invalid_request", "params.uri must be the URI of a resource", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail no_cursor = {
	200, "invalid_request", "params.cursor is not one that this server gave", RPC_INVALID_PARAMS, 0, 0
};

/* ---- lists -------------------------------------------------------------------------------------------------------- */

/*
 * A cursor is the key of the last resource; behind a tab, how far one that is many has come.  No key has a tab: a name with a
 * control character is none.
 */
struct page {
	struct rpc_run *r;
	const char *after;		/* key, or NULL */
	const char *inner;		/* or NULL */
	size_t n;
	const char *last;		/* the cursor; NULL: the end */
};

static const struct fail *read_page(struct rpc_run *r, struct page *p)
{
	const struct fail *no = rpc_run_read_cursor(r, &p->after);
	const char *tab = p->after ? strchr(p->after, '\t') : NULL;

	p->r = r;
	if (no || !p->after)
		return no;
	if (!*p->after)
		return &no_cursor;
	if (tab) {
		p->inner = tab + 1;
		p->after = arena_text(r->cx->arena, p->after, (size_t)(tab - p->after));
	}
	return NULL;
}

static void put(struct page *p, struct json_object *o)
{
	if (p->n++)
		buf_char(p->r->b, ',');
	rpc_shape_put_object(p->r->b, p->r->revision, o);
}

/* Many at once, those that this person may read; without the scope there are none.  The page is full when p->last is set. */
static const struct fail *put_many(struct page *p, const struct site_resource *one)
{
	struct context *cx = p->r->cx;
	struct builtin_page many = { 0 };
	bool going_on = p->inner && strcmp(p->after, one->key) == 0;
	const struct fail *no;

	if (!scope_covers(cx->conf, p->r->who->scope, one->scope))
		return NULL;
	if ((no = one->builtin->list(cx, p->r->who, going_on ? p->inner : NULL, RPC_PAGE - p->n, &many)))
		return no;
	for (size_t i = 0; i < json_object_array_length(many.entry); i++)
		put(p, json_object_array_get_idx(many.entry, i));
	if (many.last)
		p->last = arena_printf(cx->arena, "%s\t%s", one->key, many.last);
	return NULL;
}

static bool is_behind(const struct page *p, const char *key)
{
	int order = p->after ? strcmp(key, p->after) : 1;

	return order > 0 || (order == 0 && p->inner);
}

static const struct fail *put_list(struct page *p, bool templates)
{
	size_t n;
	struct site_resource *const *all = site_resource_each(p->r->cx, &n);
	const char *last = NULL;
	const struct fail *no = NULL;

	for (size_t i = 0; i < n && !no && !p->last; i++) {
		if (!is_behind(p, all[i]->key) || !(templates ? all[i]->template != NULL : all[i]->uri || all[i]->builtin))
			continue;
		if (p->n == RPC_PAGE) {
			p->last = last;
			break;
		}
		if (!templates && all[i]->builtin)
			no = put_many(p, all[i]);
		else
			put(p, site_resource_describe(p->r->cx, all[i]));
		last = all[i]->key;
	}
	return no;
}

static const struct fail *answer_list(struct rpc_run *r, const char *name, bool templates)
{
	struct page p = { 0 };
	const struct fail *no = read_page(r, &p);
	size_t before = r->b->len;

	if (no)
		return no;
	rpc_run_begin(r);
	json_put_name(r->b, name);
	buf_char(r->b, '[');
	if ((no = put_list(&p, templates))) {
		r->b->v[r->b->len = before] = '\0';
		return no;
	}
	buf_char(r->b, ']');
	rpc_run_put_next(r, p.last);
	rpc_run_put_cache(r, RPC_CACHE_LIST, "private");
	return rpc_run_end(r);
}

/*
 * What stands in the folder is told to every token, as tools are: whoever reads it with too little scope is told what is needed.
 */
const struct fail *rpc_resources_list(struct rpc_run *r)
{
	return answer_list(r, "resources", false);
}

const struct fail *rpc_resources_templates(struct rpc_run *r)
{
	return answer_list(r, "resourceTemplates", true);
}

/* ---- reading ------------------------------------------------------------------------------------------------------ */

static const struct fail *refuse(struct rpc_run *r, const char *uri)
{
	struct buf data = buf_new(r->cx->arena);

	buf_char(&data, '{');
	json_put_member(&data, "uri", uri);
	buf_char(&data, '}');
	r->m->data = data.v;
	return r->revision >= REVISION_MODERN ? &not_found : &not_found_legacy;
}

static const struct fail *run_program(struct call *c, const struct site_resource *one, const char *uri, struct answer *answer,
    bool *found)
{
	struct buf input = buf_new(c->cx->arena);
	const struct fail *no;
	struct said said;

	buf_char(&input, '{');
	json_put_member(&input, "uri", uri);
	json_put_name(&input, "variables");
	if (one->variables)
		json_put(&input, one->variables);
	else
		buf_text(&input, "{}");
	buf_text(&input, "}\n");
	if ((no = program_run(c, one->program, one->name, input.v, input.len, &said)))
		return no;
	*found = answer_resource(c, one->program, &said, uri, json_text(one->definition, "mimeType"), answer);
	return NULL;
}

static const struct fail *run_builtin(struct call *c, const struct site_resource *one, const char *uri, struct answer *answer,
    bool *found)
{
	struct buf text = buf_new(c->cx->arena);
	const struct fail *no = one->builtin->read(c->cx, c->who, uri, &text, found);

	if (!no && *found)
		answer_contents(c, uri, json_text(one->definition, "mimeType"), text.v, text.len, answer);
	return no;
}

static const struct fail *run(struct call *c, const struct site_resource *one, const char *uri, struct answer *answer,
    bool *found)
{
	const char *bytes, *wrong;
	size_t n;

	*answer = (struct answer){ .kind = ANSWER_CONTENTS };
	if (one->program)
		return run_program(c, one, uri, answer, found);
	if (one->builtin)
		return run_builtin(c, one, uri, answer, found);
	bytes = site_resource_content(c->cx, one, &n, &wrong);
	*found = bytes != NULL;
	if (bytes)
		answer_contents(c, uri, one->mime, bytes, n, answer);
	else
		log_line("resources/%s: %s", one->key, wrong);
	return NULL;
}

/* A resource that is read, and whether there was one. */
struct reading {
	const struct site_resource *one;
	const char *uri;
	bool found;
};

static const struct fail *run_round(void *with, struct call *c, struct answer *answer)
{
	struct reading *x = with;

	return run(c, x->one, x->uri, answer, &x->found);
}

const struct fail *rpc_resources_read(struct rpc_run *r)
{
	const char *uri = json_text(r->m->params, "uri");
	const struct site_resource *one = uri ? site_resource_find(r->cx, uri) : NULL;
	struct reading x = { .one = one, .uri = uri };
	const struct rpc_rounds rounds = { .with = &x, .run = run_round, .asks = one && one->program };
	struct answer answer;
	const struct fail *no;
	struct call c;

	if (!uri)
		return &no_uri;
	if (!one)
		return refuse(r, uri);
	if (!scope_covers(r->cx->conf, r->who->scope, one->scope))
		return &fail_unavailable;	/* it changed since the scope was checked */
	if ((no = limit_take_call(r->cx, r->who->grant_id)) || (no = rpc_call_read(r->cx, r->who, r->m, r->way, &c)) ||
	    (no = rpc_rounds_run(&rounds, &c, r->m, &answer)))
		return no;
	if (r->cx->conf->audit == AUDIT_CALLS) {
		r->cx->trail.why = arena_printf(r->cx->arena, "%s%s", one->key, answer.failed ? ": refused" : "");
		audit_remark(r->cx, AUDIT_CALL);
	}
	if (!x.found)
		return refuse(r, uri);
	return answer.stopped ? NULL : rpc_run_put_answer(r, &c, &answer);
}

const char *rpc_resources_scope(struct context *cx, const struct rpc_message *m)
{
	const char *uri = json_text(m->params, "uri");
	const struct site_resource *one = uri ? site_resource_find(cx, uri) : NULL;

	return one ? arena_copy(cx->arena, one->scope) : NULL;
}
