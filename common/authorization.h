/* SPDX-License-Identifier: ISC */
/*
 * authorization: the authorization request, from parameters to a checked value, to a pending one that a person decides
 * (OAuth 2.1 section 4.1).  The order of the checks is the protection: nothing is ever sent to an address before
 * client and address are proven to belong together.
 */
#ifndef AUTHORIZATION_H
#define AUTHORIZATION_H

#include "conf.h"
#include "context.h"
#include "crypto.h"
#include "form.h"
#include "store_client.h"
#include "store_pending.h"
#include "store_session.h"

enum authorization_field {
	A_RESPONSE_TYPE, A_CLIENT_ID, A_REDIRECT_URI, A_SCOPE, A_STATE, A_CODE_CHALLENGE, A_CODE_CHALLENGE_METHOD,
	A_RESOURCE, A_PROMPT, A_FIELDS,
};
extern const char *const authorization_fields[A_FIELDS];

struct authorization {
	const struct client *client;
	const char *redirect_uri;
	bool proven;			/* client and redirect_uri belong together: errors may be told to it */
	bool redirect_given;
	const char *state;		/* opaque bytes, percent-encoded; NULL: none */
	const char *challenge;
	const char *scope;
	const struct conf_resource *resource;
	bool silent;			/* prompt=none */
};

extern const struct fail authorization_login_required;		/* prompt=none, nobody is signed in */
extern const struct fail authorization_interaction_required;	/* prompt=none, but consent is always asked for */
extern const struct fail authorization_denied;			/* access_denied */

/* Reads and checks; *z says as much as is proven when a refusal is returned. */
const struct fail *authorization_read(struct context *cx, const struct form *f, struct authorization *z)
    __attribute__((nonnull, warn_unused_result));

/* Keeps it for the browser whose cookie hashes to owner; *id is the text for the form. */
const struct fail *authorization_open(struct context *cx, const struct authorization *z, const struct digest *owner,
    struct random_text *id) __attribute__((nonnull, warn_unused_result));

/* Spends the pending request and makes grant and code.  *code is NULL-terminated text of the code. */
const struct fail *authorization_allow(struct context *cx, const struct pending *p, const struct session *who,
    struct secret *code, bool *taken) __attribute__((nonnull, warn_unused_result));

/* Spends the pending request. */
const struct fail *authorization_deny(struct context *cx, const struct pending *p, bool *taken)
    __attribute__((nonnull, warn_unused_result));

/* The address to go back to with a code, or with an error (code NULL); state and iss are always told (RFC 9207). */
const char *authorization_response(struct context *cx, const char *redirect_uri, const char *state, const char *code,
    const struct fail *no) __attribute__((nonnull(1, 2), returns_nonnull));

#endif
