/* SPDX-License-Identifier: ISC */
/* store_task: rows of tasks. */
#include <string.h>

#include "store_sql.h"
#include "store_task.h"

enum { REAPED_AT_ONCE = 20 };

static const char *const words[TASK_STATUSES] = {
	[TASK_WORKING] = "working", [TASK_INPUT_REQUIRED] = "input_required", [TASK_COMPLETED] = "completed",
	[TASK_FAILED] = "failed", [TASK_CANCELLED] = "cancelled",
};

const char *task_word(enum task_status status)
{
	return words[status];
}

bool task_is_open(const struct task *t)
{
	return t->status == TASK_WORKING || t->status == TASK_INPUT_REQUIRED;
}

static enum task_status status_of(const char *word)
{
	for (int i = 0; i < TASK_STATUSES; i++)
		if (strcmp(words[i], word) == 0)
			return (enum task_status)i;
	return TASK_FAILED;
}

/* All statements that give a task give the same columns. */
static struct task *read_task(struct query *q, struct arena *a)
{
	struct task *t = arena_take(a, sizeof *t);

	*t = (struct task){
		.id = column_text(q, a, 0), .user_id = column_int(q, 1), .client_id = column_text(q, a, 2),
		.grant_id = column_int(q, 3), .resource = column_text(q, a, 4), .tool = column_text(q, a, 5),
		.request = column_text(q, a, 6), .restart = column_int(q, 7) != 0, .life = column_int(q, 8),
		.status = status_of(column_text(q, a, 9)), .message = column_text(q, a, 10), .round = column_int(q, 11),
		.runs = column_int(q, 12), .state = column_text(q, a, 13), .asked = column_text(q, a, 14),
		.answers = column_text(q, a, 15), .outcome = column_text(q, a, 16), .created_at = column_int(q, 17),
		.updated_at = column_int(q, 18), .expires_at = column_int(q, 19), .worker = column_text(q, a, 20),
		.alive_at = column_int(q, 21),
	};
	return t;
}

static const struct fail *take_one(struct query *q, struct arena *a, struct task **t)
{
	*t = query_row(q) ? read_task(q, a) : NULL;
	return query_end(q);
}

static const struct fail *task_reap(struct store *s, int64_t now)
{
	struct query q = query_new(s, SQL_TASK_REAP);

	query_int(&q, ":now", now);
	query_int(&q, ":limit", REAPED_AT_ONCE);
	while (query_row(&q))
		continue;
	return query_end(&q);
}

static void bind_user(struct query *q, int64_t user_id)
{
	if (user_id)
		query_int(q, ":user_id", user_id);
}

const struct fail *task_put(struct store *s, const struct task *t)
{
	const struct fail *no = task_reap(s, t->created_at);
	struct query q;

	if (no)
		return no;
	q = query_new(s, SQL_TASK_PUT);
	query_text(&q, ":id", t->id);
	bind_user(&q, t->user_id);
	query_text(&q, ":client_id", t->client_id);
	query_int(&q, ":grant_id", t->grant_id);
	query_text(&q, ":resource", t->resource);
	query_text(&q, ":tool", t->tool);
	query_text(&q, ":request", t->request);
	query_int(&q, ":restart", t->restart);
	query_int(&q, ":life", t->life);
	query_text(&q, ":message", t->message);
	query_text(&q, ":state", t->state);
	query_text(&q, ":answers", t->answers);
	query_int(&q, ":now", t->created_at);
	query_int(&q, ":expires_at", t->expires_at);
	return query_run(&q);
}

const struct fail *task_find(struct store *s, struct arena *a, const struct task *whose, int64_t now, struct task **t)
{
	struct query q = query_new(s, SQL_TASK_FIND);

	query_text(&q, ":id", whose->id);
	query_text(&q, ":client_id", whose->client_id);
	query_text(&q, ":resource", whose->resource);
	query_int(&q, ":now", now);
	bind_user(&q, whose->user_id);
	return take_one(&q, a, t);
}

const struct fail *task_find_any(struct store *s, struct arena *a, const char *id, struct task **t)
{
	struct query q = query_new(s, SQL_TASK_FIND_ANY);

	query_text(&q, ":id", id);
	return take_one(&q, a, t);
}

