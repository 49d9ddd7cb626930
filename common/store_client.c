/* SPDX-License-Identifier: ISC */
/* store_client: registered OAuth clients. */
#include "store_client.h"
#include "store_sql.h"

/*
 * How long a client is kept that nobody agreed to, or that nobody uses; and how long before its end it is no longer given out
 * to others.
 */
enum { SAFE_SECONDS = 3600, IDLE_SECONDS = 86400, UNUSED_SECONDS = 90 * 86400, SPARE_SECONDS = 3600 };

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

const struct fail *client_find_same(struct store *s, struct arena *a, const struct digest *sameness, int64_t now,
    struct client **c)
{
	struct query q = query_new(s, SQL_CLIENT_FIND_SAME);

	query_digest(&q, ":sameness", sameness);
	query_int(&q, ":now", now);
	query_int(&q, ":young", now - IDLE_SECONDS + SPARE_SECONDS);
	query_int(&q, ":lately", now - UNUSED_SECONDS + SPARE_SECONDS);
	*c = query_row(&q) ? client_of(&q, a) : NULL;
	if (*c)
		(*c)->disabled = column_int(&q, 18) != 0;
	return query_end(&q);
}

const struct fail *client_find_managed(struct store *s, struct arena *a, const char *id, struct client **c)
{
	struct query q = query_new(s, SQL_CLIENT_FIND_MANAGED);

	query_text(&q, ":id", id);
	*c = query_row(&q) ? client_of(&q, a) : NULL;
	if (*c)
		(*c)->has_management = column_bytes(&q, 18, (*c)->management.v, sizeof (*c)->management.v);
	return query_end(&q);
}

static const struct fail *count_rows(struct query *q, int *count)
{
	while (query_row(q))
		++*count;
	return query_end(q);
}

static const struct fail *reap_idle(struct store *s, int64_t now, int *count)
{
	struct query q = query_new(s, SQL_CLIENT_REAP_IDLE);

	query_int(&q, ":before", now - IDLE_SECONDS);
	return count_rows(&q, count);
}

static const struct fail *reap_many(struct store *s, int64_t now, int keep, int *count)
{
	struct query q = query_new(s, SQL_CLIENT_REAP_MANY);

	query_int(&q, ":keep", keep);
	query_int(&q, ":before", now - SAFE_SECONDS);
	return count_rows(&q, count);
}

static const struct fail *reap_unused(struct store *s, int64_t now, int *count)
{
	struct query q = query_new(s, SQL_CLIENT_REAP_UNUSED);

	query_int(&q, ":before", now - UNUSED_SECONDS);
	query_int(&q, ":now", now);
	return count_rows(&q, count);
}

const struct fail *client_reap(struct store *s, int64_t now, int keep, int *count)
{
	const struct fail *no;

	*count = 0;
	if ((no = reap_idle(s, now, count)) || (no = reap_many(s, now, keep, count)))
		return no;
	return reap_unused(s, now, count);
}

static const struct fail *end_sameness(struct store *s, const struct client *c)
{
	struct query q = query_new(s, SQL_CLIENT_END_SAMENESS);

	query_digest(&q, ":sameness", &c->sameness);
	return query_run(&q);
}

static void bind_metadata(struct query *q, const struct client *c)
{
	query_text(q, ":id", c->id);
	query_text(q, ":name", c->name);
	query_text(q, ":auth_method", c->auth_method);
	query_text(q, ":redirect_uris", c->redirect_uris);
	query_text(q, ":grant_types", c->grant_types);
	query_text(q, ":scope", c->scope);
	query_text(q, ":uri", c->uri);
	query_text(q, ":metadata", c->metadata);
	query_int(q, ":waits", c->waits);
}

const struct fail *client_put(struct store *s, const struct client *c, int keep)
{
	const struct fail *no;
	struct query q;
	int count;

	if ((no = client_reap(s, c->created_at, keep, &count)) || (c->has_sameness && (no = end_sameness(s, c))))
		return no;
	q = query_new(s, SQL_CLIENT_PUT);
	bind_metadata(&q, c);
	if (c->has_secret)
		query_digest(&q, ":secret", &c->secret);
	if (c->has_management)
		query_digest(&q, ":management", &c->management);
	if (c->has_sameness)
		query_digest(&q, ":sameness", &c->sameness);
	query_int(&q, ":now", c->created_at);
	return query_run(&q);
}

const struct fail *client_change(struct store *s, const struct client *c, bool *found)
{
	struct query q = query_new(s, SQL_CLIENT_CHANGE);

	bind_metadata(&q, c);
	query_digest(&q, ":management", &c->management);
	*found = query_row(&q);
	return query_end(&q);
}

const struct fail *client_drop_managed(struct store *s, const struct client *c, bool *found)
{
	struct query q = query_new(s, SQL_CLIENT_DROP_MANAGED);

	query_text(&q, ":id", c->id);
	query_digest(&q, ":management", &c->management);
	*found = query_row(&q);
	return query_end(&q);
}

const struct fail *client_set_agreed(struct store *s, const char *id, int64_t now)
{
	struct query q = query_new(s, SQL_CLIENT_SET_AGREED);

	query_int(&q, ":now", now);
	query_text(&q, ":id", id);
	return query_run(&q);
}
