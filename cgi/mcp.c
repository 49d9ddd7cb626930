/* SPDX-License-Identifier: ISC */
/*
 * mcp: asks for the token, then speaks JSON-RPC (Model Context Protocol 2025-03-26 to 2026-07-28, Streamable HTTP).
 *
 *	POST	application/json	one message; an array of messages for 2025-03-26
 *	200	application/json	a result, or an error that belongs to the method
 *	202				a notification was taken
 *	4xx	application/json	an error; 401 and 403 say in WWW-Authenticate what is needed (RFC 6750)
 *
 *	GET	Last-Event-ID	text/event-stream: the rest of an answer that a session has lost, or 405
 *	DELETE	Mcp-Session-Id	204, and the session is over
 *
 * A tool that reports progress, writes log messages or asks something while it works is answered by text/event-stream, if
 * the client takes that.  First of all everybody needs a token, because clients look by HEAD or GET whether they have
 * to sign in.
 */
#include <string.h>

#include "bearer.h"
#include "replay.h"
#include "resource.h"
#include "resume.h"
#include "rpc.h"
#include "rpc_session.h"
#include "scope.h"
#include "serve.h"
#include "stream.h"
#include "url.h"

extern const struct endpoint mcp;

static const struct fail no_json_type = {
	415, "invalid_request", "Content-Type must be application/json", RPC_INVALID_REQUEST, 0, 0
};

static bool is_bearer(const struct fail *no)
{
	return no == &bearer_missing || no == &bearer_malformed || no == &bearer_invalid || no == &bearer_scope;
}

/* Every refusal is a JSON-RPC error too: an old client that finds none goes looking for an older transport. */
static void tell(struct request *rq, struct response *rs, const struct fail *no, const char *id, const char *scope)
{
	http_answer(rs, no->status, "application/json");
	if (is_bearer(no))
		http_header(rs, "WWW-Authenticate", bearer_challenge(&rq->cx, no, scope));
	if (no->retry_after)
		http_header(rs, "Retry-After", arena_printf(rs->arena, "%d", no->retry_after));
	rpc_message_put_error(&rs->body, &rq->cx, no, id, NULL);
}

static void mcp_refuse(struct request *rq, struct response *rs, const struct fail *no)
{
	const struct conf_resource *at = rq->cx.resource;

	tell(rq, rs, no, "null", at ? scope_all(rq->cx.arena, rq->cx.conf, at) : "");
}

static void give(struct response *rs, const struct rpc_reply *reply)
{
	if (reply->session)
		http_header(rs, "Mcp-Session-Id", reply->session);
	if (reply->body.len) {
		http_answer(rs, reply->status, "application/json");
		rs->body = reply->body;
		return;
	}
	rs->status = reply->status;
	http_header(rs, "Cache-Control", "no-store");
}

/* ---- the way back while a tool works --------------------------------------------------------------------------- */

enum {
	LIFE_SECONDS = 90,		/* from one sign of life of a tool to the next */
	SILENT_MAX = 5,			/* signs of life until the client hears of it */
	RETRY_MS = 1000,		/* when a client that lost its connection comes back */
	POLL_MS = 500,			/* and one that we let go */
};

struct back {
	struct context *cx;
	struct stream *out;
	struct replay replay;		/* for those who come back */
	bool listed;			/* the client names text/event-stream */
	int silent;
};

static void begin(struct back *back, int retry)
{
	const char *id;

	if (back->out->begun)
		return;
	if ((id = replay_begin(&back->replay)))
		stream_prime(back->out, id, retry);
	else
		stream_begin(back->out);
}

static bool say(void *with, const char *json, size_t n)
{
	struct back *back = with;

	begin(back, RETRY_MS);
	return stream_event_as(back->out, replay_put(&back->replay, json, 0), json, n);
}

/*
 * Not every web server tells that a client has gone before somebody writes to it: after a second of silence the answer becomes a
 * stream, and comments find out.
 */
static bool go_on(void *with)
{
	struct back *back = with;

	stream_life(back->out, LIFE_SECONDS);
	if (back->listed && ++back->silent == SILENT_MAX)
		begin(back, RETRY_MS);
	return stream_go_on(back->out);
}

static int64_t now(void *with)
{
	(void)with;
	return stream_now();
}

static void keep(void *with, const struct digest *session)
{
	struct back *back = with;

	replay_keep(&back->replay, back->cx, session);
}

static bool leave(void *with)
{
	struct back *back = with;

	begin(back, POLL_MS);
	return back->replay.on && stream_leave(back->out);
}

static bool accepts(const struct request *rq, const char *type)
{
	const char *accept = http_env(rq, "HTTP_ACCEPT");

	return accept && strstr(accept, type);
}

/* Absent is anything (RFC 9110 section 12.5.1). */
static bool takes_events(const struct request *rq)
{
	return !http_env(rq, "HTTP_ACCEPT") || accepts(rq, "text/event-stream") || accepts(rq, "*/*");
}

