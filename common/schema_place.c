/* SPDX-License-Identifier: ISC */
/* schema_place: printing the chain, outermost first. */
#include <string.h>

#include "buf.h"
#include "schema_place.h"
#include "utf8.h"

enum { NAME_SHOWN = 64 };

static void put_name(struct buf *b, const char *name)
{
	size_t left = strlen(name), shown, n;

	for (shown = 0; left && shown < NAME_SHOWN; shown += n, name += n, left -= n) {
		n = utf8_char(name, left);
		if (n > 1 || (n == 1 && *name >= ' ' && *name < 0x7f)) {
			buf_put(b, name, n);
		} else {
			buf_char(b, '?');
			n = 1;
		}
	}
	if (left)
		buf_text(b, "...");
}

static void put_place(struct buf *b, const struct schema_place *at)
{
	if (!at->in) {
		buf_text(b, "arguments");
	} else if (at->name) {
		if (at->in->in) {
			put_place(b, at->in);
			buf_char(b, '.');
		}
		put_name(b, at->name);
	} else {
		put_place(b, at->in);
		buf_printf(b, "[%zu]", at->index);
	}
}

const char *schema_place_vsay(const struct schema_place *at, const char *format, va_list ap)
{
	struct buf b = buf_new(at->arena);

	put_place(&b, at);
	buf_char(&b, ' ');
	buf_text(&b, arena_vprintf(at->arena, format, ap));
	return b.v;
}

const char *schema_place_say(const struct schema_place *at, const char *format, ...)
{
	const char *said;
	va_list ap;

	va_start(ap, format);
	said = schema_place_vsay(at, format, ap);
	va_end(ap);
	return said;
}
