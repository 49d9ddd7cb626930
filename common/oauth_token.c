/* SPDX-License-Identifier: ISC */
/* oauth_token: writing down what is given. */
#include <inttypes.h>

#include "audit.h"
#include "conf.h"
#include "log.h"
#include "oauth_token.h"
#include "store_token.h"

enum { KEEP_SECONDS = 86400 };

const struct fail oauth_grant_invalid = FAIL(400, "invalid_grant",
    "The code or token is unknown, expired, already used or not this client's");

void oauth_trail(struct context *cx, const struct grant *g)
{
	if (!g)
		return;
	cx->trail.attempt = g->attempt;
	cx->trail.user = g->user_name;
	cx->trail.resource = g->resource;
	cx->trail.why = NULL;
}

const struct fail *oauth_put_access(struct context *cx, const struct grant *g, const char *scope, struct tokens *t)
{
	struct access row = {
		.grant_id = g->id, .scope = scope, .issued_at = cx->now, .expires_at = cx->now + cx->conf->access_ttl,
	};
	const struct fail *no;

	t->access = crypto_secret(SECRET_ACCESS);
	t->expires_in = cx->conf->access_ttl;
	t->scope = scope;
	row.hash = crypto_digest_secret(&t->access);
	if ((no = token_reap(cx->store, g->id, cx->now - KEEP_SECONDS)))
		return no;
	return access_put(cx->store, &row);
}

const struct fail *oauth_put_refresh(struct context *cx, const struct grant *g, const struct secret *s, int64_t generation)
{
	struct refresh row = { .grant_id = g->id, .generation = generation };
	const struct fail *no;

	row.hash = crypto_digest_secret(s);
	row.expires_at = cx->now + cx->conf->refresh_idle_ttl;
	if (row.expires_at > g->expires_at)
		row.expires_at = g->expires_at;
	if ((no = refresh_put(cx->store, &row)))
		return no;
	return grant_set_generation(cx->store, g->id, generation);
}

const struct fail *oauth_end_grant(struct context *cx, int64_t grant_id, const char *why)
{
	const struct fail *no;

	cx->trail.why = why;
	if ((no = grant_revoke(cx->store, grant_id, cx->now)) || (no = audit_note(cx, AUDIT_REVOKE)) ||
	    (no = store_commit(cx->store)))
		return no;
	log_line("SECURITY: grant %" PRId64 " revoked: %s", grant_id, why);
	return &oauth_grant_invalid;
}