/* The answer of a stream that has begun is its last event.  Without one it just ends: the request was cancelled. */
static void finish(struct back *back, const struct response *rs)
{
	const char *id;

	if (!back->out->begun)
		return;
	if (rs->body.len == 0) {
		replay_end(&back->replay, stream_now());
		return;
	}
	id = replay_put(&back->replay, rs->body.v, stream_now());
	stream_event_as(back->out, id, rs->body.v, rs->body.len);
}

/* Errors of a stream that has begun go the way of its answer. */
static void answer_post(struct request *rq, struct response *rs, struct stream *out, void *with)
{
	struct back back = { .cx = &rq->cx, .out = out, .listed = accepts(rq, "text/event-stream") };
	const struct way way = {
		.with = &back, .say = takes_events(rq) ? say : NULL, .go_on = go_on, .watch = stream_watch(out), .now = now,
		.keep = keep, .leave = leave,
	};
	struct rpc_post post = {
		.body = rq->body,
		.body_len = rq->body_len,
		.headers = {
			.version = http_env(rq, "HTTP_MCP_PROTOCOL_VERSION"),
			.method = http_env(rq, "HTTP_MCP_METHOD"),
			.name = http_env(rq, "HTTP_MCP_NAME"),
			.session = http_env(rq, "HTTP_MCP_SESSION_ID"),
		},
		.way = &way,
	};
	struct rpc_reply reply;
	const struct fail *no;

	stream_life(out, LIFE_SECONDS);
	if ((no = rpc_answer(&rq->cx, with, &post, &reply)))
		tell(rq, rs, no, reply.id, reply.scope);
	else
		give(rs, &reply);
	finish(&back, rs);
}

/* ---- coming back, and going ------------------------------------------------------------------------------------------ */

/* What was said since Last-Event-ID, and for a while what is said meanwhile. */
static void answer_resume(struct request *rq, struct response *rs, struct stream *out, void *with)
{
	(void)rs;
	stream_life(out, LIFE_SECONDS);
	resume_give(&rq->cx, out, with);
}

/* Only an answer that was lost can be asked for; there is no stream without a request. */
static const struct fail *handle_get(struct request *rq, struct response *rs, const struct bearer *who)
{
	const char *session = http_env(rq, "HTTP_MCP_SESSION_ID"), *last = http_env(rq, "HTTP_LAST_EVENT_ID");
	struct resume *resume;
	const struct fail *no;

	if (rq->method != METHOD_GET || !session || !last || !takes_events(rq)) {
		http_header(rs, "Allow", http_allow(rq->cx.arena, METHOD_POST | METHOD_OPTIONS));
		return &fail_method;
	}
	if ((no = resume_find(&rq->cx, who, session, last, &resume)))
		return no;
	rs->pump = answer_resume;
	rs->pump_with = resume;
	return NULL;
}

static const struct fail *handle_delete(struct request *rq, struct response *rs, const struct bearer *who)
{
	const char *session = http_env(rq, "HTTP_MCP_SESSION_ID");
	const struct fail *no;

	if (!session) {
		http_header(rs, "Allow", http_allow(rq->cx.arena, METHOD_POST | METHOD_OPTIONS));
		return &fail_method;
	}
	if ((no = rpc_session_end(&rq->cx, who, session)))
		return no;
	rs->status = 204;
	http_header(rs, "Cache-Control", "no-store");
	return NULL;
}

/* Where the request went: one program serves all endpoints of the settings. */
static const char *path_of(const struct request *rq)
{
	const char *target = http_env(rq, "REQUEST_URI"), *path;

	if (!target)
		target = http_env(rq, "SCRIPT_NAME");
	path = target ? url_clean_path(rq->cx.arena, target) : NULL;
	return path ? path : "";
}

static const struct fail *mcp_handle(struct request *rq, struct response *rs)
{
	struct bearer *who;
	const struct fail *no;

	if (!(rq->cx.resource = resource_at(rq->cx.conf, path_of(rq))))
		return &fail_not_found;
	if ((no = bearer_check(&rq->cx, http_authorization(rq), &who)))
		return no;
	bearer_seen(&rq->cx, who);
	if (rq->method == METHOD_DELETE)
		return handle_delete(rq, rs, who);
	if (rq->method != METHOD_POST)
		return handle_get(rq, rs, who);
	if (!http_content_type_is(rq, "application/json"))
		return &no_json_type;
	rs->pump = answer_post;
	rs->pump_with = who;
	return NULL;
}

const struct endpoint mcp = {
	.name = "mcp",
	.methods = METHOD_POST | METHOD_GET | METHOD_DELETE,
	.refused = METHOD_HEAD,
	.role = ROLE_MCP,
	.body_max = 0,
	.cors = CORS_LISTED,
	.path_info = false,
	.many = true,
	.handle = mcp_handle,
	.refuse = mcp_refuse,
};

int main(void)
{
	return serve(&mcp);
}
