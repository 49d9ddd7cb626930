/* SPDX-License-Identifier: ISC */
/* oauth_client: tokens for a machine, which is its own user. */
#include <string.h>

#include "arena.h"
#include "audit.h"
#include "conf.h"
#include "oauth_token.h"
#include "resource.h"
#include "scope.h"
#include "store_grant.h"

static const struct fail client_unauthorized = FAIL(400, "unauthorized_client",
    "This client may not use client_credentials");
static const struct fail scope_invalid = FAIL(400, "invalid_scope",
    "The scope is malformed or holds nothing that this client may have");

static const char *first_word(struct arena *a, const char *words)
{
	return arena_text(a, words, strcspn(words, " "));
}

/* Where the token is for: what was asked, or the first that the client may go to. */
static const struct fail *find_resource(struct context *cx, const struct client *c, const char *asked,
    const struct conf_resource **at)
{
	const struct fail *no;

	if (!asked && *c->resources)
		asked = first_word(cx->arena, c->resources);
	if ((no = resource_find(cx, asked, at)))
		return no;
	cx->trail.resource = (*at)->uri;
	if (*c->resources ? conf_has_word(c->resources, (*at)->uri) : *at == &cx->conf->resource[0])
		return NULL;
	cx->trail.why = arena_printf(cx->arena, "the operator did not give this client '%s'", (*at)->uri);
	return &resource_invalid;
}

static const struct fail *find_scope(struct context *cx, const struct client *c, const struct conf_resource *at,
    const char *asked, const char **scope)
{
	const char *all = scope_all(cx->arena, cx->conf, at);

	*scope = "";
	if (*all && (!asked || scope_is_wellformed(asked)))	/* an empty list would narrow nothing */
		*scope = scope_narrow(cx->arena, cx->conf, asked ? scope_narrow(cx->arena, cx->conf, asked, all) : all, c->scope);
	if (**scope)
		return NULL;
	cx->trail.why = arena_printf(cx->arena, "scope is '%.200s'; at this resource there is '%s', and the client has '%s'",
	    asked ? asked : "", all, c->scope);
	return &scope_invalid;
}

/* One grant for each resource, which lives as long as a person's would. */
static const struct fail *find_grant(struct context *cx, const struct client *c, const char *resource, const char *scope,
    struct grant **g)
{
	const struct fail *no = grant_find_machine(cx->store, cx->arena, c->id, resource, cx->now, g);

	if (no || *g)
		return no;
	*g = arena_take(cx->arena, sizeof **g);
	**g = (struct grant){
		.client_id = c->id, .scope = scope, .resource = resource, .attempt = cx->id, .created_at = cx->now,
		.expires_at = cx->now + cx->conf->refresh_ttl,
	};
	return grant_put_machine(cx->store, *g);
}

const struct fail *oauth_give_for_client(struct context *cx, const struct client *c, const struct token_request *r,
    struct tokens *t)
{
	const struct conf_resource *at;
	const struct fail *no;
	const char *scope;
	struct grant *g;

	if (!scope_has(c->grant_types, "client_credentials") || strcmp(c->auth_method, "none") == 0)
		return &client_unauthorized;
	if ((no = find_resource(cx, c, r->resource, &at)) || (no = find_scope(cx, c, at, r->scope, &scope)))
		return no;
	if ((no = store_begin(cx->store)) || (no = find_grant(cx, c, at->uri, scope, &g)))
		return no;
	oauth_trail(cx, g);
	if ((no = oauth_put_access(cx, g, scope, t)) || (no = grant_touch(cx->store, g->id, cx->now)) ||
	    (no = audit_note(cx, AUDIT_TOKEN)))
		return no;
	return store_commit(cx->store);
}
