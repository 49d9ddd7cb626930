/* SPDX-License-Identifier: ISC */
/* buf: doubling inside the arena; the smaller copies are wiped with everything else. */
#include <stdarg.h>
#include <string.h>

#include "arena.h"
#include "buf.h"

struct buf buf_new(struct arena *a)
{
	static char empty[1];

	return (struct buf){ .arena = a, .v = empty };
}

static void buf_reserve(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 256;
	char *v;

	if (b->cap > b->len && n < b->cap - b->len)
		return;
	while (cap - b->len <= n)
		cap *= 2;
	v = arena_take_raw(b->arena, cap);
	memcpy(v, b->v, b->len);
	b->v = v;
	b->cap = cap;
}

char *buf_room(struct buf *b, size_t n)
{
	buf_reserve(b, n);
	return b->v + b->len;
}

void buf_put(struct buf *b, const void *bytes, size_t n)
{
	buf_reserve(b, n);
	memcpy(b->v + b->len, bytes, n);
	b->len += n;
	b->v[b->len] = '\0';
}

void buf_text(struct buf *b, const char *text)
{
	buf_put(b, text, strlen(text));
}

void buf_char(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void buf_int(struct buf *b, int64_t n)
{
	char text[24], *at = text + sizeof text;
	uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	do
		*--at = (char)('0' + left % 10);
	while (left /= 10);
	if (n < 0)
		*--at = '-';
	buf_put(b, at, (size_t)(text + sizeof text - at));
}

void buf_printf(struct buf *b, const char *format, ...)
{
	va_list ap;
	char *text;

	va_start(ap, format);
	text = arena_vprintf(b->arena, format, ap);
	va_end(ap);
	buf_text(b, text);
}
