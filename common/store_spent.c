/* SPDX-License-Identifier: ISC */
/* store_spent: what may be shown once only. */
#include "store_spent.h"
#include "store_sql.h"

enum { KEEP_SECONDS = 86400 };	/* longer than they hold: a clock that is ahead makes none of them forgotten */

static const struct fail *spent_reap(struct store *s, int64_t now)
{
	struct query q = query_new(s, SQL_SPENT_REAP);

	query_int(&q, ":before", now - KEEP_SECONDS);
	return query_run(&q);
}

const struct fail *spent_put(struct store *s, const struct digest *once, int64_t until, int64_t now, bool *fresh)
{
	const struct fail *no = spent_reap(s, now);
	struct query q;

	if (no)
		return no;
	q = query_new(s, SQL_SPENT_PUT);
	query_digest(&q, ":hash", once);
	query_int(&q, ":expires_at", until);
	*fresh = query_row(&q);
	return query_end(&q);
}
