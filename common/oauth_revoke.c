/* SPDX-License-Identifier: ISC */
/* oauth_revoke: giving a token up (RFC 7009). */
#include <string.h>

#include "audit.h"
#include "oauth_token.h"
#include "store_grant.h"
#include "store_token.h"

static const struct fail *revoke_refresh(struct context *cx, const struct client *c, const struct digest *hash)
{
	const struct fail *no;
	struct refresh *t;
	struct grant *g;

	if ((no = refresh_find(cx->store, cx->arena, hash, &t)) || !t ||
	    (no = grant_find(cx->store, cx->arena, t->grant_id, &g)) || !g || strcmp(g->client_id, c->id) != 0)
		return no;
	oauth_trail(cx, g);
	cx->trail.why = "by the client: everything of this grant";
	if ((no = grant_revoke(cx->store, g->id, cx->now)))
		return no;
	return audit_note(cx, AUDIT_REVOKE);
}

static const struct fail *revoke_access(struct context *cx, const struct client *c, const struct digest *hash)
{
	const struct fail *no;
	const char *owner;
	int64_t grant_id;

	if ((no = access_find_owner(cx->store, cx->arena, hash, &grant_id, &owner)) || !owner || strcmp(owner, c->id) != 0)
		return no;
	cx->trail.why = "by the client: one access token";
	if ((no = access_drop(cx->store, hash)))
		return no;
	return audit_note(cx, AUDIT_REVOKE);
}

const struct fail *oauth_revoke(struct context *cx, const struct client *c, const char *token)
{
	bool refresh = true;
	const struct fail *no;
	struct digest hash;
	struct secret s;

	if (!crypto_secret_read(SECRET_REFRESH, token, &s)) {
		if (!crypto_secret_read(SECRET_ACCESS, token, &s))
			return NULL;
		refresh = false;
	}
	hash = crypto_digest_secret(&s);
	if ((no = store_begin(cx->store)) ||
	    (no = refresh ? revoke_refresh(cx, c, &hash) : revoke_access(cx, c, &hash)))
		return no;
	return store_commit(cx->store);
}
