/* SPDX-License-Identifier: ISC */
/* store_reap: what is over, by the times of the settings. */
#include "store_reap.h"
#include "store_sql.h"

enum { HOUR = 3600, DAY = 24 * HOUR };

static const enum sql statement[REAPED_KINDS] = {
	[REAPED_CODES] = SQL_REAP_CODE, [REAPED_ACCESS] = SQL_REAP_ACCESS, [REAPED_REFRESH] = SQL_REAP_REFRESH,
	[REAPED_GRANTS] = SQL_REAP_GRANT, [REAPED_PENDING] = SQL_REAP_PENDING, [REAPED_SESSIONS] = SQL_REAP_SESSION,
	[REAPED_LIMITS] = SQL_REAP_LIMIT, [REAPED_ASSERTIONS] = SQL_REAP_ASSERTION,
	[REAPED_DOCUMENTS] = SQL_REAP_DOCUMENT, [REAPED_AUDIT] = SQL_REAP_AUDIT, [REAPED_TASKS] = SQL_REAP_TASK,
	[REAPED_MCP_SESSIONS] = SQL_REAP_MCP_SESSION, [REAPED_QUESTIONS] = SQL_REAP_QUESTION,
	[REAPED_CANCELLED] = SQL_REAP_CANCELLED, [REAPED_STREAMS] = SQL_REAP_STREAM, [REAPED_SPENT] = SQL_REAP_SPENT,
	[REAPED_CHANGES] = SQL_REAP_CHANGE,
};

static int64_t before(const struct conf *conf, enum reaped which, int64_t now)
{
	switch (which) {
	case REAPED_PENDING:
		return now - HOUR;	/* a late click is told what happened */
	case REAPED_CANCELLED:
	case REAPED_CHANGES:
		return now - HOUR;
	case REAPED_STREAMS:
		return now - 2 * HOUR;
	case REAPED_LIMITS:
		return now - DAY;
	case REAPED_AUDIT:
		return now - conf->audit_days * DAY;
	case REAPED_SESSIONS:
	case REAPED_TASKS:
	case REAPED_QUESTIONS:
		return now;
	default:
		return now - DAY;
	}
}

const struct fail *reap(struct store *s, const struct conf *conf, enum reaped which, int64_t now, int64_t limit, int64_t *n)
{
	struct query q = query_new(s, statement[which]);

	query_int(&q, ":limit", limit);
	query_int(&q, ":before", before(conf, which, now));
	if (which == REAPED_SESSIONS)
		query_int(&q, ":idle_since", now - conf->session_idle_ttl);
	if (which == REAPED_DOCUMENTS)
		query_int(&q, ":now", now);
	for (*n = 0; query_row(&q); ++*n)
		continue;
	return query_end(&q);
}
