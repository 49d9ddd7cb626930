/* SPDX-License-Identifier: ISC */
/* kb: who asks is handed down to every statement, so that nothing that is not his ever comes up from the rows. */
#include <inttypes.h>
#include <string.h>

#include "json.h"
#include "kb.h"
#include "line.h"
#include "rfc3339.h"
#include "search.h"

enum { DIGITS_MAX = 16 };		/* of DOCUMENT_ID_MAX */

const char *kb_uri(struct arena *a, int64_t id)
{
	return arena_printf(a, KB_URI "%" PRId64, id);
}

/* Digits that are an id, or the beginning of one. */
static bool read_digits(const char *text, int64_t *id)
{
	size_t n = strspn(text, "0123456789");

	if (n == 0 || n > DIGITS_MAX || text[n] || text[0] == '0')
		return false;
	for (*id = 0; *text; text++)
		*id = *id * 10 + (*text - '0');
	return *id <= DOCUMENT_ID_MAX;
}

bool kb_id(const char *uri, int64_t *id)
{
	size_t n = strlen(KB_URI);

	return strncmp(uri, KB_URI, n) == 0 && read_digits(uri + n, id);
}

void kb_put_members(struct buf *b, struct arena *a, const struct document *d, bool content)
{
	json_put_number(b, "id", d->id);
	json_put_member(b, "title", d->title);
	if (content)
		json_put_member(b, "content", d->content);
	line_put_list(b, "tags", d->tags);
	json_put_member(b, "author", d->author);
	json_put_member(b, "created_at", rfc3339_text(a, d->created_at));
	json_put_member(b, "updated_at", rfc3339_text(a, document_changed_at(d)));
}

const struct fail *kb_read(struct context *cx, const struct bearer *who, int64_t id, struct document **d)
{
	return document_find(cx->store, cx->arena, who->user_id, id, d);
}

/* One more than fits was asked for: was it there? */
static bool cut(size_t *n, size_t most)
{
	bool more = *n > most;

	*n = more ? most : *n;
	return more;
}

const struct fail *kb_each(struct context *cx, const struct bearer *who, int64_t after, size_t most, struct document **d,
    size_t *n, bool *more)
{
	const struct fail *no = document_page(cx->store, cx->arena, who->user_id, after, DOCUMENT_ID_MAX, most + 1, d, n);

	*more = cut(n, most);
	return no;
}

const struct fail *kb_each_tagged(struct context *cx, const struct bearer *who, const char *tag, int64_t after, size_t most,
    struct document **d, size_t *n, bool *more)
{
	const char *expression = search_among(cx->arena, "tags", tag);
	const struct fail *no;

	*n = 0;
	*more = false;
	if (!expression)
		return NULL;
	no = document_page_tagged(cx->store, cx->arena, who->user_id, expression, tag, after, most + 1, d, n);
	*more = cut(n, most);
	return no;
}

/* ---- completion ------------------------------------------------------------------------------------------------- */

/* What was found so far, of at most `room`. */
struct found {
	int64_t *id;
	size_t n, room;
};

static void add(struct found *f, int64_t id)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->id[i] == id)
			return;
	if (f->n < f->room)
		f->id[f->n++] = id;
}

static const struct fail *add_range(struct context *cx, const struct bearer *who, int64_t first, int64_t last, struct found *f)
{
	struct document *d;
	size_t n;
	const struct fail *no = document_page(cx->store, cx->arena, who->user_id, first - 1, last, f->room, &d, &n);

	for (size_t i = 0; !no && i < n; i++)
		add(f, d[i].id);
	return no;
}

/* 12 is the beginning of 12, 120 to 129, 1200 to 1299, and so on. */
static const struct fail *add_begun(struct context *cx, const struct bearer *who, int64_t id, struct found *f)
{
	const struct fail *no = NULL;

	for (int64_t width = 1; !no && f->n < f->room && id <= DOCUMENT_ID_MAX; id *= 10, width *= 10)
		no = add_range(cx, who, id, id + width - 1 < DOCUMENT_ID_MAX ? id + width - 1 : DOCUMENT_ID_MAX, f);
	return no;
}

static const struct fail *add_titled(struct context *cx, const struct bearer *who, const char *typed, struct found *f)
{
	const char *expression = search_begun(cx->arena, "title", typed);
	int64_t *id = arena_take(cx->arena, f->room * sizeof *id);
	const struct fail *no;
	size_t n;

	if (!expression)
		return NULL;
	no = document_titled(cx->store, who->user_id, expression, f->room, id, &n);
	for (size_t i = 0; !no && i < n; i++)
		add(f, id[i]);
	return no;
}

const struct fail *kb_complete(struct context *cx, const struct bearer *who, const char *typed, size_t most,
    const char ***value, size_t *n, bool *more)
{
	struct found f = { .id = arena_take(cx->arena, (most + 1) * sizeof *f.id), .room = most + 1 };
	const struct fail *no = NULL;
	int64_t id;

	if (!*typed)
		no = add_range(cx, who, 1, DOCUMENT_ID_MAX, &f);
	else if (read_digits(typed, &id))
		no = add_begun(cx, who, id, &f);
	if (!no && f.n < f.room)
		no = add_titled(cx, who, typed, &f);
	*more = cut(&f.n, most);
	*n = no ? 0 : f.n;
	*value = arena_take(cx->arena, (most + 1) * sizeof **value);
	for (size_t i = 0; i < *n; i++)
		(*value)[i] = arena_printf(cx->arena, "%" PRId64, f.id[i]);
	return no;
}
