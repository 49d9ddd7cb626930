/* SPDX-License-Identifier: ISC */
/* store_account: the rows behind a person's own page. */
#include "store_account.h"
#include "store_sql.h"

static struct account_grant grant_of(const struct query *q, struct arena *a)
{
	return (struct account_grant){
		.id = column_int(q, 0), .client_id = column_text(q, a, 1), .client_name = column_text(q, a, 2),
		.client_kind = column_text(q, a, 3), .redirect_uris = column_text(q, a, 4), .disabled = column_int(q, 5) != 0,
		.scope = column_text(q, a, 6), .resource = column_text(q, a, 7), .created_at = column_int(q, 8),
		.used_at = column_int(q, 9),
	};
}

const struct fail *account_each(struct store *s, struct arena *a, int64_t user_id, int64_t now,
    void (*each)(void *with, const struct account_grant *g), void *with)
{
	struct query q = query_new(s, SQL_ACCOUNT_EACH);
	struct account_grant g;

	query_int(&q, ":user_id", user_id);
	query_int(&q, ":now", now);
	while (query_row(&q)) {
		g = grant_of(&q, a);
		each(with, &g);
	}
	return query_end(&q);
}

const struct fail *account_revoke(struct store *s, struct arena *a, int64_t user_id, int64_t id, int64_t now,
    struct account_revoked *r)
{
	struct query q = query_new(s, SQL_ACCOUNT_REVOKE);

	*r = (struct account_revoked){ 0 };
	query_int(&q, ":user_id", user_id);
	query_int(&q, ":id", id);
	query_int(&q, ":now", now);
	while (query_row(&q)) {
		r->client_id = column_text(&q, a, 0);
		r->resource = column_text(&q, a, 1);
		r->attempt = column_text(&q, a, 2);
	}
	return query_end(&q);
}

const struct fail *account_set_password(struct store *s, const struct user *u, const char *password, bool *set)
{
	struct query q = query_new(s, SQL_ACCOUNT_SET_PASSWORD);

	query_text(&q, ":password", password);
	query_int(&q, ":id", u->id);
	query_text(&q, ":old", u->password);
	*set = query_row(&q);
	return query_end(&q);
}
