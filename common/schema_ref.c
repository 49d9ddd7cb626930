/* SPDX-License-Identifier: ISC */
/*
 * schema_ref: where references lead (Core section 8.2.3).  They are followed when the documents known so far are
 * compiled; one that leads to a metaschema brings it in, and more references with it.
 */
#include <string.h>

#include "buf.h"
#include "schema_build.h"
#include "schema_keyword.h"
#include "schema_meta.h"
#include "schema_uri.h"
#include "schema_value.h"

static void json_drop(void *json)
{
	json_object_put(json);
}

static size_t count_values(struct json_object *v)
{
	size_t n = 1;

	if (schema_value_is_object(v)) {
		json_object_object_foreach(v, name, member) {
			(void)name;
			n += count_values(member);
		}
	} else if (schema_value_is_list(v)) {
		for (size_t i = 0; i < json_object_array_length(v); i++)
			n += count_values(json_object_array_get_idx(v, i));
	}
	return n;
}

struct schema_resource *schema_build_document(struct schema_build *b, struct json_object *json, const char *uri)
{
	struct schema_resource *r = arena_take(b->keep, sizeof *r);
	struct schema_spot whole = { .name = uri, .depth = 1 };

	if (json)
		arena_defer(b->keep, json_drop, json_object_get(json));
	*r = (struct schema_resource){ .uri = uri, .json = json, .vocabularies = VOCABULARY_ALL };
	if (count_values(json) > SCHEMA_VALUES) {
		schema_build_refuse(b, schema_build_place(b, &whole), "the schema is too large");
		return NULL;
	}
	if (!schema_build_call(b, r, uri, "") || !schema_build_node(b, json, r, &whole))
		return NULL;
	return r;
}

/* A resource that is known, or a document that may be.  NULL without a word: neither. */
static struct schema_resource *resource_at(struct schema_build *b, const char *uri)
{
	struct schema_resource *r = schema_build_resource(b, uri);
	struct json_object *json;

	for (size_t i = 0; !r && b->how && i < b->how->n; i++)
		if (strcmp(b->how->documents[i].uri, uri) == 0)
			return schema_build_document(b, b->how->documents[i].json, arena_copy(b->keep, uri));
	if (r || !(json = schema_meta_read(uri)))
		return r;
	r = schema_build_document(b, json, arena_copy(b->keep, uri));
	json_object_put(json);
	return r;
}

/* -- JSON Pointer (RFC 6901) -- */

/* The token before the next slash, unescaped. */
static char *next_token(struct arena *a, const char **at)
{
	size_t n = strcspn(*at, "/");
	char *token = arena_text(a, *at, n), *to = token;

	for (const char *from = token; *from; from++) {
		if (*from == '~' && (from[1] == '0' || from[1] == '1'))
			*to++ = *++from == '0' ? '~' : '/';
		else
			*to++ = *from;
	}
	*to = '\0';
	*at += n;
	return token;
}

static struct json_object *step(struct json_object *in, const char *token)
{
	struct json_object *found = NULL;
	size_t index = 0;

	if (schema_value_is_object(in)) {
		json_object_object_get_ex(in, token, &found);
		return found;
	}
	if (!schema_value_is_list(in) || !*token || strlen(token) > 9 || token[strspn(token, "0123456789")])
		return NULL;
	for (; *token; token++)
		index = index * 10 + (size_t)(*token - '0');
	return json_object_array_get_idx(in, index);
}

/* A schema that no keyword has led to is compiled now, in the resource that it lies in. */
static struct schema_node *point(struct schema_build *b, struct schema_resource *r, const char *pointer)
{
	struct json_object *json = r->json;
	struct schema_spot spot = { .name = r->uri, .depth = 1 }, inside = { .in = &spot, .name = pointer + 1, .depth = 1 };
	struct schema_node *node = r->root;

	while (json && *pointer == '/') {
		pointer++;
		json = step(json, next_token(b->arena, &pointer));
		node = json ? schema_build_find(b, json) : NULL;
		r = node ? node->in : r;
	}
	return node || !json ? node : schema_build_node(b, json, r, &inside);
}

/* -- references -- */

static struct schema_node *target(struct schema_build *b, struct schema_pending *p, struct schema_resource *r,
    const char *fragment)
{
	const struct schema_anchor *anchor;

	if (!*fragment)
		return r->root;
	if (*fragment == '/')
		return point(b, r, fragment);
	anchor = schema_resource_anchor(r, fragment);
	if (anchor && anchor->dynamic && strcmp(p->rule->keyword->name, "$dynamicRef") == 0)
		p->rule->dynamic = anchor->name;
	return anchor ? anchor->node : NULL;
}

static bool follow(struct schema_build *b, struct schema_pending *p)
{
	const char *text = json_object_get_string(p->rule->json), *keyword = p->rule->keyword->name;
	const char *uri = schema_uri_resolve(b->arena, p->node->in->uri, text);
	const char *fragment = schema_uri_fragment(b->arena, text);
	struct schema_resource *r = resource_at(b, uri);

	if (!r)
		return schema_build_refuse(b, p->place, "%s leads out of the schema, and nothing is fetched: %s", keyword, text);
	p->rule->parts->node = fragment ? target(b, p, r, fragment) : NULL;
	return p->rule->parts->node || schema_build_refuse(b, p->place, "%s leads to no schema: %s", keyword, text);
}

/* Does a node come back to itself while the value stays the same?  by: the last reference on the way. */
static bool is_round(struct schema_build *b, struct schema_node *node, const char *by, int depth)
{
	enum { UNDER_WAY = 1, DONE };

	if (node->met == DONE)
		return false;
	if (node->met == UNDER_WAY || depth > SCHEMA_RUN_DEPTH)
		return !schema_build_refuse(b, "", "$ref %s", node->met ? arena_printf(b->arena, "%s goes round in a circle", by) :
		    "leads through too many schemas");
	node->met = UNDER_WAY;
	for (size_t i = 0; i < node->n; i++) {
		const struct schema_rule *r = &node->rules[i];
		const char *next = r->keyword->holds == HOLDS_REF ? json_object_get_string(r->json) : by;

		for (size_t j = 0; r->keyword->in_place && j < r->n; j++)
			if (is_round(b, r->parts[j].node, next, depth + 1))
				return true;
	}
	node->met = DONE;
	return false;
}

bool schema_build_follow(struct schema_build *b)
{
	while (b->pending) {
		struct schema_pending *p = b->pending;

		b->pending = p->next;
		if (!p->next)
			b->last = &b->pending;
		if (!follow(b, p))
			return false;
	}
	for (struct schema_node *node = b->first; node; node = node->next)
		if (is_round(b, node, "", 0))
			return false;
	return true;
}
