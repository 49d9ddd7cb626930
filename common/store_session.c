/* SPDX-License-Identifier: ISC */
/* store_session: who is signed in, in which browser. */
#include "store_session.h"
#include "store_sql.h"

const struct fail *session_find(struct store *s, struct arena *a, const struct digest *cookie, int64_t idle_since,
    int64_t now, struct session **x)
{
	struct query q = query_new(s, SQL_SESSION_FIND);

	*x = NULL;
	query_digest(&q, ":hash", cookie);
	query_int(&q, ":now", now);
	query_int(&q, ":idle_since", idle_since);
	if (query_row(&q)) {
		*x = arena_take(a, sizeof **x);
		(*x)->user_id = column_int(&q, 0);
		(*x)->user_name = column_text(&q, a, 1);
		(*x)->created_at = column_int(&q, 2);
	}
	return query_end(&q);
}

static const struct fail *session_reap(struct store *s, int64_t user_id, int64_t now)
{
	struct query q = query_new(s, SQL_SESSION_REAP);

	query_int(&q, ":user_id", user_id);
	query_int(&q, ":now", now);
	return query_run(&q);
}

const struct fail *session_put(struct store *s, const struct digest *cookie, const struct user *u, int64_t now,
    int64_t expires_at, bool *made)
{
	const struct fail *no = session_reap(s, u->id, now);
	struct query q;

	if (no)
		return no;
	q = query_new(s, SQL_SESSION_PUT);
	query_digest(&q, ":hash", cookie);
	query_int(&q, ":user_id", u->id);
	query_text(&q, ":password", u->password);
	query_int(&q, ":now", now);
	query_int(&q, ":expires_at", expires_at);
	*made = query_row(&q);
	return query_end(&q);
}

const struct fail *session_touch(struct store *s, const struct digest *cookie, int64_t now)
{
	struct query q = query_new(s, SQL_SESSION_TOUCH);

	query_int(&q, ":now", now);
	query_digest(&q, ":hash", cookie);
	return query_run(&q);
}

const struct fail *session_drop(struct store *s, const struct digest *cookie)
{
	struct query q = query_new(s, SQL_SESSION_DROP);

	query_digest(&q, ":hash", cookie);
	return query_run(&q);
}

const struct fail *session_drop_user(struct store *s, int64_t user_id)
{
	struct query q = query_new(s, SQL_SESSION_DROP_USER);

	query_int(&q, ":user_id", user_id);
	return query_run(&q);
}
