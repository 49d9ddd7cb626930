/* SPDX-License-Identifier: ISC */
/* mcpctl_print: how things are shown: to people without what could drive their terminal, to programs as strict JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json.h"
#include "mcpctl.h"
#include "utf8.h"

/* Control characters, and marks that turn the direction of what follows (Unicode Bidi_Control). */
static bool is_unseen(const unsigned char *p, size_t n)
{
	if (n == 1)
		return *p < 0x20 || *p == 0x7f;
	if (n == 2)
		return (p[0] == 0xc2 && p[1] < 0xa0) || (p[0] == 0xd8 && p[1] == 0x9c);
	return n == 3 && p[0] == 0xe2 && ((p[1] == 0x80 && (p[2] == 0x8e || p[2] == 0x8f || (p[2] >= 0xa8 && p[2] <= 0xae))) ||
	    (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

void mcpctl_print_plain(const char *text)
{
	size_t left = text ? strlen(text) : 0, n;

	if (!left)
		putchar('-');
	for (; left; text += n, left -= n) {
		n = utf8_char(text, left);
		if (n == 0 || is_unseen((const unsigned char *)text, n))
			putchar('?');
		else
			fwrite(text, 1, n, stdout);
		n = n ? n : 1;
	}
}

const char *mcpctl_time(struct arena *a, int64_t second)
{
	time_t t = (time_t)second;
	struct tm tm;
	char text[32];

	if (!second)
		return "-";
	if (!gmtime_r(&t, &tm) || strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		return "?";
	return arena_copy(a, text);
}

const char *mcpctl_date(struct arena *a, int64_t second)
{
	const char *text = mcpctl_time(a, second);

	return arena_text(a, text, strcspn(text, " "));
}

void mcpctl_put_text(struct buf *b, const char *name, const char *text)
{
	struct buf whole = buf_new(b->arena);
	size_t left, n;

	json_put_name(b, name);
	if (!text) {
		buf_text(b, "null");
		return;
	}
	for (left = strlen(text); left; text += n, left -= n) {
		n = utf8_char(text, left);
		if (n)
			buf_put(&whole, text, n);
		else
			buf_text(&whole, "\xef\xbf\xbd");
		n = n ? n : 1;
	}
	json_put_text(b, whole.v);
}

void mcpctl_put_second(struct buf *b, const char *name, int64_t second)
{
	if (second)
		json_put_number(b, name, second);
	else
		mcpctl_put_text(b, name, NULL);
}

void mcpctl_put_bool(struct buf *b, const char *name, bool is)
{
	json_put_name(b, name);
	buf_text(b, is ? "true" : "false");
}

void mcpctl_put_json(struct buf *b, const char *name, const char *json)
{
	struct json_object *value = NULL;

	json_put_name(b, name);
	if (!json || !json_read(b->arena, json, strlen(json), &value))
		value = NULL;
	json_put(b, value);
}

void mcpctl_put_object(struct buf *b)
{
	if (b->len && b->v[b->len - 1] == '}')
		buf_char(b, ',');
	buf_char(b, '{');
}

/* The code point of a character of at most three bytes. */
static unsigned code_point(const unsigned char *p, size_t n)
{
	if (n == 1)
		return *p;
	if (n == 2)
		return (p[0] & 0x1fU) << 6 | (p[1] & 0x3fU);
	return (p[0] & 0x0fU) << 12 | (p[1] & 0x3fU) << 6 | (p[2] & 0x3fU);
}

/* Programs' output is looked at in terminals, too.  What is unseen stands in texts only, where JSON has an escape for it. */
void mcpctl_print_document(const struct buf *b)
{
	const unsigned char *p = (const unsigned char *)b->v;
	size_t left = b->len, n;

	for (; left; p += n, left -= n) {
		n = utf8_char((const char *)p, left);
		if (n == 0)
			n = 1;
		if (is_unseen(p, n))
			printf("\\u%04x", code_point(p, n));
		else
			fwrite(p, 1, n, stdout);
	}
	putchar('\n');
}

int mcpctl_list(struct mcpctl *m, int argc, char **argv, const struct fail *(*each)(struct mcpctl_list *l))
{
	struct mcpctl_list l = { .m = m };
	const struct option options[] = { { "--json", &l.as_json, NULL, NULL }, { NULL, NULL, NULL, NULL } };
	const struct fail *no;
	int n = mcpctl_read_options(m, argc, argv, options);

	if (n != 0)
		return n < 0 ? EXIT_USAGE : mcpctl_misuse(m, "'%s' is not understood", argv[0]);
	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	l.json = buf_new(m->arena);
	buf_char(&l.json, '[');
	if ((no = each(&l)))
		return mcpctl_refused(no);
	buf_char(&l.json, ']');
	if (l.as_json)
		mcpctl_print_document(&l.json);
	return EXIT_SUCCESS;
}
