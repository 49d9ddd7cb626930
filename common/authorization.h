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

extern const struct fail authorization_waits;			/* 403: the operator has not approved the client yet */

/* Has this address, or have all together, asked too often?  Looked at first, so that no answer depends on what was asked. */
const struct fail *authorization_admit(struct context *cx) __attribute__((nonnull, warn_unused_result));

/*
 * Reads and checks; *z says as much as is proven when a refusal is returned.  The document of a client that is a URL may be
 * fetched here, so never without somebody who is signed in, and never from within a transaction.
 */
const struct fail *authorization_read(struct context *cx, const struct form *f, struct authorization *z)
    __attribute__((nonnull, warn_unused_result));

/* Is the client known by a document only (cimd.h)? */
bool authorization_is_by_document(const struct context *cx, const struct form *f) __attribute__((nonnull));

/* What can be checked of a request without looking at the client's document. */
const struct fail *authorization_screen(struct context *cx, const struct form *f)
    __attribute__((nonnull, warn_unused_result));

/* Keeps it as *p for the browser whose cookie hashes to owner; *id is the text for the form. */
const struct fail *authorization_open(struct context *cx, const struct authorization *z, const struct digest *owner,
    struct pending *p, struct random_text *id) __attribute__((nonnull, warn_unused_result));

/* The same for a screened request, as it came, until somebody has signed in: of *p only asked is known. */
const struct fail *authorization_keep(struct context *cx, const struct form *f, const struct digest *owner,
    struct pending *p, struct random_text *id) __attribute__((nonnull, warn_unused_result));

/* Reads what was kept as it came, into *z as authorization_read(), and writes down what is known now: *p is a proven one. */
const struct fail *authorization_prove(struct context *cx, struct pending *p, struct authorization *z)
    __attribute__((nonnull, warn_unused_result));

/*
 * Spends the pending request and makes grant and code.  *code is NULL-terminated text of the code.  A client that was disabled
 * or has to wait since the page was shown is refused.
 */
const struct fail *authorization_allow(struct context *cx, const struct pending *p, const struct session *who,
    struct secret *code, bool *taken) __attribute__((nonnull, warn_unused_result));

/* Spends the pending request, and writes down that the person did not agree. */
const struct fail *authorization_deny(struct context *cx, const struct pending *p, bool *taken)
    __attribute__((nonnull, warn_unused_result));

/* The address to go back to with a code, or with an error (code NULL); state and iss are always told (RFC 9207). */
const char *authorization_response(struct context *cx, const char *redirect_uri, const char *state, const char *code,
    const struct fail *no) __attribute__((nonnull(1, 2), returns_nonnull));

#endif
