/* SPDX-License-Identifier: ISC */
/* store_code: authorization codes. */
#include "store_code.h"
#include "store_sql.h"

const struct fail *code_put(struct store *s, const struct code *c)
{
	struct query q = query_new(s, SQL_CODE_PUT);

	query_digest(&q, ":hash", &c->hash);
	query_int(&q, ":grant_id", c->grant_id);
	query_text(&q, ":client_id", c->client_id);
	query_text(&q, ":redirect_uri", c->redirect_uri);
	query_int(&q, ":redirect_given", c->redirect_given);
	query_text(&q, ":challenge", c->challenge);
	query_int(&q, ":expires_at", c->expires_at);
	return query_run(&q);
}

const struct fail *code_find(struct store *s, struct arena *a, const struct digest *hash, struct code **c)
{
	struct query q = query_new(s, SQL_CODE_FIND);

	*c = NULL;
	query_digest(&q, ":hash", hash);
	if (query_row(&q)) {
		*c = arena_take(a, sizeof **c);
		(*c)->hash = *hash;
		(*c)->grant_id = column_int(&q, 0);
		(*c)->client_id = column_text(&q, a, 1);
		(*c)->redirect_uri = column_text(&q, a, 2);
		(*c)->redirect_given = column_int(&q, 3);
		(*c)->challenge = column_text(&q, a, 4);
		(*c)->expires_at = column_int(&q, 5);
		(*c)->used_at = column_int(&q, 6);
		(*c)->tries = column_int(&q, 7);
	}
	return query_end(&q);
}

const struct fail *code_take(struct store *s, const struct digest *hash, int64_t now, bool *taken)
{
	struct query q = query_new(s, SQL_CODE_TAKE);

	query_digest(&q, ":hash", hash);
	query_int(&q, ":now", now);
	*taken = query_row(&q);
	return query_end(&q);
}

const struct fail *code_expire(struct store *s, const struct digest *hash)
{
	struct query q = query_new(s, SQL_CODE_EXPIRE);

	query_digest(&q, ":hash", hash);
	return query_run(&q);
}

const struct fail *code_count_try(struct store *s, const struct digest *hash)
{
	struct query q = query_new(s, SQL_CODE_COUNT_TRY);

	query_digest(&q, ":hash", hash);
	return query_run(&q);
}
