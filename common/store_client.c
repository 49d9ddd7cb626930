/* SPDX-License-Identifier: ISC */
/* store_client: registered OAuth clients. */
#include "store_client.h"
#include "store_sql.h"

enum { SAFE_SECONDS = 3600 };

static struct client *client_of(const struct query *q, struct arena *a)
{
	struct client *c = arena_take(a, sizeof *c);

	c->id = column_text(q, a, 0);
	c->kind = column_text(q, a, 1);
	c->name = column_text(q, a, 2);
	c->auth_method = column_text(q, a, 3);
	c->has_secret = column_bytes(q, 4, c->secret.v, sizeof c->secret.v);
	c->redirect_uris = column_text(q, a, 5);
	c->grant_types = column_text(q, a, 6);
	c->scope = column_text(q, a, 7);
	c->resources = column_text(q, a, 8);
	c->introspects = column_text(q, a, 9);
	c->keys = column_text(q, a, 10);
	c->keys_uri = column_text(q, a, 11);
	c->keys_at = column_int(q, 12);
	c->fresh_until = column_int(q, 13);
	c->uri = column_text(q, a, 14);
	c->metadata = column_text(q, a, 15);
	c->created_at = column_int(q, 16);
	c->waits = column_int(q, 17) != 0;
	return c;
}

const struct fail *client_find(struct store *s, struct arena *a, const char *id, struct client **c)
{
	struct query q = query_new(s, SQL_CLIENT_FIND);

	query_text(&q, ":id", id);
	*c = query_row(&q) ? client_of(&q, a) : NULL;
	return query_end(&q);
}

static const struct fail *client_reap(struct store *s, int keep, int64_t before)
{
	struct query q = query_new(s, SQL_CLIENT_REAP);

	query_int(&q, ":keep", keep);
	query_int(&q, ":before", before);
	return query_run(&q);
}

const struct fail *client_put(struct store *s, const struct client *c, int keep)
{
	const struct fail *no = client_reap(s, keep, c->created_at - SAFE_SECONDS);
	struct query q;

	if (no)
		return no;
	q = query_new(s, SQL_CLIENT_PUT);
	query_text(&q, ":id", c->id);
	query_text(&q, ":name", c->name);
	query_text(&q, ":auth_method", c->auth_method);
	if (c->has_secret)
		query_digest(&q, ":secret", &c->secret);
	query_text(&q, ":redirect_uris", c->redirect_uris);
	query_text(&q, ":grant_types", c->grant_types);
	query_text(&q, ":scope", c->scope);
	query_text(&q, ":uri", c->uri);
	query_text(&q, ":metadata", c->metadata);
	query_int(&q, ":now", c->created_at);
	return query_run(&q);
}

const struct fail *client_set_agreed(struct store *s, const char *id, int64_t now)
{
	struct query q = query_new(s, SQL_CLIENT_SET_AGREED);

	query_int(&q, ":now", now);
	query_text(&q, ":id", id);
	return query_run(&q);
}
