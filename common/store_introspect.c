/* SPDX-License-Identifier: ISC */
/* store_introspect: what resource servers ask about a token. */
#include "store_introspect.h"
#include "store_sql.h"

const struct fail *introspection_find(struct store *s, struct arena *a, const struct digest *hash, int64_t now,
    struct introspection **found)
{
	struct query q = query_new(s, SQL_ACCESS_INTROSPECT);

	*found = NULL;
	query_digest(&q, ":hash", hash);
	query_int(&q, ":now", now);
	if (query_row(&q)) {
		*found = arena_take(a, sizeof **found);
		(*found)->scope = column_text(&q, a, 0);
		(*found)->client_id = column_text(&q, a, 1);
		(*found)->resource = column_text(&q, a, 2);
		(*found)->user_id = column_int(&q, 3);
		(*found)->user_name = column_text(&q, a, 4);
		(*found)->issued_at = column_int(&q, 5);
		(*found)->expires_at = column_int(&q, 6);
	}
	return query_end(&q);
}
