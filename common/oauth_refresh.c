/* SPDX-License-Identifier: ISC */
/*
 * oauth_refresh: tokens for a refresh token.  The successor is HMAC(presented token, nonce): the row of the spent token
 * keeps only the nonce, so that whoever shows the token again can be given the same successor, while neither
 * a thief of the file nor a thief of the old token alone can compute it.
 */
#include <string.h>

#include "arena.h"
#include "audit.h"
#include "conf.h"
#include "log.h"
#include "oauth_token.h"
#include "resource.h"
#include "scope.h"
#include "store_token.h"

static const struct fail token_missing = FAIL(400, "invalid_request", "refresh_token is missing");
static const struct fail scope_wider = FAIL(400, "invalid_scope",
    "The scope is malformed or goes beyond what was granted");

/*
 * It stays so when the clock goes back.  But one that was used stays as it is, so that its being shown again is still known
 * as the replay that ends the grant (RFC 9700, section 4.14.2).
 */
static const struct fail *expired(struct context *cx, const struct refresh *old)
{
	const struct fail *no;

	if (old->expires_at && !old->used_at && ((no = refresh_expire(cx->store, &old->hash)) || (no = store_commit(cx->store))))
		return no;
	return &oauth_grant_invalid;
}

/* What must be right before the token is looked at as new or used; nothing of it ends a grant. */
static const struct fail *check(struct context *cx, const struct client *client, const struct refresh *old,
    const struct grant *g, const struct token_request *r)
{
	const struct fail *no;

	if (!g || strcmp(g->client_id, client->id) != 0) {
		if (g)
			log_line("SECURITY: a refresh token was shown by another client than its own");
		cx->trail.why = g ? "the refresh token is another client's" :
		    "the grant has been revoked or ended by a restore, or its user or client is disabled";
		return &oauth_grant_invalid;
	}
	if ((no = resource_check(cx, r->resource, g->resource)))
		return no;
	if (r->scope && (!scope_is_wellformed(r->scope) || !scope_covers(cx->conf, g->scope, r->scope))) {
		cx->trail.why = arena_printf(cx->arena, "scope is '%.200s'; granted is '%s'", r->scope, g->scope);
		return &scope_wider;
	}
	if (!resource_of(cx->conf, g->resource)) {
		cx->trail.why = arena_printf(cx->arena, "the settings no longer have the resource '%s'", g->resource);
		return &oauth_grant_invalid;
	}
	cx->trail.why = "the refresh token has expired";
	if (old->expires_at <= cx->now || g->expires_at <= cx->now)
		return expired(cx, old);
	cx->trail.why = NULL;
	return NULL;
}

/*
 * Only the immediate predecessor of the newest token converges, and only for a while.  A clock that goes back does not
 * begin that while again.
 */
static bool is_in_grace(const struct context *cx, const struct refresh *old, const struct grant *g)
{
	int64_t since = cx->now - old->used_at, grace = cx->conf->refresh_grace;

	return old->generation == g->generation - 1 && since < grace && since > -grace;
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
	const char *scope = r->scope ? scope_narrow(cx->arena, cx->conf, r->scope, g->scope) : g->scope;
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
	if ((no = oauth_put_access(cx, g, scope, t)) || (no = grant_touch(cx->store, g->id, cx->now)) ||
	    (no = audit_note(cx, AUDIT_REFRESH)))
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
	cx->trail.why = "there is no such refresh token";
	if (!old)
		return &oauth_grant_invalid;		/* a guess takes no lock */
	if ((no = store_begin(cx->store)) || (no = refresh_find(cx->store, cx->arena, &hash, &old)))
		return no;
	if (!old)
		return &oauth_grant_invalid;
	if ((no = grant_find(cx->store, cx->arena, old->grant_id, &g)))
		return no;
	oauth_trail(cx, g);
	if ((no = check(cx, client, old, g, r)))
		return no;
	return give(cx, &s, old, g, r, t);
}
