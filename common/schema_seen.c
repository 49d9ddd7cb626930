/* SPDX-License-Identifier: ISC */
/* schema_seen: the bit of a member is its slot in json-c's table, which stays where it is while nobody adds members. */
#include "schema_seen.h"

static size_t slots(struct json_object *v)
{
	if (json_object_is_type(v, json_type_array))
		return json_object_array_length(v);
	return json_object_is_type(v, json_type_object) ? (size_t)json_object_get_object(v)->size : 0;
}

size_t schema_seen_words(struct json_object *value)
{
	return (slots(value) + 63) / 64;
}

struct schema_seen schema_seen_new(struct arena *a, struct json_object *value)
{
	struct schema_seen s = { .value = value, .words = schema_seen_words(value) };

	s.bits = s.words ? arena_take(a, s.words * sizeof *s.bits) : NULL;
	return s;
}

void schema_seen_item(struct schema_seen *s, size_t i)
{
	if (s)
		s->bits[i / 64] |= UINT64_C(1) << (i % 64);
}

bool schema_seen_has_item(const struct schema_seen *s, size_t i)
{
	return s->bits[i / 64] >> (i % 64) & 1;
}

static size_t slot_of(struct json_object *o, const char *name)
{
	struct lh_table *t = json_object_get_object(o);

	return (size_t)(lh_table_lookup_entry(t, name) - t->table);
}

void schema_seen_member(struct schema_seen *s, const char *name)
{
	if (s)
		schema_seen_item(s, slot_of(s->value, name));
}

bool schema_seen_has_member(const struct schema_seen *s, const char *name)
{
	return schema_seen_has_item(s, slot_of(s->value, name));
}

void schema_seen_add(struct schema_seen *s, const struct schema_seen *more)
{
	for (size_t i = 0; s && i < s->words; i++)
		s->bits[i] |= more->bits[i];
}
