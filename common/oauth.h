/* SPDX-License-Identifier: ISC */
/*
 * oauth: trading a code or a refresh token for tokens, and giving tokens up.  Everything is checked before anything is
 * spent, all in one transaction that is committed before the first byte of the answer; so a wrong request costs
 * its sender nothing but the answer, and a replay finds the door closed.
 */
#ifndef OAUTH_H
#define OAUTH_H

#include "context.h"
#include "store_client.h"
#include "store_introspect.h"

extern const struct fail oauth_grant_invalid;	/* invalid_grant */

/* What the token endpoint answers (OAuth 2.1 section 3.2.3). */
struct tokens {
	struct secret access;
	int64_t expires_in;		/* seconds */
	bool has_refresh;
	struct secret refresh;
	const char *scope;
};

/* Parameters of a token request; each NULL when absent. */
struct token_request {
	const char *code, *redirect_uri, *code_verifier;	/* authorization_code */
	const char *refresh_token, *scope;			/* refresh_token */
	const char *resource;
};

/*
 * grant_type=authorization_code (OAuth 2.1 section 4.1.3, RFC 7636 section 4.6).  A second request that is valid in all
 * but the code's freshness revokes the grant; a wrong one does not, and five wrong verifiers burn the code.
 */
const struct fail *oauth_give_for_code(struct context *cx, const struct client *c, const struct token_request *r,
    struct tokens *t) __attribute__((nonnull, warn_unused_result));

/*
 * grant_type=refresh_token (OAuth 2.1 section 4.3).  The token is spent and has one successor; within refresh_grace
 * seconds whoever shows it again gets that same successor, so that parallel clients and lost answers converge.
 * Shown later, or when the successor itself is spent, it ends the grant.
 */
const struct fail *oauth_give_for_refresh(struct context *cx, const struct client *c, const struct token_request *r,
    struct tokens *t) __attribute__((nonnull, warn_unused_result));

/*
 * grant_type=client_credentials (OAuth 2.1 section 4.2): an access token for the client itself, of what the operator has
 * given it; never a refresh token.  unauthorized_client for one that the operator did not make for this.
 */
const struct fail *oauth_give_for_client(struct context *cx, const struct client *c, const struct token_request *r,
    struct tokens *t) __attribute__((nonnull, warn_unused_result));

/*
 * *found is NULL unless the text is a live access token for one of the resources that the operator lets this client ask about.
 * client_invalid for a client that may ask about none.
 */
const struct fail *oauth_introspect(struct context *cx, const struct client *c, const char *token,
    struct introspection **found) __attribute__((nonnull, warn_unused_result));

/*
 * RFC 7009: a refresh token ends its grant, an access token only itself.  A token that is unknown or another client's
 * is left alone, and the answer is the same.
 */
const struct fail *oauth_revoke(struct context *cx, const struct client *c, const char *token)
    __attribute__((nonnull, warn_unused_result));

#endif
