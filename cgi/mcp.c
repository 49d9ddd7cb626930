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
 * takes that.  There are no sessions, so that GET and DELETE are 405.  subscriptions/listen belongs to the program listen;
 * where the web server does not know that, it is answered here, by a short stream.
 */
#include "conf.h"
#include "door.h"
#include "listen.h"
#include "serve.h"
#include "slot.h"
#include "stream.h"

extern const struct endpoint mcp;

/* ---- the way back while a tool works --------------------------------------------------------------------------- */

enum {
	LIFE_SECONDS = 90,		/* from one sign of life of a tool to the next */
	SILENT_MAX = 5,			/* signs of life until the client hears of it */
	LISTEN_SECONDS = 20,		/* of a stream of news that the web server has not sent to listen */
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

/* Errors of a stream that has begun go the way of its answer. */
static void answer_post(struct request *rq, struct response *rs, struct stream *out, void *with)
{
	struct back back = { .out = out, .listed = door_accepts(rq, "text/event-stream") };
	struct listener *l = NULL;
	const bool events = door_takes_events(rq);
	const struct way way = {
		.with = &back, .say = events ? say : NULL, .go_on = go_on, .watch = stream_watch(out), .listener = events ? &l : NULL,
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
	if (out->begun && rs->body.len)
		stream_event(out, rs->body.v, rs->body.len);
}

static const struct fail *mcp_handle(struct request *rq, struct response *rs)
{
	struct bearer *who;
	const struct fail *no = door_open(rq, rs, &who);

	if (no)
		return no;
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
	.refuse = door_refuse,
};

int main(void)
{
	return serve(&mcp);
}
