/* SPDX-License-Identifier: ISC */
/* store_redirect: the operator's rules about redirect URIs. */
#include "store_redirect.h"
#include "store_sql.h"

const struct fail *redirect_rule_each(struct store *s, struct arena *a,
    void (*each)(void *with, const struct redirect_rule *r), void *with)
{
	struct query q = query_new(s, SQL_REDIRECT_RULE_EACH);
	struct redirect_rule r;

	while (query_row(&q)) {
		r.id = column_int(&q, 0);
		r.allow = column_int(&q, 1) != 0;
		r.pattern = column_text(&q, a, 2);
		r.created_at = column_int(&q, 3);
		each(with, &r);
	}
	return query_end(&q);
}

const struct fail *redirect_rule_put(struct store *s, struct redirect_rule *r)
{
	struct query q = query_new(s, SQL_REDIRECT_RULE_PUT);

	query_int(&q, ":allow", r->allow);
	query_text(&q, ":pattern", r->pattern);
	query_int(&q, ":now", r->created_at);
	if (query_row(&q))
		r->id = column_int(&q, 0);
	return query_end(&q);
}

const struct fail *redirect_rule_drop(struct store *s, int64_t id, bool *found)
{
	struct query q = query_new(s, SQL_REDIRECT_RULE_DROP);

	query_int(&q, ":id", id);
	*found = query_row(&q);
	return query_end(&q);
}
