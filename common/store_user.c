/* SPDX-License-Identifier: ISC */
/* store_user: the people who may sign in. */
#include "store_sql.h"
#include "store_user.h"

static struct user *user_of(const struct query *q, struct arena *a)
{
	struct user *u = arena_take(a, sizeof *u);

	u->id = column_int(q, 0);
	u->name = column_text(q, a, 1);
	u->password = column_text(q, a, 2);
	u->created_at = column_int(q, 3);
	u->disabled_at = column_int(q, 4);
	return u;
}

const struct fail *user_find(struct store *s, struct arena *a, const char *name, struct user **u)
{
	struct query q = query_new(s, SQL_USER_FIND);

	query_text(&q, ":name", name);
	*u = query_row(&q) ? user_of(&q, a) : NULL;
	return query_end(&q);
}

const struct fail *user_find_any(struct store *s, struct arena *a, struct user **u)
{
	struct query q = query_new(s, SQL_USER_FIND_ANY);

	*u = query_row(&q) ? user_of(&q, a) : NULL;
	return query_end(&q);
}

const struct fail *user_put(struct store *s, const char *name, const char *password, int64_t now, bool *taken)
{
	struct query q = query_new(s, SQL_USER_PUT);

	query_text(&q, ":name", name);
	query_text(&q, ":password", password);
	query_int(&q, ":now", now);
	query_row(&q);
	*taken = q.rc == SQLITE_CONSTRAINT_UNIQUE;
	if (*taken)
		q.rc = SQLITE_DONE;
	return query_end(&q);
}

const struct fail *user_set_password(struct store *s, int64_t id, const char *password)
{
	struct query q = query_new(s, SQL_USER_SET_PASSWORD);

	query_text(&q, ":password", password);
	query_int(&q, ":id", id);
	return query_run(&q);
}

const struct fail *user_set_disabled(struct store *s, int64_t id, int64_t disabled_at)
{
	struct query q = query_new(s, SQL_USER_SET_DISABLED);

	query_int(&q, ":disabled_at", disabled_at);
	query_int(&q, ":id", id);
	return query_run(&q);
}

const struct fail *user_each(struct store *s, struct arena *a, void (*each)(void *with, const struct user *u), void *with)
{
	struct query q = query_new(s, SQL_USER_EACH);

	while (query_row(&q))
		each(with, user_of(&q, a));
	return query_end(&q);
}