const struct fail *task_count(struct store *s, int64_t user_id, const char *client_id, int64_t now, int64_t *kept, int64_t *open)
{
	struct query q = query_new(s, user_id ? SQL_TASK_COUNT : SQL_TASK_COUNT_MACHINE);

	if (user_id)
		query_int(&q, ":user_id", user_id);
	else
		query_text(&q, ":client_id", client_id);
	query_int(&q, ":now", now);
	*kept = *open = 0;
	if (query_row(&q)) {
		*kept = column_int(&q, 0);
		*open = column_int(&q, 1);
	}
	return query_end(&q);
}

const struct fail *task_move(struct store *s, const struct task *was, const struct task *to, bool *moved)
{
	struct query q = query_new(s, SQL_TASK_MOVE);

	query_text(&q, ":id", was->id);
	query_text(&q, ":was", words[was->status]);
	query_text(&q, ":had", was->worker);
	query_text(&q, ":status", words[to->status]);
	query_text(&q, ":message", to->message);
	query_int(&q, ":round", to->round);
	query_int(&q, ":runs", to->runs);
	query_text(&q, ":state", to->state);
	query_text(&q, ":asked", to->asked);
	query_text(&q, ":answers", to->answers);
	query_text(&q, ":outcome", to->outcome);
	query_int(&q, ":now", to->updated_at);
	query_int(&q, ":expires_at", to->expires_at);
	query_text(&q, ":worker", to->worker);
	*moved = query_row(&q);
	return query_end(&q);
}

const struct fail *task_take(struct store *s, struct arena *a, const char *worker, int64_t ttl, int64_t now, struct task **t)
{
	struct query q = query_new(s, SQL_TASK_TAKE);

	query_text(&q, ":worker", worker);
	query_int(&q, ":ttl", ttl);
	query_int(&q, ":now", now);
	return take_one(&q, a, t);
}

/* "3." to "3/", which comes next. */
const struct fail *task_find_left(struct store *s, struct arena *a, int slot, struct task **t)
{
	struct query q = query_new(s, SQL_TASK_FIND_LEFT);

	query_text(&q, ":from", arena_printf(a, "%d.", slot));
	query_text(&q, ":to", arena_printf(a, "%d/", slot));
	return take_one(&q, a, t);
}

const struct fail *task_waits(struct store *s, bool *any)
{
	struct query q = query_new(s, SQL_TASK_WAITS);

	*any = query_row(&q);
	return query_end(&q);
}

const struct fail *task_look(struct store *s, const struct task *t, bool *mine, bool *allowed)
{
	struct query q = query_new(s, SQL_TASK_LOOK);

	query_text(&q, ":id", t->id);
	query_text(&q, ":worker", t->worker);
	*mine = *allowed = false;
	if (query_row(&q)) {
		*mine = column_int(&q, 0) != 0;
		*allowed = column_int(&q, 1) != 0;
	}
	return query_end(&q);
}

const struct fail *task_user(struct store *s, struct arena *a, int64_t user_id, const char **name)
{
	struct query q = query_new(s, SQL_TASK_USER);

	query_int(&q, ":id", user_id);
	*name = query_row(&q) ? column_text(&q, a, 0) : NULL;
	return query_end(&q);
}

const struct fail *task_live(struct store *s, const struct task *t, int64_t now)
{
	struct query q = query_new(s, SQL_TASK_LIVE);

	query_text(&q, ":id", t->id);
	query_text(&q, ":worker", t->worker);
	query_int(&q, ":now", now);
	return query_run(&q);
}

const struct fail *task_tell(struct store *s, const struct task *t, const char *message, int64_t now, bool *told)
{
	struct query q = query_new(s, SQL_TASK_TELL);

	query_text(&q, ":id", t->id);
	query_text(&q, ":worker", t->worker);
	query_text(&q, ":message", message);
	query_int(&q, ":now", now);
	*told = query_row(&q);
	return query_end(&q);
}

const struct fail *task_each(struct store *s, struct arena *a, void (*each)(void *with, const struct task *t), void *with)
{
	struct query q = query_new(s, SQL_TASK_EACH);

	while (query_row(&q))
		each(with, read_task(&q, a));
	return query_end(&q);
}
