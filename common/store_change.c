/* SPDX-License-Identifier: ISC */
/* store_change: what changed lately. */
#include <string.h>

#include "store_change.h"
#include "store_sql.h"

enum { KEPT = 3600 };

static const char *const word[CHANGE_KINDS] = {
	[CHANGE_TOOLS] = "tools", [CHANGE_PROMPTS] = "prompts", [CHANGE_RESOURCES] = "resources",
	[CHANGE_RESOURCE] = "resource", [CHANGE_TASK] = "task",
};

static enum change_kind kind_of(const char *text)
{
	for (int i = 0; i < CHANGE_KINDS; i++)
		if (strcmp(word[i], text) == 0)
			return (enum change_kind)i;
	return CHANGE_KINDS;
}

static const struct fail *change_reap(struct store *s, int64_t now)
{
	struct query q = query_new(s, SQL_CHANGE_REAP);

	query_int(&q, ":before", now - KEPT);
	return query_run(&q);
}

const struct fail *change_put(struct store *s, enum change_kind kind, const char *about, int64_t user_id, int64_t now)
{
	const struct fail *no = change_reap(s, now);
	struct query q;

	if (no)
		return no;
	q = query_new(s, SQL_CHANGE_PUT);
	query_int(&q, ":now", now);
	query_text(&q, ":kind", word[kind]);
	query_text(&q, ":about", about);
	if (user_id)
		query_int(&q, ":user_id", user_id);
	return query_run(&q);
}

const struct fail *change_last(struct store *s, int64_t *id)
{
	struct query q = query_new(s, SQL_CHANGE_LAST);

	*id = query_row(&q) ? column_int(&q, 0) : 0;
	return query_end(&q);
}

const struct fail *change_version(struct store *s, int64_t *version)
{
	struct query q = query_new(s, SQL_CHANGE_VERSION);

	*version = query_row(&q) ? store_since_open(s, column_int(&q, 0)) : 0;
	return query_end(&q);
}

const struct fail *change_since(struct store *s, struct arena *a, int64_t last, int64_t limit, struct change **change, size_t *n)
{
	struct query q = query_new(s, SQL_CHANGE_SINCE);

	*n = 0;
	*change = arena_take(a, (size_t)limit * sizeof **change);
	query_int(&q, ":last", last);
	query_int(&q, ":limit", limit);
	while (query_row(&q)) {
		struct change *c = &(*change)[(*n)++];

		c->id = column_int(&q, 0);
		c->kind = kind_of(column_text(&q, a, 1));
		c->about = column_text(&q, a, 2);
		c->user_id = column_int(&q, 3);
	}
	return query_end(&q);
}
