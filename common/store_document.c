/* SPDX-License-Identifier: ISC */
/* store_document: the knowledge base. */
#include "excerpt.h"
#include "store_document.h"
#include "store_sql.h"

static const struct fail *document_index(struct store *s, const struct document *d)
{
	struct query q = query_new(s, SQL_DOCUMENT_INDEX);

	query_int(&q, ":id", d->id);
	query_text(&q, ":title", d->title);
	query_text(&q, ":content", d->content);
	query_text(&q, ":tags", d->tags);
	return query_run(&q);
}

const struct fail *document_put(struct store *s, struct document *d, int64_t user_id)
{
	struct query q = query_new(s, SQL_DOCUMENT_PUT);
	const struct fail *no;

	if (user_id)
		query_int(&q, ":user_id", user_id);
	query_text(&q, ":title", d->title);
	query_text(&q, ":content", d->content);
	query_text(&q, ":tags", d->tags);
	query_int(&q, ":now", d->created_at);
	if (query_row(&q))
		d->id = column_int(&q, 0);
	if ((no = query_end(&q)))
		return no;
	return document_index(s, d);
}

/* Cut before it is copied: a document may have a mebibyte. */
static const char *column_excerpt(const struct query *q, struct arena *a, int column)
{
	const char *marked = (const char *)sqlite3_column_text(q->st, column);

	return marked ? excerpt_cut(a, marked, (size_t)sqlite3_column_bytes(q->st, column)) : "";
}

static void hit_of(const struct query *q, struct arena *a, struct hit *h)
{
	h->id = column_int(q, 0);
	h->title = column_text(q, a, 1);
	h->snippet = column_excerpt(q, a, 2);
	h->tags = column_text(q, a, 3);
	h->author = column_text(q, a, 4);
	h->created_at = column_int(q, 5);
	h->score = column_double(q, 6);
}

const struct fail *document_search(struct store *s, struct arena *a, const char *expression, int64_t limit,
    struct hit **hit, size_t *n)
{
	struct query q = query_new(s, SQL_DOCUMENT_SEARCH);

	*n = 0;
	*hit = arena_take(a, (size_t)limit * sizeof **hit);
	query_text(&q, ":expression", expression);
	query_int(&q, ":limit", limit);
	while (query_row(&q))
		hit_of(&q, a, &(*hit)[(*n)++]);
	return query_end(&q);
}

const struct fail *document_may_read(struct store *s, int64_t id, int64_t user_id, bool *may)
{
	struct query q = query_new(s, SQL_DOCUMENT_MAY_READ);

	query_int(&q, ":id", id);
	query_int(&q, ":user_id", user_id);
	*may = query_row(&q);
	return query_end(&q);
}

const struct fail *document_count(struct store *s, int64_t *n)
{
	struct query q = query_new(s, SQL_DOCUMENT_COUNT);

	*n = query_row(&q) ? column_int(&q, 0) : 0;
	return query_end(&q);
}

const struct fail *document_each(struct store *s, struct arena *a, void (*each)(void *with, const struct document *d),
    void *with)
{
	struct query q = query_new(s, SQL_DOCUMENT_EACH);

	while (query_row(&q)) {
		struct document d = {
			.id = column_int(&q, 0), .title = column_text(&q, a, 1), .tags = column_text(&q, a, 2),
			.author = column_text(&q, a, 3), .created_at = column_int(&q, 4),
		};

		each(with, &d);
	}
	return query_end(&q);
}
