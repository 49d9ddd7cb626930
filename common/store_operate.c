/* SPDX-License-Identifier: ISC */
/* store_operate: what the operator changes. */
#include "store_operate.h"
#include "store_sql.h"

const struct fail *operate_client_put(struct store *s, const struct client *c)
{
	struct query q = query_new(s, SQL_OPERATE_CLIENT_PUT);

	query_text(&q, ":id", c->id);
	query_text(&q, ":name", c->name);
	query_text(&q, ":auth_method", c->auth_method);
	if (c->has_secret)
		query_digest(&q, ":secret", &c->secret);
	query_text(&q, ":redirect_uris", c->redirect_uris);
	query_text(&q, ":grant_types", c->grant_types);
	query_text(&q, ":scope", c->scope);
	query_text(&q, ":resources", c->resources);
	query_text(&q, ":introspects", c->introspects);
	query_text(&q, ":keys", c->keys);
	query_text(&q, ":keys_uri", c->keys_uri);
	query_int(&q, ":now", c->created_at);
	return query_run(&q);
}

/* Statements that need nothing but the client. */
static const struct fail *run_for(struct store *s, enum sql which, const char *id)
{
	struct query q = query_new(s, which);

	query_text(&q, ":id", id);
	return query_run(&q);
}

const struct fail *operate_client_approve(struct store *s, const char *id, int64_t now)
{
	struct query q = query_new(s, SQL_OPERATE_CLIENT_APPROVE);

	query_text(&q, ":id", id);
	query_int(&q, ":now", now);
	return query_run(&q);
}

const struct fail *operate_client_set_disabled(struct store *s, const char *id, int64_t disabled_at)
{
	struct query q = query_new(s, SQL_OPERATE_CLIENT_SET_DISABLED);

	query_text(&q, ":id", id);
	query_int(&q, ":disabled_at", disabled_at);
	return query_run(&q);
}

const struct fail *operate_client_drop(struct store *s, const char *id)
{
	return run_for(s, SQL_OPERATE_CLIENT_DROP, id);
}

const struct fail *operate_doctor_reap(struct store *s, int64_t before)
{
	struct query q = query_new(s, SQL_OPERATE_DOCTOR_REAP);

	query_int(&q, ":before", before);
	return query_run(&q);
}

const struct fail *operate_access_drop(struct store *s, const struct digest *hash)
{
	struct query q = query_new(s, SQL_OPERATE_ACCESS_DROP);

	query_digest(&q, ":hash", hash);
	return query_run(&q);
}
