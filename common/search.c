/* SPDX-License-Identifier: ISC */
/* search: words between quotes and blanks; the alphabet of a word has no quote, so nothing needs to be doubled. */
#include <stdbool.h>
#include <string.h>

#include "buf.h"
#include "search.h"

enum { WORDS_MAX = 32, JOINTS_MAX = 8 };

static bool is_letter(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 0x80 || (u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') || (u >= 'a' && u <= 'z');
}

static bool is_joint(const char *s)
{
	return *s && strchr("-_.'", *s) && is_letter(s[1]);
}

/* A phrase of very many parts costs much and means nothing; what is too long is taken as several words. */
static size_t word_length(const char *s)
{
	size_t n = 0, joints = 0;

	while (is_letter(s[n]) || (n > 0 && is_joint(s + n) && ++joints <= JOINTS_MAX))
		n++;
	return n;
}

/* A word that is there already would be looked up once more for nothing. */
static void put_word(struct buf *b, const char *word, size_t n)
{
	const char *quoted = arena_printf(b->arena, "\"%.*s\"", (int)n, word);

	if (strcasestr(b->v, quoted))
		return;
	if (b->len)
		buf_char(b, ' ');
	buf_text(b, quoted);
}

const char *search_expression(struct arena *a, const char *text)
{
	struct buf b = buf_new(a);
	size_t n, words = 0;

	for (; *text && words < WORDS_MAX; text += n ? n : 1)
		if ((n = word_length(text))) {
			put_word(&b, text, n);
			words++;
		}
	return b.len ? b.v : NULL;
}

const char *search_among(struct arena *a, const char *column, const char *text)
{
	const char *expression = search_expression(a, text);

	return expression ? arena_printf(a, "%s : (%s)", column, expression) : NULL;
}

const char *search_begun(struct arena *a, const char *column, const char *text)
{
	const char *expression = search_expression(a, text);

	return expression ? arena_printf(a, "%s : (%s *)", column, expression) : NULL;
}
