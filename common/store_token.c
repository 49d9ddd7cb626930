/* SPDX-License-Identifier: ISC */
/* store_token: access and refresh tokens. */
#include <string.h>

#include "store_sql.h"
#include "store_token.h"

const struct fail *access_put(struct store *s, const struct access *t)
{
	struct query q = query_new(s, SQL_ACCESS_PUT);

	query_digest(&q, ":hash", &t->hash);
	query_int(&q, ":grant_id", t->grant_id);
	query_text(&q, ":scope", t->scope);
	query_int(&q, ":issued_at", t->issued_at);
	query_int(&q, ":expires_at", t->expires_at);
	return query_run(&q);
}

const struct fail *access_find(struct store *s, struct arena *a, const struct digest *hash, int64_t now,
    struct bearer **b)
{
	struct query q = query_new(s, SQL_ACCESS_FIND);

	*b = NULL;
	query_digest(&q, ":hash", hash);
	query_int(&q, ":now", now);
	if (query_row(&q)) {
		*b = arena_take(a, sizeof **b);
		(*b)->user_id = column_int(&q, 0);
		(*b)->user_name = column_text(&q, a, 1);
		(*b)->client_id = column_text(&q, a, 2);
		(*b)->scope = column_text(&q, a, 3);
		(*b)->resource = column_text(&q, a, 4);
		(*b)->grant_id = column_int(&q, 5);
		(*b)->used_at = column_int(&q, 6);
		(*b)->attempt = column_text(&q, a, 7);
		(*b)->hash = *hash;
	}
	return query_end(&q);
}

const struct fail *access_find_owner(struct store *s, struct arena *a, const struct digest *hash, int64_t *grant_id,
    const char **client_id)
{
	struct query q = query_new(s, SQL_ACCESS_FIND_OWNER);

	*client_id = NULL;
	query_digest(&q, ":hash", hash);
	if (query_row(&q)) {
		*grant_id = column_int(&q, 0);
		*client_id = column_text(&q, a, 1);
	}
	return query_end(&q);
}

static const struct fail *run_on(struct store *s, enum sql which, const struct digest *hash)
{
	struct query q = query_new(s, which);

	query_digest(&q, ":hash", hash);
	return query_run(&q);
}

void access_end_expired(struct store *s, const struct digest *hash, int64_t now)
{
	struct query q = query_new(s, SQL_ACCESS_IS_OVER);
	const struct fail *no;
	bool over;

	query_digest(&q, ":hash", hash);
	query_int(&q, ":now", now);
	over = query_row(&q);
	if (query_end(&q) || !over)
		return;
	store_end(s);
	no = store_begin_remark(s);
	if (!no)
		no = run_on(s, SQL_ACCESS_EXPIRE, hash);
	if (!no)
		no = store_commit(s);
	store_end(s);
}

const struct fail *refresh_expire(struct store *s, const struct digest *hash)
{
	return run_on(s, SQL_REFRESH_EXPIRE, hash);
}

const struct fail *access_drop(struct store *s, const struct digest *hash)
{
	return run_on(s, SQL_ACCESS_DROP, hash);
}

const struct fail *refresh_put(struct store *s, const struct refresh *t)
{
	struct query q = query_new(s, SQL_REFRESH_PUT);

	query_digest(&q, ":hash", &t->hash);
	query_int(&q, ":grant_id", t->grant_id);
	query_int(&q, ":generation", t->generation);
	query_int(&q, ":expires_at", t->expires_at);
	return query_run(&q);
}

const struct fail *refresh_find(struct store *s, struct arena *a, const struct digest *hash, struct refresh **t)
{
	struct query q = query_new(s, SQL_REFRESH_FIND);

	*t = NULL;
	query_digest(&q, ":hash", hash);
	if (query_row(&q)) {
		*t = arena_take(a, sizeof **t);
		(*t)->hash = *hash;
		(*t)->grant_id = column_int(&q, 0);
		(*t)->generation = column_int(&q, 1);
		(*t)->expires_at = column_int(&q, 2);
		(*t)->used_at = column_int(&q, 3);
		if (!column_bytes(&q, 4, (*t)->nonce, sizeof (*t)->nonce))
			memset((*t)->nonce, 0, sizeof (*t)->nonce);
	}
	return query_end(&q);
}

const struct fail *refresh_take(struct store *s, const struct digest *hash, const unsigned char nonce[32], int64_t now,
    bool *taken)
{
	struct query q = query_new(s, SQL_REFRESH_TAKE);

	query_digest(&q, ":hash", hash);
	query_blob(&q, ":nonce", nonce, 32);
	query_int(&q, ":now", now);
	*taken = query_row(&q);
	return query_end(&q);
}

const struct fail *token_reap(struct store *s, int64_t grant_id, int64_t before)
{
	static const enum sql reap[] = { SQL_ACCESS_REAP, SQL_REFRESH_REAP, SQL_GRANT_REAP };
	const struct fail *no = NULL;
	size_t i;

	for (i = 0; !no && i < sizeof reap / sizeof *reap; i++) {
		struct query q = query_new(s, reap[i]);

		if (reap[i] != SQL_GRANT_REAP)
			query_int(&q, ":grant_id", grant_id);
		query_int(&q, ":before", before);
		no = query_run(&q);
	}
	return no;
}
