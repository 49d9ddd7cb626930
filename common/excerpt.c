/* SPDX-License-Identifier: ISC */
/* excerpt: a window of bytes, widened or narrowed to whole words where a word is short enough, to whole characters always. */
#include <stdbool.h>
#include <string.h>

#include "buf.h"
#include "excerpt.h"

enum { BEFORE = 80, AFTER = 200, WORD = 40 };

static bool is_inside(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Where the window begins: behind a blank if there is one near, else at a character. */
static size_t begin_of(const char *text, size_t n, size_t mark)
{
	size_t from = mark > BEFORE ? mark - BEFORE : 0, i;

	for (i = from; from && i < mark && i < from + WORD; i++)
		if (text[i] == ' ' || text[i] == '\n')
			return i + 1;
	while (from < n && is_inside(text[from]))
		from++;
	return from;
}

static size_t end_of(const char *text, size_t n, size_t mark)
{
	size_t to = n - mark > AFTER ? mark + AFTER : n, i;

	for (i = to; to < n && i > mark + AFTER - WORD; i--)
		if (text[i] == ' ' || text[i] == '\n')
			return i;
	while (to < n && to > mark && is_inside(text[to]))
		to--;
	return to;
}

const char *excerpt_cut(struct arena *a, const char *marked, size_t n)
{
	const char *first = memchr(marked, EXCERPT_OPEN, n);
	size_t mark = first ? (size_t)(first - marked) : 0, i = begin_of(marked, n, mark), end = end_of(marked, n, mark);
	struct buf b = buf_new(a);
	bool open = false;

	if (i > 0)
		buf_text(&b, "...");
	for (; i < end; i++) {
		if (marked[i] == EXCERPT_OPEN || marked[i] == EXCERPT_CLOSE) {
			open = marked[i] == EXCERPT_OPEN;
			buf_text(&b, "**");
		} else {
			buf_char(&b, (unsigned char)marked[i] < ' ' ? ' ' : marked[i]);
		}
	}
	if (open)
		buf_text(&b, "**");
	if (end < n)
		buf_text(&b, "...");
	return b.v;
}
