/* SPDX-License-Identifier: ISC */
/* store_meta: facts about the file itself. */
#include "log.h"
#include "store_meta.h"
#include "store_sql.h"

const struct fail *meta_find_key(struct store *s, struct digest *key)
{
	struct query q = query_new(s, SQL_META_FIND_KEY);
	bool found = query_row(&q) && column_bytes(&q, 0, key->v, sizeof key->v);
	const struct fail *no = query_end(&q);

	if (!no && !found) {
		log_line("the database has no form_key");
		return &fail_internal;
	}
	return no;
}

const struct fail *meta_find_setup(struct store *s, bool *over)
{
	struct query q = query_new(s, SQL_META_FIND_SETUP);

	*over = query_row(&q);
	return query_end(&q);
}

const struct fail *meta_put_setup(struct store *s, int64_t now)
{
	struct query q = query_new(s, SQL_META_PUT_SETUP);

	query_int(&q, ":now", now);
	return query_run(&q);
}
