/* SPDX-License-Identifier: ISC */
/*
 * registration: a new client from its metadata (RFC 7591), and what a client with a secret does about itself (RFC 7592).
 * A public registration that is already there is that one: nobody proves who he is with it, so that nothing tells two of them
 * apart, and clients that register at every start do not fill the file.
 */
#ifndef REGISTRATION_H
#define REGISTRATION_H

#include <json-c/json.h>

#include "context.h"
#include "crypto.h"
#include "store_client.h"

extern const struct fail registration_malformed;	/* invalid_client_metadata: the body is no JSON object */
extern const struct fail registration_off;		/* 404 */
extern const struct fail registration_token_invalid;	/* 401 invalid_token: the initial access token */
extern const struct fail registration_unmanaged;	/* 401 invalid_token: the registration access token */

/* A client as it is told to itself.  management is only there when client->has_management is. */
struct registered {
	struct client *client;
	bool new_secret;		/* secret is one that the client does not know yet */
	struct secret secret;
	struct secret management;	/* registration access token */
};

/*
 * Is registering allowed to whoever asks?  authorization is the Authorization value or NULL: with registration = token it
 * must carry the initial access token (RFC 7591 section 3).
 */
const struct fail *registration_check(struct context *cx, const char *authorization)
    __attribute__((nonnull(1), warn_unused_result));

/*
 * Checks the metadata, fills the defaults in, stores the client, unless there is the same one.  r->client is what was really
 * registered and what will be enforced.
 */
const struct fail *registration_put(struct context *cx, struct json_object *metadata, struct registered *r)
    __attribute__((nonnull, warn_unused_result));

/*
 * The client of that id, if authorization carries its registration access token (RFC 7592 section 2); else always the same
 * registration_unmanaged, whatever the id is.  Refusals are counted: too many from one address are a 429.
 */
const struct fail *registration_find(struct context *cx, const char *id, const char *authorization, struct registered *r)
    __attribute__((nonnull(1, 2, 4), warn_unused_result));

/*
 * Metadata in place of what was registered (RFC 7592 section 2.2), checked as at first.  The client stays one with a secret,
 * and keeps it.  With registration = approve the operator has to look at what has changed.
 */
const struct fail *registration_change(struct context *cx, struct json_object *metadata, struct registered *r)
    __attribute__((nonnull, warn_unused_result));

/* The client with all that people have given it; dead before this returns (RFC 7592 section 2.3). */
const struct fail *registration_drop(struct context *cx, struct registered *r)
    __attribute__((nonnull, warn_unused_result));

/* Checks all the metadata; for registration_put() and registration_change(). */
const struct fail *registration_read(struct context *cx, struct json_object *metadata, struct client *c)
    __attribute__((nonnull, warn_unused_result));

/* SHA-256 over everything that was checked and is stored. */
struct digest registration_sameness(struct arena *a, const struct client *c) __attribute__((nonnull));

/* What follows "Bearer" in an Authorization value (NULL: absent), or NULL. */
const char *registration_bearer(const char *authorization);

#endif
