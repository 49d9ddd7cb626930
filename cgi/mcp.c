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
 * the client takes that.  subscriptions/listen belongs to the program listen, and so does GET without Last-Event-ID.  Where the
 * web server does not know that, this program starts it in its own place as plain CGI, and answers by a short stream otherwise.
 */
#include <string.h>

#include "conf.h"
#include "door.h"
#include "listen.h"
#include "replay.h"
#include "resume.h"
#include "rpc_session.h"
#include "serve.h"
#include "slot.h"
#include "stream.h"

extern const struct endpoint mcp;

static const char *other(const struct request *rq)
{
	const char *method = http_env(rq, "REQUEST_METHOD"), *what = http_env(rq, "HTTP_MCP_METHOD");

	if (what && strcmp(what, "subscriptions/listen") == 0)
		return "listen";
	return method && strcmp(method, "GET") == 0 && !http_env(rq, "HTTP_LAST_EVENT_ID") ? "listen" : NULL;
}

/* ---- the way back while a tool works --------------------------------------------------------------------------- */

enum {
	LIFE_SECONDS = 90,		/* from one sign of life of a tool to the next */
	SILENT_MAX = 5,			/* signs of life until the client hears of it */
	RETRY_MS = 1000,		/* when a client that lost its connection comes back */
	POLL_MS = 500,			/* and one that we let go */
	LISTEN_SECONDS = 20,		/* of a stream of news that the web server has not sent to listen */
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

/* A stream of news holds this worker: it waits like a tool that is slow, and not for long. */
static const struct fail *admit(struct request *rq, struct response *rs, struct listener *l)
{
	const struct conf *conf = rq->cx.conf;
	const struct fail *no;
	int slot;

	if ((no = slot_take_waiter(rq->cx.arena, conf->database, slot_waiters(conf), &slot)))
		listen_drop(l);
	else
		door_listen(rq, rs, l, slot, LISTEN_SECONDS);
	return no;
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
	struct back back = { .cx = &rq->cx, .out = out, .listed = door_accepts(rq, "text/event-stream") };
	struct listener *l = NULL;
	const bool events = door_takes_events(rq);
	const struct way way = {
		.with = &back, .say = events ? say : NULL, .go_on = go_on, .watch = stream_watch(out), .listener = events ? &l : NULL,
		.now = now, .keep = keep, .leave = leave,
	};
	const struct rpc_post post = door_post(rq, &way);
	struct rpc_reply reply;
	const struct fail *no;

	stream_life(out, LIFE_SECONDS);
	no = rpc_answer(&rq->cx, with, &post, &reply);
	if (!no && l)
		no = admit(rq, rs, l);
	else if (!no)
		door_give(rs, &reply);
	if (no)
		door_tell(rq, rs, no, reply.id, reply.scope);
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

/* Only an answer that was lost can be asked for; a stream without a request is to be had from the program listen alone. */
static const struct fail *handle_get(struct request *rq, struct response *rs, const struct bearer *who)
{
	const char *session, *last = http_env(rq, "HTTP_LAST_EVENT_ID");
	struct resume *resume;
	const struct fail *no = door_find_session(rq, &session);

	if (no)
		return no;
	if (rq->method != METHOD_GET || !session || !last || !door_takes_events(rq)) {
		return door_refuse_method(rq, rs);
	}
	if ((no = resume_find(&rq->cx, who, session, last, &resume)))
		return no;
	rs->pump = answer_resume;
	rs->pump_with = resume;
	return NULL;
}

static const struct fail *handle_delete(struct request *rq, struct response *rs, const struct bearer *who)
{
	const char *session;
	const struct fail *no = door_find_session(rq, &session);

	if (no)
		return no;
	if (!session) {
		return door_refuse_method(rq, rs);
	}
	if ((no = rpc_session_end(&rq->cx, who, session)))
		return no;
	rs->status = 204;
	http_header(rs, "Cache-Control", "no-store");
	return NULL;
}

static const struct fail *mcp_handle(struct request *rq, struct response *rs)
{
	struct bearer *who;
	const struct fail *no = door_open(rq, &who);

	if (no)
		return no;
	if (rq->method == METHOD_DELETE)
		return handle_delete(rq, rs, who);
	if (rq->method != METHOD_POST)
		return handle_get(rq, rs, who);
	if ((no = door_check_post(rq, rs)))
		return no;
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
	.other = other,
	.handle = mcp_handle,
	.refuse = door_refuse,
};

int main(void)
{
	return serve(&mcp);
}
