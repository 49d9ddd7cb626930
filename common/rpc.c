/* SPDX-License-Identifier: ISC */
/*
 * rpc: parse, look at the shape, find the era, check the scope, run; the first that refuses decides.  Only 2025-03-26
 * has arrays of messages; they are checked as a whole before the first of them runs.
 */
#include <stdbool.h>
#include <string.h>

#include "bearer.h"
#include "json.h"
#include "log.h"
#include "rpc.h"
#include "rpc_method.h"
#include "rpc_session.h"
#include "scope.h"

static const struct fail no_json = {
	400, "invalid_request", "The body is not JSON", RPC_PARSE_ERROR, 0, 0
};
static const struct fail two_names = {
	400, "invalid_request", "A member name occurs twice in one object", RPC_INVALID_REQUEST, 0, 0
};
static const struct fail no_batch = {
	400, "invalid_request", "Only version 2025-03-26 has arrays of messages", RPC_INVALID_REQUEST, 0, 0
};
static const struct fail empty_batch = {
	400, "invalid_request", "The array of messages is empty", RPC_INVALID_REQUEST, 0, 0
};
static const struct fail long_batch = {
	400, "invalid_request", "The array has more than 50 messages", RPC_INVALID_REQUEST, 0, 0
};
static const struct fail mixed_batch = {
	400, "invalid_request", "A message with a protocolVersion in params._meta must not be in an array",
	RPC_INVALID_REQUEST, 0, 0
};
static const struct fail initialize_in_batch = {
	400, "invalid_request", "initialize must not be in an array", RPC_INVALID_REQUEST, 0, 0
};

/* Our own fault as a response: the connection is fine, the request is answered. */
static const struct fail internal = {
	200, "server_error", "The server met an unexpected condition; its log has the reason", RPC_INTERNAL_ERROR, 0, 0
};

/* One post on its way to its reply. */
struct post {
	struct context *cx;
	const struct bearer *who;
	const struct rpc_post *in;
	struct rpc_reply *out;
	struct mcp_session *session;	/* once it was found, or NULL */
};

static const struct fail *tell(const struct post *p, const struct fail *no, const char *data)
{
	p->out->status = no->status;
	rpc_message_put_error(&p->out->body, p->cx, no, p->out->id, data);
	return NULL;
}

/* Adds what one message needs to what the post needs. */
static void need(const struct post *p, const struct rpc_message *m)
{
	const char *words = rpc_method_scope(p->cx, m);

	if (!words || scope_covers(p->cx->conf, p->out->scope, words))
		return;
	p->out->scope = *p->out->scope ? arena_printf(p->cx->arena, "%s %s", p->out->scope, words) : words;
}

static const struct fail *check_scope(const struct post *p)
{
	return scope_covers(p->cx->conf, p->who->scope, p->out->scope) ? NULL : &bearer_scope;
}

/* Whoever is asked for one method only was found by the header that names it. */
static const struct fail *check_only(const struct post *p, const struct rpc_message *m)
{
	const char *only = p->in->only;

	return only && m->kind == RPC_REQUEST && strcmp(m->method, only) != 0 ? &rpc_era_other_method : NULL;
}

/* ---- sessions -------------------------------------------------------------------------------------------------------- */

/* The stateless revision has none, and initialize begins one. */
static bool belongs_to_session(const struct post *p, const struct rpc_message *m)
{
	return p->in->headers.session && m->revision < REVISION_MODERN &&
	    (m->kind != RPC_REQUEST || strcmp(m->method, "initialize") != 0);
}

/* What was negotiated at its beginning stands, whatever a header says later. */
static const struct fail *find_session(struct post *p, struct rpc_message *m)
{
	const struct fail *no;

	if (!belongs_to_session(p, m))
		return NULL;
	if (!p->session && (no = rpc_session_find(p->cx, p->who, p->in->headers.session, &p->session)))
		return no;
	m->session = p->session;
	return rpc_shape_find(p->session->revision, &m->revision) ? NULL : &fail_internal;
}

