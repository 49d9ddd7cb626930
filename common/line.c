/* SPDX-License-Identifier: ISC */
/* line: the line feed is the one character that cannot be in a line, so it needs no escape between two. */
#include <string.h>

#include <json-c/json.h>

#include "json.h"
#include "line.h"

bool line_is(const char *text)
{
	if (text[strspn(text, " \t")] == '\0')
		return false;
	for (; *text; text++)
		if (((unsigned char)*text < ' ' && *text != '\t') || *text == 0x7f)
			return false;
	return true;
}

const char *line_join(struct arena *a, struct json_object *array)
{
	size_t n = array ? json_object_array_length(array) : 0;
	struct buf lines = buf_new(a);

	for (size_t i = 0; i < n; i++) {
		const char *text = json_object_get_string(json_object_array_get_idx(array, i));

		if (!line_is(text))
			return NULL;
		if (i)
			buf_char(&lines, '\n');
		buf_text(&lines, text);
	}
	return lines.v;
}

void line_put_list(struct buf *b, const char *name, const char *lines)
{
	size_t n;

	json_put_name(b, name);
	buf_char(b, '[');
	for (; *lines; lines += n + (lines[n] == '\n')) {
		n = strcspn(lines, "\n");
		if (b->v[b->len - 1] != '[')
			buf_char(b, ',');
		json_put_textn(b, lines, n);
	}
	buf_char(b, ']');
}
