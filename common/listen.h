/* SPDX-License-Identifier: ISC */
/*
 * listen: streams of what changes (MCP 2026-07-28, subscriptions/listen).  A listener has asked for kinds of news; he first hears
 * which of them he will get, then the news, and at the end a result.  Of older revisions ("Listening for Messages from the
 * Server") it is a session that listens: it hears of all lists and of what it is subscribed to, and nothing else.  How bytes
 * reach him is the business of serve (stream.h).
 */
#ifndef LISTEN_H
#define LISTEN_H

#include "context.h"
#include "rpc_message.h"
#include "store_token.h"
#include "stream.h"

struct listener;

/*
 * Who asks, and for what.  *l lives until listen_streams.drop(), or listen_drop() when its stream never begins.  Then m->data
 * may be set.  Too many at once, in this process, is a refusal in the voice of the method.
 */
const struct fail *listen_new(struct context *cx, const struct bearer *who, struct rpc_message *m, struct listener **l)
    __attribute__((nonnull, warn_unused_result));

/*
 * The same for the session of that id.  A stream that the session has already ends without another word: no message goes out on
 * two streams, and a client that comes back after its connection was lost is not refused for the sake of the dead one.
 */
const struct fail *listen_new_of_session(struct context *cx, const struct bearer *who, const char *id, struct listener **l)
    __attribute__((nonnull, warn_unused_result));

void listen_drop(struct listener *l) __attribute__((nonnull));

/* It ends so many seconds after it has begun, at the latest. */
void listen_shorten(struct listener *l, int seconds) __attribute__((nonnull));

/* What serve does with a listener. */
extern const struct streams listen_streams;

#endif
