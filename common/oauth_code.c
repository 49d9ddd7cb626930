/* SPDX-License-Identifier: ISC */
/* oauth_code: tokens for an authorization code. */
#include <inttypes.h>
#include <string.h>

#include "arena.h"
#include "audit.h"
#include "conf.h"
#include "oauth_token.h"
#include "pkce.h"
#include "resource.h"
#include "scope.h"
#include "store_code.h"

enum { TRIES_MAX = 5 };

static const struct fail verifier_missing = FAIL(400, "invalid_request", "code_verifier is missing");
static const struct fail code_missing = FAIL(400, "invalid_request", "code is missing");

/* A wrong verifier is counted, and the count is kept although the request fails. */
static const struct fail *wrong_verifier(struct context *cx, const struct code *c)
{
	const struct fail *no;

	cx->trail.why = "code_verifier does not fit the code_challenge of the authorization request";
	if ((no = code_count_try(cx->store, &c->hash)) || (no = store_commit(cx->store)))
		return no;
	return &oauth_grant_invalid;
}

/* Everything about the request but the freshness of the code. */
static const struct fail *check(struct context *cx, const struct client *client, const struct code *c,
    const struct token_request *r)
{
	if (!c || strcmp(c->client_id, client->id) != 0 || c->tries >= TRIES_MAX) {
		cx->trail.why = !c || c->tries < TRIES_MAX ? "the code is not this client's" :
		    "the code is burnt: too many wrong verifiers";
		return &oauth_grant_invalid;
	}
	if (r->redirect_uri && strcmp(r->redirect_uri, c->redirect_uri) != 0) {
		cx->trail.why = arena_printf(cx->arena, "redirect_uri is '%.200s'; the code was sent to '%s'", r->redirect_uri,
		    c->redirect_uri);
		return &oauth_grant_invalid;
	}
	if (!pkce_is_verifier(r->code_verifier)) {
		cx->trail.why = "code_verifier is not 43 to 128 unreserved characters";
		return &oauth_grant_invalid;
	}
	if (!crypto_challenge_matches(r->code_verifier, c->challenge))
		return wrong_verifier(cx, c);
	return NULL;
}

/* Why a code could not be spent, in words. */
static const char *why_not(struct context *cx, const struct code *c, const struct grant *g)
{
	if (!g)
		return "what the code stood for has been revoked or ended by a restore, or its user or client is disabled";
	if (!resource_of(cx->conf, g->resource))
		return arena_printf(cx->arena, "the settings no longer have the resource '%s'", g->resource);
	if (!c->expires_at)
		return "the code expired, and was shown then, too";
	return arena_printf(cx->arena, "the code expired %" PRId64 " s before (by this machine's clock)", cx->now - c->expires_at);
}

static const struct fail *issue(struct context *cx, const struct client *client, const struct grant *g, struct tokens *t)
{
	const struct fail *no;

	if ((no = oauth_put_access(cx, g, g->scope, t)) || (no = audit_note(cx, AUDIT_TOKEN)))
		return no;
	t->has_refresh = scope_has(client->grant_types, "refresh_token");
	if (t->has_refresh) {
		t->refresh = crypto_secret(SECRET_REFRESH);
		if ((no = oauth_put_refresh(cx, g, &t->refresh, 1)))
			return no;
	}
	return store_commit(cx->store);
}

const struct fail *oauth_give_for_code(struct context *cx, const struct client *client, const struct token_request *r,
    struct tokens *t)
{
	const struct fail *no;
	struct digest hash;
	struct secret s;
	struct grant *g;
	struct code *c;
	bool taken;

	if (!r->code)
		return &code_missing;
	if (!r->code_verifier)
		return &verifier_missing;
	if (!crypto_secret_read(SECRET_CODE, r->code, &s))
		return &oauth_grant_invalid;
	hash = crypto_digest_secret(&s);
	if ((no = code_find(cx->store, cx->arena, &hash, &c)))
		return no;
	cx->trail.why = "there is no such code";
	if (!c)
		return &oauth_grant_invalid;		/* a guess takes no lock */
	if ((no = store_begin(cx->store)) || (no = code_find(cx->store, cx->arena, &hash, &c)) || !c ||
	    (no = grant_find(cx->store, cx->arena, c->grant_id, &g)))
		return no ? no : &oauth_grant_invalid;
	oauth_trail(cx, g);
	if ((no = check(cx, client, c, r)) || (no = resource_check(cx, r->resource, g ? g->resource : "")))
		return no;
	if (c->used_at)
		return oauth_end_grant(cx, c->grant_id, "replay of its authorization code");
	if ((no = code_take(cx->store, &hash, cx->now, &taken)))
		return no;
	if (g && taken && resource_of(cx->conf, g->resource))
		return issue(cx, client, g, t);
	cx->trail.why = why_not(cx, c, g);
	if (!taken && c->expires_at && ((no = code_expire(cx->store, &hash)) || (no = store_commit(cx->store))))
		return no;
	return &oauth_grant_invalid;
}
