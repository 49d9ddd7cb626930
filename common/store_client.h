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
};

/* *c is NULL when there is none, or when it is disabled. */
const struct fail *client_find(struct store *s, struct arena *a, const char *id, struct client **c)
    __attribute__((nonnull, warn_unused_result));

/* A new client, and room for it: of more than `keep` clients that nobody ever agreed to, the oldest are dropped, but
 * none that is younger than an hour. */
const struct fail *client_put(struct store *s, const struct client *c, int keep)
    __attribute__((nonnull, warn_unused_result));

/* Marks that a person has agreed to this client: it is no longer dropped. */
const struct fail *client_set_agreed(struct store *s, const char *id, int64_t now)
    __attribute__((nonnull, warn_unused_result));

#endif
