/* SPDX-License-Identifier: ISC */
/* schema_build: what is wrong, where, and the table from JSON values to nodes. */
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "buf.h"
#include "schema_build.h"
#include "utf8.h"

bool schema_build_refuse(struct schema_build *b, const char *place, const char *format, ...)
{
	va_list ap;

	if (b->wrong)
		return false;
	va_start(ap, format);
	b->wrong = arena_printf(b->arena, "%s%s", arena_vprintf(b->arena, format, ap), place);
	va_end(ap);
	return false;
}

enum { NAME_SHOWN = 64, PLACE_SHOWN = 400 };	/* bytes; many places are printed, and names may be long */

static void put_token(struct buf *b, const char *name)
{
	const char *end = name;

	while (*end && end - name < NAME_SHOWN)
		end += utf8_char(end, strnlen(end, 4)) ?: 1;
	buf_char(b, '/');
	for (; name < end; name++) {
		if (*name == '~' || *name == '/')
			buf_text(b, *name == '~' ? "~0" : "~1");
		else
			buf_char(b, (unsigned char)*name < ' ' ? '?' : *name);
	}
	if (*end)
		buf_text(b, "...");
}

static void put_spot(struct buf *b, const struct schema_spot *spot)
{
	if (!spot->in) {
		buf_printf(b, "%s#", spot->name);
		return;
	}
	put_spot(b, spot->in);
	if (b->len > PLACE_SHOWN)
		return;
	if (spot->name)
		put_token(b, spot->name);
	else
		buf_printf(b, "/%zu", spot->index);
}

const char *schema_build_place(struct schema_build *b, const struct schema_spot *spot)
{
	struct buf at = buf_new(b->arena);

	if (!spot->in && !*spot->name)
		return "";
	buf_text(&at, ", at ");
	put_spot(&at, spot);
	if (at.len > PLACE_SHOWN)
		buf_text(&at, "/...");
	return at.v;
}

/* -- JSON values and their nodes: open addressing, half full at most -- */

static struct schema_node **slot_of(struct schema_node **map, size_t slots, const struct json_object *json)
{
	uint64_t hash = ((uintptr_t)json >> 4) * UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (size_t)(hash >> 32) & (slots - 1);

	while (map[i] && map[i]->json != json)
		i = (i + 1) & (slots - 1);
	return &map[i];
}

struct schema_node *schema_build_find(const struct schema_build *b, struct json_object *json)
{
	return b->slots ? *slot_of(b->map, b->slots, json) : NULL;
}

void schema_build_put(struct schema_build *b, struct schema_node *node)
{
	if (b->nodes * 2 >= b->slots) {
		size_t slots = b->slots ? b->slots * 2 : 64;
		struct schema_node **map = arena_take(b->arena, slots * sizeof *map);

		for (size_t i = 0; i < b->slots; i++)
			if (b->map[i])
				*slot_of(map, slots, b->map[i]->json) = b->map[i];
		b->map = map;
		b->slots = slots;
	}
	*slot_of(b->map, b->slots, node->json) = node;
	*b->end = node;
	b->end = &node->next;
	b->nodes++;
}
