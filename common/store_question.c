/* SPDX-License-Identifier: ISC */
/* store_question: asked here, answered there. */
#include "store_question.h"
#include "store_sql.h"

static const struct fail *reap_expired(struct store *s, const struct digest *session, int64_t now)
{
	struct query q = query_new(s, SQL_QUESTION_REAP);

	query_digest(&q, ":session", session);
	query_int(&q, ":now", now);
	return query_run(&q);
}

const struct fail *question_put(struct store *s, const struct question *x, int64_t now, bool *put)
{
	const struct fail *no = reap_expired(s, &x->session, now);
	struct query q;

	if (no)
		return no;
	q = query_new(s, SQL_QUESTION_PUT);
	query_text(&q, ":id", x->id);
	query_digest(&q, ":session", &x->session);
	query_text(&q, ":request", x->request);
	query_int(&q, ":expires_at", x->expires_at);
	*put = query_row(&q);
	return query_end(&q);
}

const struct fail *question_calls(struct store *s, const struct bearer *who, int64_t now, int64_t *n)
{
	struct query q = query_new(s, SQL_QUESTION_CALLS);

	if (who->user_id)
		query_int(&q, ":user_id", who->user_id);
	query_text(&q, ":client_id", who->client_id);
	query_int(&q, ":now", now);
	*n = query_row(&q) ? column_int(&q, 0) : 0;
	return query_end(&q);
}

const struct fail *question_answer(struct store *s, const char *id, const struct digest *session, const char *response,
    int64_t now)
{
	struct query q = query_new(s, SQL_QUESTION_ANSWER);

	query_text(&q, ":id", id);
	query_digest(&q, ":session", session);
	query_text(&q, ":response", response);
	query_int(&q, ":now", now);
	return query_run(&q);
}

const struct fail *question_find(struct store *s, struct arena *a, const char *id, bool *there, const char **response)
{
	struct query q = query_new(s, SQL_QUESTION_FIND);

	query_text(&q, ":id", id);
	*there = query_row(&q);
	*response = *there ? column_text(&q, a, 0) : NULL;
	return query_end(&q);
}

const struct fail *question_drop(struct store *s, const char *id)
{
	struct query q = query_new(s, SQL_QUESTION_DROP);

	query_text(&q, ":id", id);
	return query_run(&q);
}

const struct fail *store_look(struct store *s, int64_t *version)
{
	struct query q = query_new(s, SQL_DATA_VERSION);

	*version = query_row(&q) ? store_since_open(s, column_int(&q, 0)) : 0;
	return query_end(&q);
}
