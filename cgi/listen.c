/* SPDX-License-Identifier: ISC */
/*
 * listen: the long streams of the MCP endpoint (Model Context Protocol 2026-07-28, subscriptions/listen; before that, the stream
 * of a session that is opened by GET), so that they hold no worker of mcp.  The web server sends it the requests whose Mcp-Method
 * header says so, and GET without Last-Event-ID.
 *
 *	POST	application/json	one message: subscriptions/listen
 *	200	text/event-stream	what will be heard; what has changed, when it has; at the end a result
 *	200	application/json	an error of the method: parameters, too many streams
 *
 *	GET	Mcp-Session-Id		for clients that take events
 *	200	text/event-stream	what has changed, when it has: lists, and what the session is subscribed to
 *	405	application/json	there is no session
 *	429	application/json	too many streams of one person; Retry-After says when to try again
 *
 *	4xx	application/json	an error, as mcp tells it
 *	503	application/json	too many streams, as plain CGI also for the method; Retry-After
 *
 * Under FastCGI one process holds all streams.  As plain CGI each has a process of its own, is short, and there are few.
 */
#include "arena.h"
#include "conf.h"
#include "door.h"
#include "listen.h"
#include "serve.h"
#include "slot.h"
#include "stream.h"

enum {
	ALONE_MAX = 32,			/* processes of which each has a stream */
	ALONE_SECONDS = 55,		/* that such a one lives: web servers lose patience after a minute */
	BODY_MAX = 256 * 1024,
};

extern const struct endpoint listening;

/* NULL: the stream will begin. */
static const struct fail *admit(struct request *rq, struct response *rs, const struct stream *out, struct listener *l)
{
	const struct conf *conf = rq->cx.conf;
	const struct fail *no = NULL;
	int slot = -1;

	if (!stream_is_shared(out))
		no = slot_take_stream(rq->cx.arena, conf->database, (int)(conf->listen_max < ALONE_MAX ? conf->listen_max : ALONE_MAX),
		    &slot);
	if (no)
		listen_drop(l);
	else
		door_listen(rq, rs, l, slot, stream_is_shared(out) ? 0 : ALONE_SECONDS);
	return no;
}

static void answer_post(struct request *rq, struct response *rs, struct stream *out, void *with)
{
	struct listener *l = NULL;
	const struct way way = { .watch = -1, .listener = door_takes_events(rq) ? &l : NULL };
	struct rpc_post post = door_post(rq, &way);
	struct rpc_reply reply;
	const struct fail *no;

	post.only = "subscriptions/listen";
	no = rpc_answer(&rq->cx, with, &post, &reply);
	if (!no && l)
		no = admit(rq, rs, out, l);
	else if (!no)
		door_give(rs, &reply);
	if (no)
		door_tell(rq, rs, no, reply.id, reply.scope);
}

struct asked {
	const struct bearer *who;
	const char *session;
};

static void answer_get(struct request *rq, struct response *rs, struct stream *out, void *with)
{
	const struct asked *asked = with;
	struct listener *l;
	const struct fail *no = listen_new_of_session(&rq->cx, asked->who, asked->session, &l);

	if (!no)
		no = admit(rq, rs, out, l);
	if (no)
		door_refuse(rq, rs, no);
}

/* Who wants to go on with an answer that was lost is at the wrong program. */
static const struct fail *handle_get(struct request *rq, struct response *rs, const struct bearer *who)
{
	struct asked *asked = arena_take(rq->cx.arena, sizeof *asked);
	const struct fail *no = door_find_session(rq, &asked->session);

	if (no)
		return no;
	if (rq->method != METHOD_GET || !asked->session || http_env(rq, "HTTP_LAST_EVENT_ID") || !door_takes_events(rq))
		return door_refuse_method(rq, rs);
	asked->who = who;
	rs->pump = answer_get;
	rs->pump_with = asked;
	return NULL;
}

static const struct fail *listen_handle(struct request *rq, struct response *rs)
{
	struct bearer *who;
	const struct fail *no = door_open(rq, &who);

	if (no)
		return no;
	if (rq->method != METHOD_POST)
		return handle_get(rq, rs, who);
	if ((no = door_check_post(rq, rs)))
		return no;
	rs->pump = answer_post;
	rs->pump_with = who;
	return NULL;
}

const struct endpoint listening = {
	.name = "listen",
	.methods = METHOD_POST | METHOD_GET,
	.refused = METHOD_HEAD | METHOD_DELETE,
	.role = ROLE_LISTEN,
	.body_max = BODY_MAX,
	.cors = CORS_LISTED,
	.path_info = false,
	.streams = &listen_streams,
	.handle = listen_handle,
	.refuse = door_refuse,
};

int main(void)
{
	return serve(&listening);
}
