/* SPDX-License-Identifier: ISC */
/* store_pinned: documents of the operator's. */
#include "store_pinned.h"
#include "store_sql.h"

const struct fail *pinned_find(struct store *s, struct arena *a, const char *client_id, struct pinned **p)
{
	struct query q = query_new(s, SQL_PINNED_FIND);

	*p = NULL;
	query_text(&q, ":client_id", client_id);
	if (query_row(&q)) {
		*p = arena_take(a, sizeof **p);
		(*p)->client_id = client_id;
		(*p)->document = column_text(&q, a, 0);
		(*p)->fallback = column_int(&q, 1) != 0;
		(*p)->imported_at = column_int(&q, 2);
	}
	return query_end(&q);
}

const struct fail *pinned_put(struct store *s, const struct pinned *p)
{
	struct query q = query_new(s, SQL_PINNED_PUT);

	query_text(&q, ":client_id", p->client_id);
	query_text(&q, ":document", p->document);
	query_int(&q, ":fallback", p->fallback);
	query_int(&q, ":now", p->imported_at);
	return query_run(&q);
}

const struct fail *pinned_drop(struct store *s, const char *client_id, bool *was)
{
	struct query q = query_new(s, SQL_PINNED_DROP);

	query_text(&q, ":client_id", client_id);
	*was = query_row(&q);
	return query_end(&q);
}

const struct fail *pinned_each(struct store *s, struct arena *a, void (*each)(void *with, const struct pinned *p),
    void *with)
{
	struct query q = query_new(s, SQL_PINNED_EACH);

	while (query_row(&q)) {
		const struct pinned p = {
			.client_id = column_text(&q, a, 0), .document = column_text(&q, a, 1),
			.fallback = column_int(&q, 2) != 0, .imported_at = column_int(&q, 3),
		};

		each(with, &p);
	}
	return query_end(&q);
}
