/* SPDX-License-Identifier: ISC */
/* listen: a list of listeners, each with memory of its own, since they outlive the request that made them. */
#include <string.h>

#include "arena.h"
#include "bearer.h"
#include "conf.h"
#include "crypto.h"
#include "json.h"
#include "listen.h"
#include "listen_feed.h"
#include "listen_hook.h"
#include "listen_session.h"
#include "listen_want.h"
#include "log.h"

#define SUBSCRIPTION "\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":"

/*
 * What a task came to may be mebibytes; so much does not wait in memory for slow readers (OUTBOX_MAX), and who is not told asks
 * with tasks/get.
 */
enum { CHECK_SECONDS = 60, LISTEN_TASK_MAX = 128 * 1024 };

/* How a stream speaks. */
enum listen_kind {
	LISTEN_SUBSCRIPTION,		/* subscriptions/listen of 2026-07-28 */
	LISTEN_SESSION,			/* GET with a session, of the revisions before */
	LISTEN_KINDS
};

/* A method is refused by an error of its own, a GET by its status. */
static const struct fail too_many[LISTEN_KINDS] = {
	[LISTEN_SUBSCRIPTION] = {
		200, "temporarily_unavailable", "Too many streams are open here; try again later", RPC_INTERNAL_ERROR, 0, 0
	},
	[LISTEN_SESSION] = {
		503, "temporarily_unavailable", "Too many streams are open here; try again later", RPC_INTERNAL_ERROR, 30, 0
	},
};
static const struct fail too_many_of_one[LISTEN_KINDS] = {
	[LISTEN_SUBSCRIPTION] = {
		200, "temporarily_unavailable", "Too many streams of one user are open; end one of them", RPC_INTERNAL_ERROR, 0, 0
	},
	[LISTEN_SESSION] = {
		429, "temporarily_unavailable", "Too many streams of one user are open; end one of them", RPC_INTERNAL_ERROR, 30, 0
	},
};

struct listener {
	struct listener *next, **place;
	struct arena *arena;
	enum listen_kind kind;
	const char *id;			/* LISTEN_SUBSCRIPTION: of the request, as JSON */
	struct listen_session session;	/* LISTEN_SESSION */
	struct listen_want want;
	int64_t user_id;		/* 0: a machine */
	const char *client_id;
	const struct conf_resource *resource;
	struct digest token;
	int64_t began_at, ends_at, checked_at;
	bool doubtful;			/* somebody has written since the token was looked at */
	bool unread;			/* or since the session was, which could not be read then */
	bool replaced;			/* by a later stream of the session */
};

static struct listener *first;

/* ---- who listens --------------------------------------------------------------------------------------------------- */

static bool is_of(const struct listener *l, const struct bearer *who)
{
	return who->user_id ? l->user_id == who->user_id : !l->user_id && strcmp(l->client_id, who->client_id) == 0;
}

static bool is_in(const struct listener *l, const struct digest *session)
{
	return session && l->kind == LISTEN_SESSION && memcmp(&l->session.hash, session, sizeof *session) == 0;
}

/* session: a stream of it makes room, because the new one takes its place. */
static const struct fail *check_room(struct context *cx, const struct bearer *who, enum listen_kind kind,
    const struct digest *session)
{
	int64_t all = 0, own = 0;

	for (const struct listener *l = first; l; l = l->next) {
		if (l->replaced || is_in(l, session))
			continue;
		all++;
		own += is_of(l, who);
	}
	if (all < cx->conf->listen_max && own < cx->conf->listen_person)
		return NULL;
	log_line("no stream: %s", all < cx->conf->listen_max ? "listen_person is reached" : "listen_max is reached");
	return all < cx->conf->listen_max ? &too_many_of_one[kind] : &too_many[kind];
}

/* Not all that were opened after a restart end together, and so come back together. */
static int64_t life(const struct conf *conf)
{
	int64_t tenth = conf->listen_life / 10;
	uint32_t random;

	crypto_random(&random, sizeof random);
	return conf->listen_life - tenth + random % (2 * tenth + 1);
}

static struct listener *put_in(struct context *cx, struct arena *a, const struct bearer *who, enum listen_kind kind)
{
	struct listener *l = arena_take(a, sizeof *l);

	l->arena = a;
	l->kind = kind;
	l->user_id = who->user_id;
	l->client_id = arena_copy(a, who->client_id);
	l->resource = cx->resource;
	l->token = who->hash;
	l->began_at = l->checked_at = cx->now;
	l->ends_at = cx->now + life(cx->conf);
	l->place = &first;
	if ((l->next = first))
		first->place = &l->next;
	first = l;
	return l;
}

