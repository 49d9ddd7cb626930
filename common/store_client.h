/* SPDX-License-Identifier: ISC */
/* store_client: registered OAuth clients (RFC 7591 section 2). */
#ifndef STORE_CLIENT_H
#define STORE_CLIENT_H

#include "crypto.h"
#include "store.h"

struct client {
	const char *id;			/* its URL, for a document */
	const char *kind;		/* "registered", "document" (a client ID metadata document), "operator" */
	const char *name;		/* client_name, or "" */
	const char *auth_method;	/* token_endpoint_auth_method */
	bool has_secret;
	struct digest secret;		/* SHA-256 of the client secret */
	bool has_management;
	struct digest management;	/* SHA-256 of the registration access token (RFC 7592); client_put() and client_find_managed() */
	bool has_sameness;
	struct digest sameness;		/* of a public registration: an identical one is this one; only client_put() */
	const char *redirect_uris;	/* JSON array of strings */
	const char *grant_types;	/* words */
	const char *scope;		/* words it may ask for; "" is all; the operator's may hold '*' (scope.h) */
	const char *resources;		/* words: where a machine may go; "" is the first resource */
	const char *introspects;	/* words: resources whose tokens it may ask about (RFC 7662); "" is none */
	const char *keys;		/* JWK Set (RFC 7517), or NULL */
	const char *keys_uri;		/* jwks_uri, or NULL */
	int64_t keys_at;		/* when the keys were fetched from there; 0: never */
	int64_t fresh_until;		/* a document: until when it is not fetched again */
	const char *uri;		/* client_uri, or NULL */
	const char *metadata;		/* JSON object: the other metadata, as registered */
	int64_t created_at;
	bool waits;			/* for the operator's approval */
	bool disabled;			/* only client_find_same() */
};

/* *c is NULL when there is none, or when it is disabled. */
const struct fail *client_find(struct store *s, struct arena *a, const char *id, struct client **c)
    __attribute__((nonnull, warn_unused_result));

/*
 * The client that was registered with that sameness, also a disabled one (c->disabled).  *c is NULL when there is none, or
 * when the one there is will soon be dropped.
 */
const struct fail *client_find_same(struct store *s, struct arena *a, const struct digest *sameness, int64_t now,
    struct client **c) __attribute__((nonnull, warn_unused_result));

/* The client of that id if it manages itself, with c->management; *c is NULL otherwise. */
const struct fail *client_find_managed(struct store *s, struct arena *a, const char *id, struct client **c)
    __attribute__((nonnull, warn_unused_result));

/* A new client, and room for it (client_reap).  One that it is the same as, and that will soon be dropped, is no longer. */
const struct fail *client_put(struct store *s, const struct client *c, int keep)
    __attribute__((nonnull, warn_unused_result));

/* Writes over all that was registered of c->id, if c->management is right; else *found is false. */
const struct fail *client_change(struct store *s, const struct client *c, bool *found)
    __attribute__((nonnull, warn_unused_result));

/* Drops c->id with all that it was ever given, if c->management is right; else *found is false. */
const struct fail *client_drop_managed(struct store *s, const struct client *c, bool *found)
    __attribute__((nonnull, warn_unused_result));

/*
 * Drops a few of the clients that registered themselves and that nobody has agreed to for a day, or that nobody has agreed to for
 * 90 days and that hold no live grant; and of more than `keep` that nobody ever agreed to the oldest, but none that is younger
 * than an hour.  Disabled ones stay, or they would come back enabled.  *count is how many went: after 0 there are no more.
 */
const struct fail *client_reap(struct store *s, int64_t now, int keep, int *count)
    __attribute__((nonnull, warn_unused_result));

/* Marks that a person has agreed to this client: it is no longer dropped. */
const struct fail *client_set_agreed(struct store *s, const char *id, int64_t now)
    __attribute__((nonnull, warn_unused_result));

#endif