/* A program's call that was cancelled has no answer: then the post was merely taken in. */
static const struct fail *run(const struct post *p, struct rpc_message *m)
{
	const struct fail *no;

	if (m->kind != RPC_REQUEST) {
		p->out->status = 202;
		return rpc_session_hear(p->cx, m);
	}
	no = rpc_method_run(p->cx, p->who, m, p->in->way, &p->out->body);
	p->out->status = no || p->out->body.len ? 200 : 202;
	p->out->session = no ? NULL : m->new_session;
	return no;
}

static const struct fail *answer_one(struct post *p, struct json_object *value)
{
	struct rpc_message m;
	const struct fail *no = rpc_message_read(p->cx->arena, value, &m);

	p->out->id = m.kind == RPC_RESPONSE ? "null" : m.id;	/* that id is one of ours */
	m.headers = &p->in->headers;
	if (no || (no = rpc_era_find(p->cx->arena, &p->in->headers, &m)) || (no = check_only(p, &m)))
		return tell(p, no, m.data);
	if ((no = find_session(p, &m)))
		return no->retry_after ? no : tell(p, no, NULL);
	need(p, &m);
	if ((no = check_scope(p)))
		return no;
	if (!(no = run(p, &m)))
		return NULL;
	if (no->retry_after)
		return no;
	return tell(p, no == &fail_internal ? &internal : no, m.data);
}

/* -- arrays -- */

static const struct fail *read_element(struct post *p, struct json_object *value, struct rpc_message *m)
{
	const struct fail *no = rpc_message_read(p->cx->arena, value, m);

	if (no)
		return no;
	if (rpc_era_has_claim(m))
		return &mixed_batch;
	if (m->method && strcmp(m->method, "initialize") == 0)
		return &initialize_in_batch;
	m->revision = REVISION_OLDEST;
	if ((no = find_session(p, m)))
		return no;
	if (m->revision != REVISION_OLDEST)
		return &no_batch;
	need(p, m);
	return NULL;
}

static const struct fail *read_batch(struct post *p, struct json_object *list, struct rpc_message *m, size_t n)
{
	const struct fail *no = NULL;

	if (!n)
		return &empty_batch;
	if (p->in->only || !rpc_era_has_batches(p->cx->arena, &p->in->headers))
		return &no_batch;
	if (n > RPC_BATCH_MAX)
		return &long_batch;
	for (size_t i = 0; i < n && !no; i++)
		no = read_element(p, json_object_array_get_idx(list, i), &m[i]);
	return no;
}

static void run_element(const struct post *p, struct rpc_message *m)
{
	struct buf *b = &p->out->body;
	size_t before = b->len, with_comma;
	const struct fail *no;

	if (m->kind != RPC_REQUEST) {
		if ((no = rpc_session_hear(p->cx, m)))
			log_line("a message of an array was lost: %s", no->description);
		return;
	}
	buf_char(b, b->len ? ',' : '[');
	with_comma = b->len;
	if ((no = rpc_method_run(p->cx, p->who, m, NULL, b)))
		rpc_message_put_error(b, p->cx, no, m->id, m->data);
	if (b->len == with_comma)
		b->len = before;		/* it was cancelled */
}

static const struct fail *answer_batch(struct post *p, struct json_object *list)
{
	struct rpc_message m[RPC_BATCH_MAX];
	size_t n = json_object_array_length(list);
	const struct fail *no = read_batch(p, list, m, n);

	if (no)
		return no->retry_after ? no : tell(p, no, NULL);
	if ((no = check_scope(p)))
		return no;
	for (size_t i = 0; i < n; i++)
		run_element(p, &m[i]);
	p->out->status = p->out->body.len ? 200 : 202;
	if (p->out->body.len)
		buf_char(&p->out->body, ']');
	return NULL;
}

const struct fail *rpc_answer(struct context *cx, const struct bearer *who, const struct rpc_post *post,
    struct rpc_reply *reply)
{
	struct post p = { .cx = cx, .who = who, .in = post, .out = reply };
	struct json_object *value;
	bool duplicate;

	*reply = (struct rpc_reply){ .status = 200, .body = buf_new(cx->arena), .id = "null", .scope = "" };
	if (!json_read_strict(cx->arena, post->body, post->body_len, &value, &duplicate))
		return tell(&p, duplicate ? &two_names : &no_json, NULL);
	return json_object_is_type(value, json_type_array) ? answer_batch(&p, value) : answer_one(&p, value);
}
