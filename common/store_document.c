/* SPDX-License-Identifier: ISC */
/* store_document: the knowledge base. */
#include "excerpt.h"
#include "log.h"
#include "store_document.h"
#include "store_rank.h"
#include "store_sql.h"

enum { CHANCE_BITS = 20, TRIES = 8 };

static const struct fail *document_index(struct store *s, const struct document *d)
{
	struct query q = query_new(s, SQL_DOCUMENT_INDEX);

	query_int(&q, ":id", d->id);
	query_text(&q, ":title", d->title);
	query_text(&q, ":content", d->content);
	query_text(&q, ":tags", d->tags);
	return query_run(&q);
}

static const struct fail *document_unindex(struct store *s, int64_t id)
{
	struct query q = query_new(s, SQL_DOCUMENT_UNINDEX);

	query_int(&q, ":id", id);
	return query_run(&q);
}

/*
 * The number of a private document is its second and twenty bits of chance: in order for the one who wrote it, and the same
 * whatever others write.  It has 53 bits until the year 2242.
 */
static const struct fail *document_number(struct store *s, const struct document *d, int64_t *id)
{
	struct query q;
	uint32_t chance;

	if (d->is_private) {
		crypto_random(&chance, sizeof chance);
		*id = (d->created_at << CHANCE_BITS) | (chance & ((1U << CHANCE_BITS) - 1));
		return NULL;
	}
	q = query_new(s, SQL_DOCUMENT_NUMBER);
	*id = query_row(&q) ? column_int(&q, 0) : 0;
	return query_end(&q);
}

static const struct fail *document_try(struct store *s, struct document *d, int64_t user_id, bool *taken)
{
	struct query q;
	const struct fail *no;

	if ((no = document_number(s, d, &d->id)))
		return no;
	q = query_new(s, SQL_DOCUMENT_PUT);
	query_int(&q, ":id", d->id);
	if (user_id)
		query_int(&q, ":user_id", user_id);
	query_text(&q, ":title", d->title);
	query_text(&q, ":content", d->content);
	query_text(&q, ":tags", d->tags);
	query_int(&q, ":now", d->created_at);
	query_int(&q, ":private", d->is_private);
	*taken = !query_row(&q);
	return query_end(&q);
}

const struct fail *document_put(struct store *s, struct document *d, int64_t user_id)
{
	const struct fail *no = NULL;
	bool taken = true;

	for (int i = 0; taken && i < TRIES; i++)
		if ((no = document_try(s, d, user_id, &taken)))
			return no;
	if (taken) {
		log_line("no number for a document is free");
		return &fail_internal;
	}
	return document_index(s, d);
}

const struct fail *document_update(struct store *s, const struct document *d)
{
	const struct fail *no = document_unindex(s, d->id);
	struct query q;

	if (no)
		return no;
	q = query_new(s, SQL_DOCUMENT_UPDATE);
	query_int(&q, ":id", d->id);
	query_text(&q, ":title", d->title);
	query_text(&q, ":content", d->content);
	query_text(&q, ":tags", d->tags);
	query_int(&q, ":now", d->updated_at);
	no = query_run(&q);
	return no ? no : document_index(s, d);
}

const struct fail *document_drop(struct store *s, int64_t id)
{
	const struct fail *no = document_unindex(s, id);
	struct query q;

	if (no)
		return no;
	q = query_new(s, SQL_DOCUMENT_DROP);
	query_int(&q, ":id", id);
	return query_run(&q);
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

/* What all that read documents have as their first columns. */
static struct document document_of(const struct query *q, struct arena *a)
{
	return (struct document){
		.id = column_int(q, 0), .title = column_text(q, a, 1), .tags = column_text(q, a, 2), .author = column_text(q, a, 3),
		.user_id = column_int(q, 4), .is_private = column_int(q, 5) != 0, .created_at = column_int(q, 6),
		.updated_at = column_int(q, 7),
	};
}

static const struct fail *document_one(struct query *q, struct arena *a, struct document **d)
{
	*d = NULL;
	if (query_row(q)) {
		*d = arena_take(a, sizeof **d);
		**d = document_of(q, a);
		(*d)->content = column_text(q, a, 8);
	}
	return query_end(q);
}

const struct fail *document_find(struct store *s, struct arena *a, int64_t user_id, int64_t id, struct document **d)
{
	struct query q = query_new(s, SQL_DOCUMENT_FIND);

	query_int(&q, ":id", id);
	query_int(&q, ":user_id", user_id);
	return document_one(&q, a, d);
}

const struct fail *document_find_any(struct store *s, struct arena *a, int64_t id, struct document **d)
{
	struct query q = query_new(s, SQL_DOCUMENT_FIND_ANY);

	query_int(&q, ":id", id);
	return document_one(&q, a, d);
}

static const struct fail *document_rows(struct query *q, struct arena *a, size_t limit, struct document **d, size_t *n)
{
	*n = 0;
	*d = arena_take(a, limit * sizeof **d);
	query_int(q, ":limit", (int64_t)limit);
	while (query_row(q))
		(*d)[(*n)++] = document_of(q, a);
	return query_end(q);
}

const struct fail *document_page(struct store *s, struct arena *a, int64_t user_id, int64_t after, int64_t last, size_t limit,
    struct document **d, size_t *n)
{
	struct query q = query_new(s, SQL_DOCUMENT_PAGE);

	query_int(&q, ":user_id", user_id);
	query_int(&q, ":after", after);
	query_int(&q, ":last", last);
	return document_rows(&q, a, limit, d, n);
}

const struct fail *document_page_tagged(struct store *s, struct arena *a, int64_t user_id, const char *expression,
    const char *tag, int64_t after, size_t limit, struct document **d, size_t *n)
{
	struct query q = query_new(s, SQL_DOCUMENT_PAGE_TAGGED);

	query_int(&q, ":user_id", user_id);
	query_text(&q, ":expression", expression);
	query_text(&q, ":tag", tag);
	query_int(&q, ":after", after);
	return document_rows(&q, a, limit, d, n);
}

const struct fail *document_titled(struct store *s, int64_t user_id, const char *expression, size_t limit, int64_t *id, size_t *n)
{
	struct query q = query_new(s, SQL_DOCUMENT_TITLED);

	*n = 0;
	query_int(&q, ":user_id", user_id);
	query_text(&q, ":expression", expression);
	query_int(&q, ":limit", (int64_t)limit);
	while (query_row(&q))
		id[(*n)++] = column_int(&q, 0);
	return query_end(&q);
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

const struct fail *document_search(struct store *s, struct arena *a, int64_t user_id, const char *expression, int64_t limit,
    struct hit **hit, size_t *n)
{
	struct query q = query_new(s, SQL_DOCUMENT_SEARCH);

	query_rank(&q);
	query_int(&q, ":user_id", user_id);
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
		struct document d = document_of(&q, a);

		each(with, &d);
	}
	return query_end(&q);
}