const struct fail *listen_new(struct context *cx, const struct bearer *who, struct rpc_message *m, struct listener **l)
{
	struct arena *a = arena_new();
	struct listen_want want;
	const struct fail *no;

	if ((no = listen_want_read(cx, a, who, m, &want)) || (no = check_room(cx, who, LISTEN_SUBSCRIPTION, NULL)) ||
	    (!first && (no = listen_feed_begin(cx)))) {
		arena_drop(a);
		return no;
	}
	*l = put_in(cx, a, who, LISTEN_SUBSCRIPTION);
	(*l)->id = arena_copy(a, m->id);
	(*l)->want = want;
	return NULL;
}

/* From here on nothing is said on the streams that the session had in this process; those of others see it in the rows. */
static void replace(const struct digest *session)
{
	for (struct listener *l = first; l; l = l->next)
		if (is_in(l, session))
			l->replaced = true;
}

const struct fail *listen_new_of_session(struct context *cx, const struct bearer *who, const char *id, struct listener **l)
{
	struct listen_want want = { .list = { [CHANGE_TOOLS] = true, [CHANGE_PROMPTS] = true, [CHANGE_RESOURCES] = true } };
	struct listen_session session;
	const struct fail *no;

	if ((no = listen_session_find(cx, who, id, &session)) || (no = check_room(cx, who, LISTEN_SESSION, &session.hash)) ||
	    (!first && (no = listen_feed_begin(cx))) || (no = listen_session_begin(cx, &session, &want)))
		return no;
	replace(&session.hash);
	*l = put_in(cx, arena_new(), who, LISTEN_SESSION);
	(*l)->session = session;
	(*l)->want = want;
	return NULL;
}

void listen_drop(struct listener *l)
{
	struct arena *a = l->arena;

	if (l->next)
		l->next->place = l->place;
	*l->place = l->next;
	if (l->kind == LISTEN_SESSION)
		listen_session_drop(&l->session);
	arena_drop(a);
}

void listen_shorten(struct listener *l, int seconds)
{
	if (l->ends_at > l->began_at + seconds)
		l->ends_at = l->began_at + seconds;
}

/* ---- what is said -------------------------------------------------------------------------------------------------- */

static struct buf note(struct context *cx, const struct listener *l, const char *method)
{
	struct buf b = buf_new(cx->arena);

	buf_printf(&b, "{\"jsonrpc\":\"2.0\",\"method\":\"%s\",\"params\":{", method);
	if (l->kind == LISTEN_SUBSCRIPTION)
		buf_printf(&b, SUBSCRIPTION "%s}", l->id);
	return b;
}

static void say(struct stream *s, struct buf *b)
{
	buf_text(b, "}}");
	stream_event(s, b->v, b->len);
}

static void begin(struct context *cx, struct stream *s, void *with)
{
	const struct listener *l = with;
	struct buf b;

	if (l->kind == LISTEN_SESSION) {
		stream_begin(s);
		return;
	}
	b = note(cx, l, "notifications/subscriptions/acknowledged");
	json_put_name(&b, "notifications");
	listen_want_put(&b, &l->want);
	say(s, &b);
}

/* The result: clients know by it that they may come again.  A GET has no result: clients come again in any case. */
static void end(struct context *cx, struct stream *s, void *with)
{
	const struct listener *l = with;
	struct buf b = buf_new(cx->arena);

	if (l->kind == LISTEN_SESSION)
		return;
	buf_printf(&b, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"resultType\":\"complete\"," SUBSCRIPTION "%s}", l->id, l->id);
	say(s, &b);
}

static bool is_for(const struct listener *l, const struct change *c)
{
	return !c->user_id || c->user_id == l->user_id;
}

static void tell_lists(struct context *cx, struct stream *s, const struct listener *l, const struct listen_news *news)
{
	static const char *const method[CHANGE_KINDS] = {
		[CHANGE_TOOLS] = "notifications/tools/list_changed", [CHANGE_PROMPTS] = "notifications/prompts/list_changed",
		[CHANGE_RESOURCES] = "notifications/resources/list_changed",
	};

	for (int kind = CHANGE_TOOLS; kind <= CHANGE_RESOURCES; kind++) {
		bool changed = news->list[kind];
		struct buf b;

		for (size_t i = 0; i < news->changes && !changed; i++)
			changed = (int)news->change[i].kind == kind && is_for(l, &news->change[i]);
		if (!changed || !l->want.list[kind])
			continue;
		b = note(cx, l, method[kind]);
		say(s, &b);
	}
}

