/* SPDX-License-Identifier: ISC */
/* schema: a schema is an arena of its own with a tree of nodes in it; a check is a run from its root. */
#include "schema.h"
#include "schema_build.h"
#include "schema_run.h"

struct schema {
	struct arena *keep;
	struct schema_node *root;
};

struct schema *schema_compile(struct arena *a, struct json_object *source, const struct schema_reading *how,
    const char **wrong)
{
	struct arena *keep = arena_new();
	struct schema_build b = { .keep = keep, .arena = a, .how = how, .last = &b.pending, .end = &b.first };
	struct schema *s = arena_take(keep, sizeof *s);
	struct schema_resource *r = schema_build_document(&b, source, "");

	*s = (struct schema){ .keep = keep, .root = r ? r->root : NULL };
	if (r && schema_build_follow(&b))
		return s;
	*wrong = b.wrong;
	arena_drop(keep);
	return NULL;
}

const char *schema_check(struct arena *a, const struct schema *s, struct json_object *value)
{
	struct schema_place whole = { .arena = a };
	struct schema_run run = { .arena = a, .left = SCHEMA_STEPS };
	const char *wrong = schema_run_node(&run, s->root, &whole, value, NULL);

	return run.over ? schema_place_say(&whole, "is too complex to check") : wrong;
}

void schema_drop(struct schema *s)
{
	if (s)
		arena_drop(s->keep);
}
