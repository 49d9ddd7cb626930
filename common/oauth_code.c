/* SPDX-License-Identifier: ISC */
/* oauth_code: tokens for an authorization code. */
#include <string.h>

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

	if ((no = code_count_try(cx->store, &c->hash)) || (no = store_commit(cx->store)))
		return no;
	return &oauth_grant_invalid;
}

/* Everything about the request but the freshness of the code. */
static const struct fail *check(struct context *cx, const struct client *client, const struct code *c,
    const struct token_request *r)
{
	if (!c || strcmp(c->client_id, client->id) != 0 || c->tries >= TRIES_MAX)
		return &oauth_grant_invalid;
	if (r->redirect_uri && strcmp(r->redirect_uri, c->redirect_uri) != 0)
		return &oauth_grant_invalid;
	if (!pkce_is_verifier(r->code_verifier))
		return &oauth_grant_invalid;
	if (!crypto_challenge_matches(r->code_verifier, c->challenge))
		return wrong_verifier(cx, c);
	return resource_check(cx, r->resource);
}

static const struct fail *issue(struct context *cx, const struct client *client, const struct grant *g, struct tokens *t)
{
	const struct fail *no;

	if ((no = oauth_put_access(cx, g, g->scope, t)))
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
	if (!c)
		return &oauth_grant_invalid;		/* a guess takes no lock */
	if ((no = store_begin(cx->store)) || (no = code_find(cx->store, cx->arena, &hash, &c)) ||
	    (no = check(cx, client, c, r)))
		return no;
	if (c->used_at)
		return oauth_end_grant(cx, c->grant_id, "replay of its authorization code");
	if ((no = grant_find(cx->store, cx->arena, c->grant_id, &g)) ||
	    (no = code_take(cx->store, &hash, cx->now, &taken)))
		return no;
	if (g && strcmp(g->resource, cx->conf->resource) != 0)
		return &oauth_grant_invalid;
	return g && taken ? issue(cx, client, g, t) : &oauth_grant_invalid;
}
