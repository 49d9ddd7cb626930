/* SPDX-License-Identifier: ISC */
/*
 * doctor_token: client, grant and token in one transaction; what belongs to a client goes with it.  Only the program token may
 * give tokens, and for the moment mcpctl is that program.
 */
#include <string.h>

#include "arena.h"
#include "conf.h"
#include "doctor_token.h"
#include "scope.h"
#include "store_grant.h"
#include "store_operate.h"
#include "store_token.h"

enum { LIFE_SECONDS = 300, ID_BYTES = 16 };

/* A machine whose secret nobody has. */
static struct client client_new(struct context *cx, struct doctor_token *t)
{
	const struct secret nobodys = crypto_secret(SECRET_CLIENT);
	unsigned char id[ID_BYTES];

	crypto_random(id, sizeof id);
	t->client_id = arena_printf(cx->arena, "doctor_%s", crypto_base64url(cx->arena, id, sizeof id));
	return (struct client){
		.id = t->client_id, .name = "mcpctl doctor", .auth_method = "client_secret_basic", .has_secret = true,
		.secret = crypto_digest_secret(&nobodys), .redirect_uris = "[]", .grant_types = "", .scope = "", .resources = "",
		.introspects = "", .created_at = cx->now,
	};
}

/* One scope is enough to come in. */
static const char *first_scope(struct context *cx, const struct conf_resource *r)
{
	const char *all = scope_all(cx->arena, cx->conf, r);

	return arena_text(cx->arena, all, strcspn(all, " "));
}

static const struct fail *put_rows(struct context *cx, struct doctor_token *t)
{
	const struct conf_resource *r = &cx->conf->resource[0];
	const struct client c = client_new(cx, t);
	struct grant g = {
		.client_id = c.id, .scope = first_scope(cx, r), .resource = r->uri, .attempt = "", .created_at = cx->now,
		.expires_at = cx->now + LIFE_SECONDS,
	};
	struct access row = { .scope = g.scope, .issued_at = cx->now, .expires_at = g.expires_at };
	const struct fail *no;

	if ((no = operate_doctor_reap(cx->store, cx->now - LIFE_SECONDS)) || (no = operate_client_put(cx->store, &c)))
		return no;
	store_set_role(cx->store, ROLE_TOKEN);
	if ((no = grant_put_machine(cx->store, &g)))
		return no;
	t->token = crypto_secret(SECRET_ACCESS);
	row.grant_id = g.id;
	row.hash = crypto_digest_secret(&t->token);
	return access_put(cx->store, &row);
}

static const struct fail *finish(struct context *cx, const struct fail *no)
{
	if (!no)
		no = store_commit(cx->store);
	store_end(cx->store);
	store_set_role(cx->store, ROLE_MCPCTL);
	return no;
}

const struct fail *doctor_token_put(struct context *cx, struct doctor_token *t)
{
	const struct fail *no = store_begin(cx->store);

	return finish(cx, no ? no : put_rows(cx, t));
}

const struct fail *doctor_token_drop(struct context *cx, const struct doctor_token *t)
{
	const struct fail *no = store_begin(cx->store);

	return finish(cx, no ? no : operate_client_drop(cx->store, t->client_id));
}
