/* SPDX-License-Identifier: ISC */
/*
 * stream: an answer that says something before it is finished (text/event-stream, WHATWG HTML section 9.2).  The handler
 * returns a pump; serve calls it, and it may say events or leave the answer as an ordinary one.
 */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct context;
struct front;
struct request;
struct response;

struct stream {
	const struct front *front;
	struct request *rq;
	struct response *rs;
	bool begun;		/* status and header fields are out */
	bool gone;		/* nobody is there any more */
	bool left;		/* because we let go */
};

/* Sends the head, unless it is out: from here on the answer is a stream.  False: nobody is there. */
bool stream_begin(struct stream *s) __attribute__((nonnull));

/* One event with one message on one line.  The first one sends the head.  False: nobody is there. */
bool stream_event(struct stream *s, const char *json, size_t n) __attribute__((nonnull));

/* The same with an id, or NULL: from there on a client may ask for what follows. */
bool stream_event_as(struct stream *s, const char *id, const char *json, size_t n) __attribute__((nonnull(1, 3)));

/*
 * An event that says nothing but its id, and how many milliseconds a client should wait before it comes back (MCP 2025-11-25,
 * "Sending Messages to the Server", priming event).
 */
bool stream_prime(struct stream *s, const char *id, int retry) __attribute__((nonnull));

/* Ends the answer here, although the work on it goes on.  False: this web server cannot. */
bool stream_leave(struct stream *s) __attribute__((nonnull));

/* Seconds since 1970, now: an answer that takes its time has more than one instant. */
int64_t stream_now(void);

/* Is somebody there?  Asks by a comment when events have begun: a silent connection tells nothing. */
bool stream_go_on(struct stream *s) __attribute__((nonnull));

/* A descriptor that hangs up with the client, or -1 where the web server does not let it through. */
int stream_watch(const struct stream *s) __attribute__((nonnull));

/* How long this answer may take from now on, in seconds. */
void stream_life(struct stream *s, int seconds) __attribute__((nonnull));

/*
 * Streams that stay open for minutes, and say what happens meanwhile.  The pump leaves a table of functions and what they need in
 * rs->stay; serve calls them: for hundreds of streams in one process under FastCGI, else for one that has the process to itself.
 * The context of a call is that of the round; its memory is gone after it.
 */
struct streams {
	void (*begin)(struct context *cx, struct stream *s, void *with);	/* the first words */
	void (*look)(struct context *cx);					/* once a round, before its ticks: what has happened? */
	bool (*tick)(struct context *cx, struct stream *s, void *with);		/* each round; false: it has said its last words */
	void (*end)(struct context *cx, struct stream *s, void *with);		/* the process ends: the last words */
	void (*drop)(void *with);						/* it is over, whoever has ended it */
};

enum {
	STREAM_ROUND = 100,		/* milliseconds between two rounds */
	STREAM_COMMENT = 10000,		/* milliseconds between two comments, which keep a way open and find out who has gone */
};

/* Will this stream, if it stays, share its process with others? */
bool stream_is_shared(const struct stream *s) __attribute__((nonnull));

#endif
