/* SPDX-License-Identifier: ISC */
/* store_limit: counters against guessing and flooding. */
#include "store_limit.h"
#include "store_sql.h"

enum { KEEP_SECONDS = 86400 };

static void limit_of(struct query *q, struct limit *l)
{
	*l = (struct limit){ 0, 0, 0 };
	if (query_row(q))
		*l = (struct limit){ column_int(q, 0), column_int(q, 1), column_int(q, 2) };
}

const struct fail *limit_find(struct store *s, const char *key, int64_t oldest, int64_t now, struct limit *l)
{
	struct query q = query_new(s, SQL_LIMIT_FIND);

	query_text(&q, ":key", key);
	query_int(&q, ":oldest", oldest);
	query_int(&q, ":now", now);
	limit_of(&q, l);
	return query_end(&q);
}

static const struct fail *limit_reap(struct store *s, int64_t before)
{
	struct query q = query_new(s, SQL_LIMIT_REAP);

	query_int(&q, ":before", before);
	return query_run(&q);
}

const struct fail *limit_count(struct store *s, const char *key, int64_t oldest, int64_t now, struct limit *l)
{
	const struct fail *no = limit_reap(s, now - KEEP_SECONDS);
	struct query q;

	if (no)
		return no;
	q = query_new(s, SQL_LIMIT_COUNT);
	query_text(&q, ":key", key);
	query_int(&q, ":oldest", oldest);
	query_int(&q, ":now", now);
	limit_of(&q, l);
	return query_end(&q);
}

const struct fail *limit_give_back(struct store *s, const char *key)
{
	struct query q = query_new(s, SQL_LIMIT_GIVE_BACK);

	query_text(&q, ":key", key);
	return query_run(&q);
}

const struct fail *limit_drop(struct store *s, const char *key)
{
	struct query q = query_new(s, SQL_LIMIT_DROP);

	query_text(&q, ":key", key);
	return query_run(&q);
}