/* Is there a row about it that this listener may hear of? */
static bool has_row(const struct listener *l, const struct listen_news *news, enum change_kind kind, const char *about)
{
	for (size_t i = 0; i < news->changes; i++)
		if (news->change[i].kind == kind && is_for(l, &news->change[i]) && strcmp(news->change[i].about, about) == 0)
			return true;
	return false;
}

static bool has_new_stamp(struct listen_uri *u)
{
	struct site_stamp stamp = site_watch_stamp(u->path);
	bool other = memcmp(&stamp, &u->stamp, sizeof stamp) != 0;

	u->stamp = stamp;
	return other;
}

/* What a session may hear of is asked when it is told: it was subscribed to at some time, perhaps with another token. */
static bool may_hear(struct context *cx, const struct listener *l, const char *uri)
{
	struct bearer *who;
	bool may;

	if (l->kind == LISTEN_SUBSCRIPTION)
		return true;
	return !access_find(cx->store, cx->arena, &l->token, cx->now, &who) && who && !listen_may_hear(cx, who, uri, &may) && may;
}

static void tell_resources(struct context *cx, struct stream *s, struct listener *l, const struct listen_news *news)
{
	for (size_t i = 0; i < l->want.uris; i++) {
		struct listen_uri *u = &l->want.uri[i];
		bool changed = has_row(l, news, CHANGE_RESOURCE, u->uri);
		struct buf b;

		if (news->files && u->path && has_new_stamp(u))
			changed = true;
		if (!changed || !may_hear(cx, l, u->uri))
			continue;
		b = note(cx, l, "notifications/resources/updated");
		json_put_member(&b, "uri", u->uri);
		say(s, &b);
	}
}

static void tell_tasks(struct context *cx, struct stream *s, const struct listener *l, const struct listen_news *news)
{
	for (size_t i = 0; i < l->want.tasks; i++) {
		const struct task whose = {
			.id = l->want.task[i], .user_id = l->user_id, .client_id = l->client_id, .resource = l->resource->uri,
		};
		struct buf b;

		if (!has_row(l, news, CHANGE_TASK, whose.id))
			continue;
		b = note(cx, l, "notifications/tasks");
		if (listen_put_task(cx, &b, &whose) && b.len <= LISTEN_TASK_MAX)
			say(s, &b);
	}
}

/* ---- a round ------------------------------------------------------------------------------------------------------- */

/*
 * A token that has expired, or whose grant, person or client is no longer good, ends its streams: looked at each minute, and
 * within a second when somebody has written to the database, because that may be what he wrote.
 */
static bool is_welcome(struct context *cx, struct listener *l)
{
	struct bearer *who;

	if (listen_feed_news()->committed)
		l->doubtful = true;
	if (cx->now - l->checked_at < (l->doubtful ? 1 : CHECK_SECONDS))
		return true;
	l->checked_at = cx->now;
	if (access_find(cx->store, cx->arena, &l->token, cx->now, &who)) {
		l->doubtful = true;	/* the rows cannot be read now: again in a second */
		return true;
	}
	l->doubtful = false;
	return who != NULL;
}

/*
 * A session that has ended, or has a later stream, ends this one; else what it is subscribed to is what it is told of.  Read
 * whenever somebody has written, before anything is told: no message is told on two streams.
 */
static bool is_in_session(struct context *cx, struct listener *l)
{
	bool on = !l->replaced;

	if (l->kind != LISTEN_SESSION || !on)
		return on;
	if (listen_feed_news()->committed || l->unread)
		l->unread = listen_session_read(cx, &l->session, &l->want, &on) != NULL;
	return on;
}

static bool tick(struct context *cx, struct stream *s, void *with)
{
	const struct listen_news *news = listen_feed_news();
	struct listener *l = with;

	cx->resource = l->resource;
	if (cx->now >= l->ends_at || !is_welcome(cx, l) || !is_in_session(cx, l)) {
		end(cx, s, l);
		return false;
	}
	tell_lists(cx, s, l, news);
	tell_resources(cx, s, l, news);
	tell_tasks(cx, s, l, news);
	return true;
}

static void drop(void *with)
{
	listen_drop(with);
}

const struct streams listen_streams = { .begin = begin, .look = listen_feed_look, .tick = tick, .end = end, .drop = drop };
