/* SPDX-License-Identifier: ISC */
/*
 * call: a request for content on its way (tools/call, resources/read, prompts/get): who asks, what the client can do, what was
 * answered so far, and the way back to the client while the answer is not there yet.
 */
#ifndef CALL_H
#define CALL_H

#include <stdbool.h>
#include <stddef.h>

#include "context.h"
#include "crypto.h"
#include "rpc_shape.h"
#include "store_token.h"

struct json_object;
struct listener;
struct mcp_session;

/* RFC 5424 section 6.2.1, lowest first, as the protocol spells them. */
enum level {
	LEVEL_DEBUG, LEVEL_INFO, LEVEL_NOTICE, LEVEL_WARNING, LEVEL_ERROR, LEVEL_CRITICAL, LEVEL_ALERT, LEVEL_EMERGENCY,
	LEVEL_NONE,			/* nothing is wanted */
};

/* The way back.  All may be NULL: nobody listens before the answer. */
struct way {
	void *with;
	bool (*say)(void *with, const char *json, size_t n);	/* one message before the answer; false: nobody is there */
	bool (*go_on)(void *with);	/* still there?  Also keeps a silent way open */
	bool (*hear)(void *with, const char *line, size_t n);	/* a line of the program's, before all else; true: no more of it */
	int watch;			/* a descriptor that hangs up with the client, or -1 */
	struct listener **listener;	/* where a stream that stays can be had: set instead of an answer (listen.h) */
	int64_t (*now)(void *with);	/* seconds since 1970, now: for what waits; NULL: nobody can be waited for */
	void (*keep)(void *with, const struct digest *session);	/* what is said from now on is kept for those who come back */
	bool (*leave)(void *with);	/* lets the client go, who comes back for the rest; false: that cannot be done here */
};

struct call {
	struct context *cx;
	const struct bearer *who;
	enum revision revision;
	struct json_object *meta;	/* params._meta, or NULL */
	struct json_object *capabilities;	/* of the client, or NULL */
	struct json_object *answers;	/* object: question's key to response; NULL before any */
	struct json_object *asked;	/* object: question's key to what was asked last, as the requestState says it; or NULL */
	struct json_object *given;	/* inputResponses that came without a requestState; or NULL */
	const char *round;		/* the requestState that was opened, or NULL */
	const char *state;		/* the program's own, from its last question; "" at first */
	const char *progress_token;	/* as JSON, or NULL */
	double progress;		/* the last that was told */
	enum level level;		/* log messages from here on */
	bool detached;			/* a process of its own works on it, and no request waits */
	const struct mcp_session *session;	/* before 2026-07-28, or NULL */
	const char *request;		/* its id, as JSON */
	int64_t looked;			/* version of the rows when they were last looked at for a cancellation */
	bool cancelled;			/* by notifications/cancelled, or its session has ended */
	bool kept;			/* can be gone on with after the connection was lost */
	bool seated;			/* has its slot among those who wait already */
	bool cancels;			/* does a client that goes away end the call? (since 2026-07-28) */
	struct way way;
};

/* The level of that name; LEVEL_NONE if there is none such. */
enum level call_level(const char *name) __attribute__((nonnull));

/*
 * A line of a program's descriptor 3: progress, log, change.  What is malformed, not wanted or not growing is dropped.
 */
void call_line(struct call *c, const char *text, size_t n) __attribute__((nonnull));

/* A notification of progress of our own, while nothing else is to be told; only to who has asked for progress. */
void call_tick(struct call *c, const char *message) __attribute__((nonnull));

/* Has the client said so in another request?  Asks the rows only when they have changed. */
bool call_is_cancelled(struct call *c) __attribute__((nonnull));

/* May the work go on?  false: the client is gone or has cancelled. */
bool call_go_on(struct call *c) __attribute__((nonnull));

#endif
