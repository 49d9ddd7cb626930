/* SPDX-License-Identifier: ISC */
/* store_grant: families of codes and tokens. */
#include "store_grant.h"
#include "store_sql.h"

static const struct fail *put(struct query q, struct grant *g)
{
	query_text(&q, ":client_id", g->client_id);
	query_text(&q, ":scope", g->scope);
	query_text(&q, ":resource", g->resource);
	query_text(&q, ":attempt", g->attempt ? g->attempt : "");
	query_int(&q, ":now", g->created_at);
	query_int(&q, ":expires_at", g->expires_at);
	if (query_row(&q))
		g->id = column_int(&q, 0);
	return query_end(&q);
}

const struct fail *grant_put(struct store *s, struct grant *g)
{
	struct query q = query_new(s, SQL_GRANT_PUT);

	query_int(&q, ":user_id", g->user_id);
	return put(q, g);
}

const struct fail *grant_put_machine(struct store *s, struct grant *g)
{
	return put(query_new(s, SQL_GRANT_PUT_MACHINE), g);
}

const struct fail *grant_find(struct store *s, struct arena *a, int64_t id, struct grant **g)
{
	struct query q = query_new(s, SQL_GRANT_FIND);

	*g = NULL;
	query_int(&q, ":id", id);
	if (query_row(&q)) {
		*g = arena_take(a, sizeof **g);
		(*g)->id = column_int(&q, 0);
		(*g)->user_id = column_int(&q, 1);
		(*g)->client_id = column_text(&q, a, 2);
		(*g)->scope = column_text(&q, a, 3);
		(*g)->resource = column_text(&q, a, 4);
		(*g)->attempt = column_text(&q, a, 5);
		(*g)->created_at = column_int(&q, 6);
		(*g)->expires_at = column_int(&q, 7);
		(*g)->generation = column_int(&q, 8);
		(*g)->user_name = column_text(&q, a, 9);
	}
	return query_end(&q);
}

const struct fail *grant_find_machine(struct store *s, struct arena *a, const char *client_id, const char *resource,
    int64_t now, struct grant **g)
{
	struct query q = query_new(s, SQL_GRANT_FIND_MACHINE);

	*g = NULL;
	query_text(&q, ":client_id", client_id);
	query_text(&q, ":resource", resource);
	query_int(&q, ":now", now);
	if (query_row(&q)) {
		*g = arena_take(a, sizeof **g);
		(*g)->id = column_int(&q, 0);
		(*g)->client_id = client_id;
		(*g)->scope = column_text(&q, a, 1);
		(*g)->resource = resource;
		(*g)->attempt = column_text(&q, a, 2);
		(*g)->created_at = column_int(&q, 3);
		(*g)->expires_at = column_int(&q, 4);
		(*g)->generation = column_int(&q, 5);
	}
	return query_end(&q);
}

const struct fail *grant_find_before(struct store *s, struct arena *a, int64_t user_id, const char *client_id,
    const char *resource, int64_t now, const char **scope)
{
	struct query q = query_new(s, SQL_GRANT_FIND_BEFORE);

	*scope = "";
	query_int(&q, ":user_id", user_id);
	query_text(&q, ":client_id", client_id);
	query_text(&q, ":resource", resource);
	query_int(&q, ":now", now);
	while (query_row(&q))
		*scope = arena_printf(a, "%s %s", *scope, column_text(&q, a, 0));
	return query_end(&q);
}

const struct fail *grant_touch(struct store *s, int64_t id, int64_t now)
{
	struct query q = query_new(s, SQL_GRANT_TOUCH);

	query_int(&q, ":now", now);
	query_int(&q, ":id", id);
	return query_run(&q);
}

const struct fail *grant_revoke(struct store *s, int64_t id, int64_t now)
{
	struct query q = query_new(s, SQL_GRANT_REVOKE);

	query_int(&q, ":now", now);
	query_int(&q, ":id", id);
	return query_run(&q);
}

const struct fail *grant_revoke_user(struct store *s, int64_t user_id, int64_t now)
{
	struct query q = query_new(s, SQL_GRANT_REVOKE_USER);

	query_int(&q, ":now", now);
	query_int(&q, ":user_id", user_id);
	return query_run(&q);
}

const struct fail *grant_set_generation(struct store *s, int64_t id, int64_t generation)
{
	struct query q = query_new(s, SQL_GRANT_SET_GENERATION);

	query_int(&q, ":generation", generation);
	query_int(&q, ":id", id);
	return query_run(&q);
}
