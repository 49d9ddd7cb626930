/* SPDX-License-Identifier: ISC */
/* oauth_introspect: what a resource server may know of a token (RFC 7662). */
#include "arena.h"
#include "clientauth.h"
#include "conf.h"
#include "oauth.h"
#include "store_introspect.h"
#include "store_token.h"

const struct fail *oauth_introspect(struct context *cx, const struct client *c, const char *token,
    struct introspection **found)
{
	const struct fail *no;
	struct digest hash;
	struct secret s;

	*found = NULL;
	if (!*c->introspects) {
		cx->trail.why = "the operator lets this client ask about no resource";
		return &client_invalid;
	}
	if (!crypto_secret_read(SECRET_ACCESS, token, &s))
		return NULL;
	hash = crypto_digest_secret(&s);
	if ((no = introspection_find(cx->store, cx->arena, &hash, cx->now, found)))
		return no;
	if (!*found)
		access_end_expired(cx->store, &hash, cx->now);
	if (*found && !conf_has_word(c->introspects, (*found)->resource))
		*found = NULL;
	return NULL;
}
