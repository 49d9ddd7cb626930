/* SPDX-License-Identifier: ISC */
/* store_pending: authorization requests that wait for a person. */
#include "store_pending.h"
#include "store_sql.h"

static const struct fail *pending_reap(struct store *s, int64_t now)
{
	struct query q = query_new(s, SQL_PENDING_REAP);

	query_int(&q, ":now", now);
	return query_run(&q);
}

static void bind_known(struct query *q, const struct pending *p)
{
	query_digest(q, ":hash", &p->id);
	query_text(q, ":client_id", p->client_id);
	query_text(q, ":redirect_uri", p->redirect_uri);
	query_int(q, ":redirect_given", p->redirect_given);
	query_text(q, ":challenge", p->challenge);
	query_text(q, ":scope", p->scope);
	query_text(q, ":resource", p->resource);
	query_text(q, ":state", p->state);
}

const struct fail *pending_put(struct store *s, const struct pending *p)
{
	const struct fail *no = pending_reap(s, p->created_at);
	struct query q;

	if (no)
		return no;
	q = query_new(s, SQL_PENDING_PUT);
	query_digest(&q, ":owner", &p->owner);
	query_text(&q, ":attempt", p->attempt);
	query_text(&q, ":asked", p->asked);
	query_int(&q, ":created_at", p->created_at);
	query_int(&q, ":expires_at", p->expires_at);
	bind_known(&q, p);
	return query_run(&q);
}

const struct fail *pending_prove(struct store *s, const struct pending *p)
{
	struct query q = query_new(s, SQL_PENDING_PROVE);

	bind_known(&q, p);
	return query_run(&q);
}

static struct pending *pending_of(const struct query *q, struct arena *a, const struct digest *id)
{
	struct pending *p = arena_take(a, sizeof *p);

	p->id = *id;
	if (!column_bytes(q, 0, p->owner.v, sizeof p->owner.v))
		return NULL;
	p->attempt = column_text(q, a, 1);
	p->asked = column_text(q, a, 2);
	p->client_id = column_text(q, a, 3);
	p->redirect_uri = column_text(q, a, 4);
	p->redirect_given = column_int(q, 5);
	p->challenge = column_text(q, a, 6);
	p->scope = column_text(q, a, 7);
	p->resource = column_text(q, a, 8);
	p->state = column_text(q, a, 9);
	p->created_at = column_int(q, 10);
	p->expires_at = column_int(q, 11);
	p->answered_at = column_int(q, 12);
	return p;
}

const struct fail *pending_find(struct store *s, struct arena *a, const struct digest *id, struct pending **p)
{
	struct query q = query_new(s, SQL_PENDING_FIND);

	query_digest(&q, ":hash", id);
	*p = query_row(&q) ? pending_of(&q, a, id) : NULL;
	return query_end(&q);
}

const struct fail *pending_take(struct store *s, const struct digest *id, const struct digest *owner, int64_t now,
    bool *taken)
{
	struct query q = query_new(s, SQL_PENDING_TAKE);

	query_digest(&q, ":hash", id);
	query_digest(&q, ":owner", owner);
	query_int(&q, ":now", now);
	*taken = query_row(&q);
	return query_end(&q);
}

const struct fail *pending_move(struct store *s, const struct digest *from, const struct digest *to)
{
	struct query q = query_new(s, SQL_PENDING_MOVE);

	query_digest(&q, ":old_owner", from);
	query_digest(&q, ":new_owner", to);
	return query_run(&q);
}
