/* SPDX-License-Identifier: ISC */
/* store_audit: what happened. */
#include "store_audit.h"
#include "store_sql.h"

static const struct fail *audit_reap(struct store *s, int64_t before)
{
	struct query q = query_new(s, SQL_AUDIT_REAP);

	query_int(&q, ":before", before);
	return query_run(&q);
}

const struct fail *audit_put(struct store *s, const struct audit *row, int64_t before)
{
	const struct fail *no = audit_reap(s, before);
	struct query q;

	if (no)
		return no;
	q = query_new(s, SQL_AUDIT_PUT);
	query_int(&q, ":now", row->at);
	query_text(&q, ":attempt", row->attempt);
	query_text(&q, ":request", row->request);
	query_text(&q, ":event", row->event);
	query_text(&q, ":outcome", row->outcome);
	query_text(&q, ":why", row->why);
	query_text(&q, ":user", row->user);
	query_text(&q, ":client_id", row->client_id);
	query_text(&q, ":resource", row->resource);
	query_text(&q, ":address", row->address);
	return query_run(&q);
}

static bool audit_give(const struct query *q, struct arena *a, bool (*each)(void *with, const struct audit *row), void *with)
{
	const struct audit row = {
		.id = column_int(q, 0), .at = column_int(q, 1), .attempt = column_text(q, a, 2), .request = column_text(q, a, 3),
		.event = column_text(q, a, 4), .outcome = column_text(q, a, 5), .why = column_text(q, a, 6),
		.user = column_text(q, a, 7), .client_id = column_text(q, a, 8), .resource = column_text(q, a, 9),
		.address = column_text(q, a, 10),
	};

	return each(with, &row);
}

const struct fail *audit_last(struct store *s, struct arena *a, int64_t below, int64_t limit,
    bool (*each)(void *with, const struct audit *row), void *with)
{
	struct query q = query_new(s, SQL_AUDIT_LAST);

	query_int(&q, ":below", below);
	query_int(&q, ":limit", limit);
	while (query_row(&q) && audit_give(&q, a, each, with))
		continue;
	return query_end(&q);
}

const struct fail *audit_next(struct store *s, struct arena *a, int64_t above, int64_t limit,
    bool (*each)(void *with, const struct audit *row), void *with)
{
	struct query q = query_new(s, SQL_AUDIT_NEXT);

	query_int(&q, ":above", above);
	query_int(&q, ":limit", limit);
	while (query_row(&q) && audit_give(&q, a, each, with))
		continue;
	return query_end(&q);
}
