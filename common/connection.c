/* SPDX-License-Identifier: ISC */
/* connection: grants gathered by client and resource. */
#include <string.h>

#include "arena.h"
#include "audit.h"
#include "connection.h"
#include "store_account.h"
#include "store_grant.h"

struct gathering {
	struct arena *arena;
	struct connections *list;
	size_t room;
};

static struct connection *find(const struct connections *list, const struct account_grant *g)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (strcmp(list->v[i].client_id, g->client_id) == 0 && strcmp(list->v[i].resource, g->resource) == 0)
			return &list->v[i];
	return NULL;
}

static struct connection *add(struct gathering *to)
{
	struct connections *list = to->list;
	struct connection *more;

	if (list->n == to->room) {
		to->room = to->room ? 2 * to->room : 8;
		more = arena_take(to->arena, to->room * sizeof *more);
		if (list->n)
			memcpy(more, list->v, list->n * sizeof *more);
		list->v = more;
	}
	return &list->v[list->n++];
}

/* Grants come newest first, so that each further one of a connection is older. */
static void gather(void *with, const struct account_grant *g)
{
	struct gathering *to = with;
	struct connection *c = find(to->list, g);

	if (!c) {
		*add(to) = (struct connection){
			.id = g->id, .client_id = g->client_id, .client_name = g->client_name, .client_kind = g->client_kind,
			.redirect_uris = g->redirect_uris, .disabled = g->disabled, .scope = g->scope, .resource = g->resource,
			.since = g->created_at, .used_at = g->used_at,
		};
		return;
	}
	c->scope = arena_printf(to->arena, "%s %s", c->scope, g->scope);
	c->since = g->created_at < c->since ? g->created_at : c->since;
	c->used_at = g->used_at > c->used_at ? g->used_at : c->used_at;
}

const struct fail *connection_list(struct context *cx, int64_t user_id, struct connections *list)
{
	struct gathering to = { cx->arena, list, 0 };

	*list = (struct connections){ 0 };
	return account_each(cx->store, cx->arena, user_id, cx->now, gather, &to);
}

const struct fail *connection_end(struct context *cx, int64_t user_id, int64_t id, bool *ended)
{
	struct account_revoked r;
	const struct fail *no;

	*ended = false;
	if ((no = store_begin(cx->store)) || (no = account_revoke(cx->store, cx->arena, user_id, id, cx->now, &r)))
		return no;
	if (!r.client_id)
		return NULL;
	cx->trail.client_id = r.client_id;
	cx->trail.resource = r.resource;
	cx->trail.attempt = r.attempt;
	cx->trail.why = "disconnected by the person";
	if ((no = audit_note(cx, AUDIT_REVOKE)) || (no = store_commit(cx->store)))
		return no;
	*ended = true;
	return NULL;
}

const struct fail *connection_end_all(struct context *cx, int64_t user_id)
{
	const struct fail *no;

	cx->trail.why = "everything disconnected by the person";
	if ((no = store_begin(cx->store)) || (no = grant_revoke_user(cx->store, user_id, cx->now)) ||
	    (no = audit_note(cx, AUDIT_REVOKE)))
		return no;
	return store_commit(cx->store);
}
