/* SPDX-License-Identifier: ISC */
/* rpc_session: from an id to a session, and what a client says about it. */
#include <string.h>

#include "arena.h"
#include "json.h"
#include "rpc_session.h"
#include "store_question.h"
#include "subscription.h"

enum { SEEN_EVERY = 60, ID_MAX = 128, CAPABILITIES_MAX = 4096 };

const struct fail rpc_no_session = {
	404, "invalid_request", "Session not found", RPC_NO_SESSION, 0, 0
};
static const struct fail no_level = {
	200, "invalid_request", "params.level must be one of the eight levels", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail no_uri = {
	200, "invalid_request", "params.uri must be the URI of a resource", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail headerless = {
	200, "invalid_request", "A subscription needs a session: send Mcp-Session-Id", RPC_INVALID_REQUEST, 0, 0
};
static const struct fail too_many = {
	200, "invalid_request", "The session has as many subscriptions as it may have", RPC_INVALID_REQUEST, 0, 0
};

/* What a client can be asked, and nothing else of what it says; more than anybody has to say counts as nothing. */
static const char *capabilities_of(struct arena *a, struct json_object *params)
{
	static const char *const kept[] = { "elicitation", "sampling", "roots" };
	struct json_object *all = json_get(params, "capabilities");
	struct buf b = buf_new(a);

	buf_char(&b, '{');
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		if (json_object_is_type(json_get(all, kept[i]), json_type_object)) {
			json_put_name(&b, kept[i]);
			json_put(&b, json_get(all, kept[i]));
		}
	buf_char(&b, '}');
	return b.len <= CAPABILITIES_MAX ? b.v : "{}";
}

/* Ends the transaction that was begun, one way or the other. */
static const struct fail *done(struct context *cx, const struct fail *no)
{
	if (!no)
		no = store_commit(cx->store);
	store_end(cx->store);
	return no;
}

const struct fail *rpc_session_begin(struct rpc_run *r)
{
	const struct random_text id = crypto_random_text();
	const struct mcp_session x = {
		.hash = crypto_digest_text(id.v), .revision = rpc_shape_name(r->revision),
		.capabilities = capabilities_of(r->cx->arena, r->m->params),
	};
	const struct fail *no = store_begin_passing(r->cx->store);

	if (!no)
		no = mcp_session_put(r->cx->store, r->who, &x, r->cx->now);
	if ((no = done(r->cx, no)))
		return no;
	r->m->new_session = arena_copy(r->cx->arena, id.v);
	return NULL;
}

/* Best effort: it is true again in a minute. */
static void touch(struct context *cx, const struct mcp_session *x)
{
	const struct fail *no;

	if (x->seen_at > cx->now - SEEN_EVERY)
		return;
	no = store_begin_remark(cx->store);
	if (!no)
		no = mcp_session_touch(cx->store, &x->hash, cx->now);
	done(cx, no);
}

const struct fail *rpc_session_find(struct context *cx, const struct bearer *who, const char *id, struct mcp_session **x)
{
	struct digest hash;
	const struct fail *no;

	*x = NULL;
	if (strlen(id) > ID_MAX)
		return &rpc_no_session;
	hash = crypto_digest_text(id);
	if ((no = mcp_session_find(cx->store, cx->arena, &hash, who, cx->now, x)))
		return no;
	if (!*x)
		return &rpc_no_session;
	touch(cx, *x);
	return NULL;
}

const struct fail *rpc_session_end(struct context *cx, const struct bearer *who, const char *id)
{
	struct mcp_session *x;
	const struct fail *no = rpc_session_find(cx, who, id, &x);

	if (no || (no = store_begin_passing(cx->store)))
		return no;
	return done(cx, mcp_session_drop(cx->store, &x->hash));
}

/* ---- what a client says ---------------------------------------------------------------------------------------------- */

/* The id as it stands in running requests; NULL: none that could be one. */
static const char *id_text(struct arena *a, struct json_object *id)
{
	struct buf b = buf_new(a);

	if (!json_object_is_type(id, json_type_string) && !json_object_is_type(id, json_type_int))
		return NULL;
	json_put(&b, id);
	return b.len <= ID_MAX ? b.v : NULL;
}

static const struct fail *hear_cancelled(struct context *cx, const struct rpc_message *m)
{
	const char *id = id_text(cx->arena, json_get(m->params, "requestId"));
	const struct fail *no = id ? store_begin_passing(cx->store) : NULL;

	if (!id || no)
		return no;
	return done(cx, cancelled_put(cx->store, &m->session->hash, id, cx->now));
}

/* Ids of our questions are strings that cannot be guessed; another id is one that we never gave. */
static const struct fail *hear_response(struct context *cx, const struct rpc_message *m)
{
	const char *id = json_text(m->value, "id");
	struct buf b = buf_new(cx->arena);
	const char *name = json_has(m->value, "result") ? "result" : "error";
	const struct fail *no;

	if (!id || strlen(id) > ID_MAX)
		return NULL;
	buf_char(&b, '{');
	json_put_name(&b, name);
	json_put(&b, json_get(m->value, name));
	buf_char(&b, '}');
	if ((no = store_begin_passing(cx->store)))
		return no;
	return done(cx, question_answer(cx->store, id, &m->session->hash, b.v, cx->now));
}

const struct fail *rpc_session_hear(struct context *cx, const struct rpc_message *m)
{
	if (!m->session)
		return NULL;
	if (m->kind == RPC_RESPONSE)
		return hear_response(cx, m);
	if (m->kind == RPC_NOTIFICATION && strcmp(m->method, "notifications/cancelled") == 0)
		return hear_cancelled(cx, m);
	return NULL;
}

/* ---- methods ----------------------------------------------------------------------------------------------------------- */

static const struct fail *give_nothing(const struct rpc_run *r)
{
	rpc_run_begin(r);
	return rpc_run_end(r);
}

/* Without a session there is nothing to remember it in, and it has no effect. */
const struct fail *rpc_session_set_level(struct rpc_run *r)
{
	const char *level = json_text(r->m->params, "level");
	struct context *cx = r->cx;
	const struct fail *no;

	if (!level || call_level(level) == LEVEL_NONE)
		return &no_level;
	if (!r->m->session)
		return give_nothing(r);
	no = store_begin_passing(cx->store);
	if (!no)
		no = mcp_session_set_level(cx->store, &r->m->session->hash, level);
	no = done(cx, no);
	return no ? no : give_nothing(r);
}

static const struct fail *subscribe(struct context *cx, const struct digest *session, const char *uri, bool on)
{
	const struct fail *no = store_begin_passing(cx->store);
	bool put = true;

	if (!no && on)
		no = subscription_put(cx->store, session, uri, &put);
	else if (!no)
		no = subscription_drop(cx->store, session, uri);
	no = done(cx, no);
	return no || put ? no : &too_many;
}

const struct fail *rpc_session_subscribe(struct rpc_run *r)
{
	const char *uri = json_text(r->m->params, "uri");
	const struct fail *no;

	if (!uri)
		return &no_uri;
	if (!r->m->session)
		return &headerless;
	if ((no = subscription_may(r->cx, r->who, uri)) || (no = subscribe(r->cx, &r->m->session->hash, uri, true)))
		return no;
	return give_nothing(r);
}

const struct fail *rpc_session_unsubscribe(struct rpc_run *r)
{
	const char *uri = json_text(r->m->params, "uri");
	const struct fail *no;

	if (!uri)
		return &no_uri;
	if (!r->m->session)
		return &headerless;
	if ((no = subscribe(r->cx, &r->m->session->hash, uri, false)))
		return no;
	return give_nothing(r);
}
