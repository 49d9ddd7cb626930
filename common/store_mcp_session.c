/* SPDX-License-Identifier: ISC */
/* store_mcp_session: rows that name no one by themselves: the token of each request does. */
#include "store_mcp_session.h"
#include "store_sql.h"

enum { CANCELLED_KEPT = 3600, CANCELLED_MAX = 100 };

static void bind_owner(struct query *q, const struct bearer *who)
{
	if (who->user_id)
		query_int(q, ":user_id", who->user_id);
	query_text(q, ":client_id", who->client_id);
}

static const struct fail *reap_idle(struct store *s, int64_t now)
{
	struct query q = query_new(s, SQL_MCP_SESSION_REAP);

	query_int(&q, ":idle_since", now - MCP_SESSION_IDLE);
	return query_run(&q);
}

static const struct fail *trim(struct store *s, const struct bearer *who)
{
	struct query q = query_new(s, SQL_MCP_SESSION_TRIM);

	bind_owner(&q, who);
	query_int(&q, ":most", MCP_SESSIONS_MAX - 1);
	return query_run(&q);
}

const struct fail *mcp_session_put(struct store *s, const struct bearer *who, const struct mcp_session *x, int64_t now)
{
	const struct fail *no;
	struct query q;

	if ((no = reap_idle(s, now)) || (no = trim(s, who)))
		return no;
	q = query_new(s, SQL_MCP_SESSION_PUT);
	bind_owner(&q, who);
	query_digest(&q, ":hash", &x->hash);
	query_text(&q, ":resource", who->resource);
	query_text(&q, ":revision", x->revision);
	query_text(&q, ":capabilities", x->capabilities);
	query_int(&q, ":now", now);
	return query_run(&q);
}

const struct fail *mcp_session_find(struct store *s, struct arena *a, const struct digest *hash, const struct bearer *who,
    int64_t now, struct mcp_session **x)
{
	struct query q = query_new(s, SQL_MCP_SESSION_FIND);

	*x = NULL;
	bind_owner(&q, who);
	query_digest(&q, ":hash", hash);
	query_text(&q, ":resource", who->resource);
	query_int(&q, ":idle_since", now - MCP_SESSION_IDLE);
	if (query_row(&q)) {
		*x = arena_take(a, sizeof **x);
		(*x)->hash = *hash;
		(*x)->revision = column_text(&q, a, 0);
		(*x)->capabilities = column_text(&q, a, 1);
		(*x)->level = column_text(&q, a, 2);
		(*x)->seen_at = column_int(&q, 3);
	}
	return query_end(&q);
}

const struct fail *mcp_session_touch(struct store *s, const struct digest *hash, int64_t now)
{
	struct query q = query_new(s, SQL_MCP_SESSION_TOUCH);

	query_digest(&q, ":hash", hash);
	query_int(&q, ":now", now);
	return query_run(&q);
}

const struct fail *mcp_session_set_level(struct store *s, const struct digest *hash, const char *level)
{
	struct query q = query_new(s, SQL_MCP_SESSION_LEVEL);

	query_digest(&q, ":hash", hash);
	query_text(&q, ":level", level);
	return query_run(&q);
}

const struct fail *mcp_session_drop(struct store *s, const struct digest *hash)
{
	struct query q = query_new(s, SQL_MCP_SESSION_DROP);

	query_digest(&q, ":hash", hash);
	return query_run(&q);
}

const struct fail *mcp_session_listen(struct store *s, const struct digest *hash, int64_t *number)
{
	struct query q = query_new(s, SQL_MCP_SESSION_LISTEN);

	query_digest(&q, ":hash", hash);
	*number = query_row(&q) ? column_int(&q, 0) : 0;
	return query_end(&q);
}

const struct fail *mcp_session_hears(struct store *s, struct arena *a, const struct digest *hash, int64_t number, bool *on,
    const char *uri[SUBSCRIPTIONS_MAX], size_t *n)
{
	struct query q = query_new(s, SQL_MCP_SESSION_HEARS);

	*on = false;
	*n = 0;
	query_digest(&q, ":hash", hash);
	query_int(&q, ":number", number);
	query_int(&q, ":most", SUBSCRIPTIONS_MAX);
	while (query_row(&q)) {
		*on = true;
		if (column_int(&q, 0))
			uri[(*n)++] = column_text(&q, a, 1);
	}
	return query_end(&q);
}

/* ---- cancelled requests -------------------------------------------------------------------------------------------- */

const struct fail *cancelled_put(struct store *s, const struct digest *session, const char *request, int64_t now)
{
	struct query q = query_new(s, SQL_CANCELLED_TRIM);
	const struct fail *no;

	query_digest(&q, ":session", session);
	query_int(&q, ":most", CANCELLED_MAX - 1);
	if ((no = query_run(&q)))
		return no;
	q = query_new(s, SQL_CANCELLED_PUT);
	query_digest(&q, ":session", session);
	query_text(&q, ":request", request);
	query_int(&q, ":now", now);
	return query_run(&q);
}

const struct fail *cancelled_find(struct store *s, const struct digest *session, const char *request, int64_t since, bool *is)
{
	struct query q = query_new(s, SQL_CANCELLED_FIND);

	query_digest(&q, ":session", session);
	query_text(&q, ":request", request);
	query_int(&q, ":since", since);
	*is = query_row(&q) && column_int(&q, 0);
	return query_end(&q);
}

const struct fail *cancelled_drop(struct store *s, const struct digest *session, const char *request, int64_t now)
{
	struct query q = query_new(s, SQL_CANCELLED_DROP);

	query_digest(&q, ":session", session);
	query_text(&q, ":request", request);
	query_int(&q, ":before", now - CANCELLED_KEPT);
	return query_run(&q);
}

/* ---- subscriptions --------------------------------------------------------------------------------------------------- */

const struct fail *subscription_put(struct store *s, const struct digest *session, const char *uri, bool *put)
{
	struct query q = query_new(s, SQL_SUBSCRIPTION_PUT);

	query_digest(&q, ":session", session);
	query_text(&q, ":uri", uri);
	query_int(&q, ":most", SUBSCRIPTIONS_MAX);
	*put = query_row(&q);
	return query_end(&q);
}

const struct fail *subscription_drop(struct store *s, const struct digest *session, const char *uri)
{
	struct query q = query_new(s, SQL_SUBSCRIPTION_DROP);

	query_digest(&q, ":session", session);
	query_text(&q, ":uri", uri);
	return query_run(&q);
}

const struct fail *subscription_find(struct store *s, const struct digest *session, const char *uri, bool *is)
{
	struct query q = query_new(s, SQL_SUBSCRIPTION_FIND);

	query_digest(&q, ":session", session);
	query_text(&q, ":uri", uri);
	*is = query_row(&q);
	return query_end(&q);
}
