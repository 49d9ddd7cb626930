/* SPDX-License-Identifier: ISC */
/* store_stream: streams and their events. */
#include "store_stream.h"
#include "store_sql.h"

enum { ENDED_KEPT = 600, KEPT = 2 * 3600 };

static const struct fail *reap_old(struct store *s, const struct digest *session, int64_t now)
{
	struct query q = query_new(s, SQL_STREAM_REAP);

	query_digest(&q, ":session", session);
	query_int(&q, ":ended_before", now - ENDED_KEPT);
	query_int(&q, ":created_before", now - KEPT);
	return query_run(&q);
}

static const struct fail *trim(struct store *s, const struct digest *session)
{
	struct query q = query_new(s, SQL_STREAM_TRIM);

	query_digest(&q, ":session", session);
	query_int(&q, ":most", STREAMS_MAX - 1);
	return query_run(&q);
}

const struct fail *stream_put(struct store *s, const char *id, const struct digest *session, int64_t now, bool *put)
{
	const struct fail *no;
	struct query q;

	if ((no = reap_old(s, session, now)) || (no = trim(s, session)))
		return no;
	q = query_new(s, SQL_STREAM_PUT);
	query_text(&q, ":id", id);
	query_digest(&q, ":session", session);
	query_int(&q, ":now", now);
	*put = query_row(&q);
	return query_end(&q);
}

const struct fail *stream_find(struct store *s, const char *id, const struct digest *session, bool *there)
{
	struct query q = query_new(s, SQL_STREAM_FIND);

	query_text(&q, ":id", id);
	query_digest(&q, ":session", session);
	*there = query_row(&q);
	return query_end(&q);
}

const struct fail *stream_has_ended(struct store *s, const char *id, bool *ended)
{
	struct query q = query_new(s, SQL_STREAM_HAS_ENDED);

	query_text(&q, ":id", id);
	*ended = !query_row(&q) || column_int(&q, 0);
	return query_end(&q);
}

const struct fail *stream_end(struct store *s, const char *id, int64_t now)
{
	struct query q = query_new(s, SQL_STREAM_END);

	query_text(&q, ":id", id);
	query_int(&q, ":now", now);
	return query_run(&q);
}

const struct fail *event_put(struct store *s, const char *stream, const struct event *x)
{
	struct query q = query_new(s, SQL_EVENT_PUT);

	query_text(&q, ":stream", stream);
	query_int(&q, ":number", x->number);
	query_text(&q, ":message", x->message);
	query_row(&q);
	return query_end(&q);
}

const struct fail *event_since(struct store *s, struct arena *a, const char *stream, int64_t last, int64_t limit,
    struct event **event, size_t *n)
{
	struct query q = query_new(s, SQL_EVENT_SINCE);

	*n = 0;
	*event = arena_take(a, (size_t)limit * sizeof **event);
	query_text(&q, ":stream", stream);
	query_int(&q, ":last", last);
	query_int(&q, ":limit", limit);
	while (query_row(&q)) {
		struct event *e = &(*event)[(*n)++];

		e->number = column_int(&q, 0);
		e->message = column_text(&q, a, 1);
	}
	return query_end(&q);
}
