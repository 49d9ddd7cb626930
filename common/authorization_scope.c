/* SPDX-License-Identifier: ISC */
/* authorization_scope: from what is asked for to what is offered. */
#include <string.h>

#include "arena.h"
#include "authorization_scope.h"
#include "conf.h"
#include "resource.h"
#include "scope.h"
#include "store_grant.h"

const struct fail authorization_scope_invalid = FAIL(400, "invalid_scope",
    "The scope is malformed or names nothing that this server knows");

/* To stay connected is nothing that could be done with a connection. */
static bool is_something(const char *scope)
{
	return *scope && strcmp(scope, "offline_access") != 0;
}

/*
 * What the operator gave a client is all that it may ever ask for.  What a client has registered of itself is only what it
 * asks for when it names nothing: clients register the scopes of the first challenge that they meet, and could else never
 * step up.  The person decides.
 */
static const char *ceiling(const struct client *c)
{
	return strcmp(c->kind, "operator") == 0 ? c->scope : "";
}

static const char *default_scope(struct context *cx, const struct authorization *z)
{
	const char *all = scope_all(cx->arena, cx->conf, z->resource);
	const char *own = scope_narrow(cx->arena, cx->conf, z->client->scope, all);

	return is_something(own) ? own : all;
}

/* Words of OpenID Connect Core section 5.4, which many clients ask for by habit. */
static bool is_of_openid(const char *asked)
{
	size_t n;

	for (; *asked; asked += n + strspn(asked + n, " ")) {
		static const char *const words[] = { "openid", "profile", "email", "address", "phone" };
		size_t i = 0, all = sizeof words / sizeof *words;

		n = strcspn(asked, " ");
		while (i < all && (strlen(words[i]) != n || memcmp(words[i], asked, n) != 0))
			i++;
		if (i == all)
			return false;
	}
	return true;
}

/*
 * Unknown scopes are dropped; none asked for is the default.  A client that names only scopes of other worlds beside
 * offline_access, or only those of OpenID (several do), is offered what there is: the consent page shows it.
 */
const struct fail *authorization_read_scope(struct context *cx, const char *asked, struct authorization *z)
{
	const char *all = scope_all_with_offline(cx->arena, cx->conf, z->resource);

	if (asked && !scope_is_wellformed(asked))
		return &authorization_scope_invalid;
	if (!asked || is_of_openid(asked))
		asked = default_scope(cx, z);
	cx->trail.why = arena_printf(cx->arena, "scope is '%.200s'; at this resource there is '%s', and the client may ask for '%s'",
	    asked, all, *ceiling(z->client) ? z->client->scope : "all of it");
	z->scope = scope_narrow(cx->arena, cx->conf, scope_narrow(cx->arena, cx->conf, asked, all), ceiling(z->client));
	if (strcmp(z->scope, "offline_access") == 0)
		z->scope = scope_narrow(cx->arena, cx->conf, all, ceiling(z->client));
	if (!is_something(z->scope))
		return &authorization_scope_invalid;
	cx->trail.why = NULL;
	return NULL;
}

const struct fail *authorization_scope(struct context *cx, const struct pending *p, const struct client *c, int64_t user_id,
    const char **before, const char **whole)
{
	const struct conf_resource *r = resource_of(cx->conf, p->resource);
	const struct fail *no;
	const char *all;

	if (!r)
		return &resource_invalid;
	all = scope_all_with_offline(cx->arena, cx->conf, r);
	if ((no = grant_find_before(cx->store, cx->arena, user_id, p->client_id, p->resource, cx->now, before)))
		return no;
	*whole = scope_union(cx->arena, cx->conf, p->scope, *before);
	*whole = scope_narrow(cx->arena, cx->conf, scope_narrow(cx->arena, cx->conf, *whole, all), ceiling(c));
	return is_something(*whole) ? NULL : &authorization_scope_invalid;
}
