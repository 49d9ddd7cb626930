/* SPDX-License-Identifier: ISC */
/* store_list: what the operator looks at. */
#include "store_list.h"
#include "store_sql.h"

static struct listed_client *client_of(const struct query *q, struct arena *a)
{
	struct listed_client *c = arena_take(a, sizeof *c);

	c->is = (struct client){
		.id = column_text(q, a, 0), .kind = column_text(q, a, 1), .name = column_text(q, a, 2),
		.auth_method = column_text(q, a, 3), .has_secret = column_int(q, 4) != 0, .redirect_uris = column_text(q, a, 5),
		.grant_types = column_text(q, a, 6), .scope = column_text(q, a, 7), .resources = column_text(q, a, 8),
		.introspects = column_text(q, a, 9), .keys = column_text(q, a, 10), .keys_uri = column_text(q, a, 11),
		.keys_at = column_int(q, 12), .fresh_until = column_int(q, 13), .uri = column_text(q, a, 14),
		.metadata = column_text(q, a, 15), .created_at = column_int(q, 16), .waits = column_int(q, 17) != 0,
	};
	c->managed = column_int(q, 18) != 0;
	c->pinned = column_int(q, 19) != 0;
	c->agreed_at = column_int(q, 20);
	c->disabled_at = column_int(q, 21);
	c->grants = column_int(q, 22);
	return c;
}

const struct fail *list_clients(struct store *s, struct arena *a, int64_t now,
    void (*each)(void *with, const struct listed_client *c), void *with)
{
	struct query q = query_new(s, SQL_LIST_CLIENTS);

	query_int(&q, ":now", now);
	while (query_row(&q))
		each(with, client_of(&q, a));
	return query_end(&q);
}

const struct fail *list_client(struct store *s, struct arena *a, const char *id, int64_t now, struct listed_client **c)
{
	struct query q = query_new(s, SQL_LIST_CLIENT);

	query_text(&q, ":id", id);
	query_int(&q, ":now", now);
	*c = query_row(&q) ? client_of(&q, a) : NULL;
	return query_end(&q);
}

const struct fail *list_client_name(struct store *s, struct arena *a, const char *id, const char **name)
{
	struct query q = query_new(s, SQL_LIST_CLIENT_NAME);

	query_text(&q, ":id", id);
	*name = query_row(&q) ? column_text(&q, a, 0) : NULL;
	return query_end(&q);
}

static struct listed_grant *grant_of(const struct query *q, struct arena *a)
{
	struct listed_grant *g = arena_take(a, sizeof *g);

	g->id = column_int(q, 0);
	g->user = column_text(q, a, 1);
	g->client_id = column_text(q, a, 2);
	g->client_name = column_text(q, a, 3);
	g->scope = column_text(q, a, 4);
	g->resource = column_text(q, a, 5);
	g->attempt = column_text(q, a, 6);
	g->created_at = column_int(q, 7);
	g->used_at = column_int(q, 8);
	g->expires_at = column_int(q, 9);
	g->revoked_at = column_int(q, 10);
	g->user_disabled = column_int(q, 11) != 0;
	g->client_disabled = column_int(q, 12) != 0;
	g->past = column_int(q, 13) != 0;
	return g;
}

const struct fail *list_grants(struct store *s, struct arena *a, int64_t user_id, const char *client_id,
    void (*each)(void *with, const struct listed_grant *g), void *with)
{
	struct query q = query_new(s, SQL_LIST_GRANTS);

	query_int(&q, ":user_id", user_id);
	query_text(&q, ":client_id", client_id);
	while (query_row(&q))
		each(with, grant_of(&q, a));
	return query_end(&q);
}

const struct fail *list_grant(struct store *s, struct arena *a, int64_t id, struct listed_grant **g)
{
	struct query q = query_new(s, SQL_LIST_GRANT);

	query_int(&q, ":id", id);
	*g = query_row(&q) ? grant_of(&q, a) : NULL;
	return query_end(&q);
}

const struct fail *list_token(struct store *s, const struct digest *hash, int64_t *grant_id)
{
	struct query q = query_new(s, SQL_LIST_TOKEN);

	query_digest(&q, ":hash", hash);
	*grant_id = query_row(&q) ? column_int(&q, 0) : 0;
	return query_end(&q);
}

const struct fail *list_waiting(struct store *s, struct waiting *w)
{
	struct query q = query_new(s, SQL_LIST_WAITING);

	*w = (struct waiting){ 0 };
	if (query_row(&q)) {
		w->approval = column_int(&q, 0);
		w->machines = column_int(&q, 1);
		w->resource_servers = column_int(&q, 2);
	}
	return query_end(&q);
}
