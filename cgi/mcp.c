/* SPDX-License-Identifier: ISC */
/*
 * mcp: asks for the token, then speaks JSON-RPC (Model Context Protocol 2025-03-26 to 2026-07-28, Streamable HTTP).
 *
 *	POST	application/json	one message; an array of messages for 2025-03-26
 *	200	application/json	a result, or an error that belongs to the method
 *	202				a notification was taken
 *	4xx	application/json	an error; 401 and 403 say in WWW-Authenticate what is needed (RFC 6750)
 *
 * A tool that reports progress or writes log messages while it works is answered by text/event-stream, if the client
 * takes that.  There are no sessions, so that GET and DELETE are 405; but first of all everybody needs a token, because
 * clients look by HEAD or GET whether they have to sign in.
 */
#include <ctype.h>
#include <string.h>

#include "bearer.h"
#include "resource.h"
#include "rpc.h"
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
};

struct back {
	struct stream *out;
	bool listed;			/* the client names text/event-stream */
	int silent;
};

static bool say(void *with, const char *json, size_t n)
{
	struct back *back = with;

	return stream_event(back->out, json, n);
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
		stream_begin(back->out);
	return stream_go_on(back->out);
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

/* RFC 3875 section 4.1.18: "Mcp-Param-Region" is HTTP_MCP_PARAM_REGION. */
static const char *find_header(void *with, const char *name)
{
	struct request *rq = with;
	char *key = arena_printf(rq->cx.arena, "HTTP_%s", name);

	for (char *c = key; *c; c++)
		*c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
	return http_env(rq, key);
}

/* Errors of a stream that has begun go the way of its answer. */
static void answer_post(struct request *rq, struct response *rs, struct stream *out, void *with)
{
	struct back back = { .out = out, .listed = accepts(rq, "text/event-stream") };
	const struct way way = { .with = &back, .say = takes_events(rq) ? say : NULL, .go_on = go_on, .watch = stream_watch(out) };
	struct rpc_post post = {
		.body = rq->body,
		.body_len = rq->body_len,
		.headers = {
			.version = http_env(rq, "HTTP_MCP_PROTOCOL_VERSION"),
			.method = http_env(rq, "HTTP_MCP_METHOD"),
			.name = http_env(rq, "HTTP_MCP_NAME"),
			.find = find_header,
			.with = rq,
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
	if (out->begun && rs->body.len)
		stream_event(out, rs->body.v, rs->body.len);
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
	if (rq->method != METHOD_POST) {
		http_header(rs, "Allow", http_allow(rq->cx.arena, METHOD_POST | METHOD_OPTIONS));
		return &fail_method;
	}
	if (!http_content_type_is(rq, "application/json"))
		return &no_json_type;
	rs->pump = answer_post;
	rs->pump_with = who;
	return NULL;
}

const struct endpoint mcp = {
	.name = "mcp",
	.methods = METHOD_POST,
	.refused = METHOD_GET | METHOD_HEAD | METHOD_DELETE,
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
