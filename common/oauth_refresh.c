/* SPDX-License-Identifier: ISC */
/*
 * oauth_refresh: tokens for a refresh token.  The successor is HMAC(presented token, nonce): the row of the spent token
 * keeps only the nonce, so that whoever shows the token again can be given the same successor, while neither
 * a thief of the file nor a thief of the old token alone can compute it.
 */
#include <string.h>

#include "conf.h"
#include "log.h"
#include "oauth_token.h"
#include "resource.h"
#include "scope.h"
#include "store_token.h"

static const struct fail token_missing = FAIL(400, "invalid_request", "refresh_token is missing");
static const struct fail scope_wider = FAIL(400, "invalid_scope",
    "The scope is malformed or goes beyond what was granted");

/* What must be right before the token is looked at as new or used; nothing of it ends a grant. */
static const struct fail *check(struct context *cx, const struct client *client, const struct refresh *old,
    const struct grant *g, const struct token_request *r)
{
	const struct fail *no;

	if (!g || strcmp(g->client_id, client->id) != 0) {
		if (g)
			log_line("SECURITY: a refresh token was shown by another client than its own");
		return &oauth_grant_invalid;
	}
	if ((no = resource_check(cx, r->resource)))
		return no;
	if (r->scope && (!scope_is_wellformed(r->scope) || !scope_covers(g->scope, r->scope)))
		return &scope_wider;
	if (strcmp(g->resource, cx->conf->resource) != 0)
		return &oauth_grant_invalid;
	return old->expires_at > cx->now && g->expires_at > cx->now ? NULL : &oauth_grant_invalid;
}

/* Only the immediate predecessor of the newest token converges, and only for a while. */
static bool is_in_grace(const struct context *cx, const struct refresh *old, const struct grant *g)
{
	return old->generation == g->generation - 1 && cx->now < old->used_at + cx->conf->refresh_grace;
}

/* First use: spends the token and writes its successor down. */
static const struct fail *rotate(struct context *cx, const struct secret *shown, struct refresh *old,
    const struct grant *g, struct secret *successor)
{
	const struct fail *no;
	bool taken;

	crypto_random(old->nonce, sizeof old->nonce);
	if ((no = refresh_take(cx->store, &old->hash, old->nonce, cx->now, &taken)))
		return no;
	if (!taken)
		return &oauth_grant_invalid;
	*successor = crypto_secret_from(SECRET_REFRESH, shown, old->nonce);
	return oauth_put_refresh(cx, g, successor, old->generation + 1);
}

static const struct fail *give(struct context *cx, const struct secret *shown, struct refresh *old,
    const struct grant *g, const struct token_request *r, struct tokens *t)
{
	const char *scope = r->scope ? scope_narrow(cx->arena, r->scope, g->scope) : g->scope;
	const struct fail *no;

	if (!old->used_at) {
		if ((no = rotate(cx, shown, old, g, &t->refresh)))
			return no;
	} else if (is_in_grace(cx, old, g)) {
		t->refresh = crypto_secret_from(SECRET_REFRESH, shown, old->nonce);
	} else {
		return oauth_end_grant(cx, g->id, "replay of a used refresh token");
	}
	t->has_refresh = true;
	if ((no = oauth_put_access(cx, g, scope, t)))
		return no;
	return store_commit(cx->store);
}

const struct fail *oauth_give_for_refresh(struct context *cx, const struct client *client, const struct token_request *r,
    struct tokens *t)
{
	const struct fail *no;
	struct refresh *old;
	struct digest hash;
	struct secret s;
	struct grant *g;

	if (!r->refresh_token)
		return &token_missing;
	if (!crypto_secret_read(SECRET_REFRESH, r->refresh_token, &s))
		return &oauth_grant_invalid;
	hash = crypto_digest_secret(&s);
	if ((no = refresh_find(cx->store, cx->arena, &hash, &old)))
		return no;
	if (!old)
		return &oauth_grant_invalid;		/* a guess takes no lock */
	if ((no = store_begin(cx->store)) || (no = refresh_find(cx->store, cx->arena, &hash, &old)))
		return no;
	if (!old)
		return &oauth_grant_invalid;
	if ((no = grant_find(cx->store, cx->arena, old->grant_id, &g)) || (no = check(cx, client, old, g, r)))
		return no;
	return give(cx, &s, old, g, r, t);
}
