/* SPDX-License-Identifier: ISC */
/* schema_compile: from JSON to nodes: every keyword is looked at, is held to what it may hold, and becomes a rule. */
#include <string.h>

#include "schema_build.h"
#include "schema_keyword.h"
#include "schema_pattern.h"
#include "schema_value.h"

static bool is_member_known(struct schema_build *b, const struct schema_spot *spot, const char *name,
    struct json_object *held)
{
	const struct schema_keyword *k = schema_keyword_find(name);
	const char *must = k ? schema_keyword_must_hold(k, held) : NULL, *today = schema_keyword_today(name);

	if (must)
		return schema_build_refuse(b, schema_build_place(b, spot), "%s must be %s", name, must);
	if (k && k->holds == HOLDS_SCHEMA && schema_value_is_list(held))
		return schema_build_refuse(b, schema_build_place(b, spot), "%s must be a schema%s", name,
		    strcmp(name, "items") == 0 ? "; what is an array of schemas is prefixItems" : "");
	if (today)
		return schema_build_refuse(b, schema_build_place(b, spot), "%s is not supported (in 2020-12: %s)", name, today);
	return true;
}

static bool are_members_known(struct schema_build *b, struct json_object *json, const struct schema_spot *spot)
{
	json_object_object_foreach(json, name, held)
		if (!is_member_known(b, spot, name, held))
			return false;
	return true;
}

/* -- rules -- */

static bool part_pattern(struct schema_build *b, struct schema_part *part, const char *text, const char *keyword,
    const struct schema_spot *spot)
{
	const char *reason = "";

	part->pattern = schema_pattern_new(b->keep, b->arena, text, &reason);
	return part->pattern || schema_build_refuse(b, schema_build_place(b, spot),
	    "%s has a pattern that cannot be enforced: %s", keyword, reason);
}

static bool parts_of_list(struct schema_build *b, struct schema_node *node, struct schema_rule *r,
    const struct schema_spot *at)
{
	r->n = json_object_array_length(r->json);
	r->parts = arena_take(b->keep, r->n * sizeof *r->parts);
	for (size_t i = 0; i < r->n; i++) {
		struct schema_spot item = { .in = at, .index = i, .depth = at->depth };

		r->parts[i].node = schema_build_node(b, json_object_array_get_idx(r->json, i), node->in, &item);
		if (!r->parts[i].node)
			return false;
	}
	return true;
}

static bool parts_of_object(struct schema_build *b, struct schema_node *node, struct schema_rule *r,
    const struct schema_spot *at)
{
	struct schema_part *part;

	part = r->parts = arena_take(b->keep, (size_t)json_object_object_length(r->json) * sizeof *part);
	json_object_object_foreach(r->json, name, json) {
		struct schema_spot member = { .in = at, .name = name, .depth = at->depth };

		part->name = name;
		if (r->keyword->holds == HOLDS_SCHEMA_OF_PATTERN && !part_pattern(b, part, name, r->keyword->name, at))
			return false;
		if (!(part->node = schema_build_node(b, json, node->in, &member)))
			return false;
		part++;
	}
	r->n = (size_t)(part - r->parts);
	return true;
}

static void wait_for(struct schema_build *b, struct schema_node *node, struct schema_rule *r, const struct schema_spot *spot)
{
	struct schema_pending *p = arena_take(b->arena, sizeof *p);

	*p = (struct schema_pending){ .rule = r, .node = node, .place = schema_build_place(b, spot) };
	*b->last = p;
	b->last = &p->next;
}

static bool parts_of_one(struct schema_build *b, struct schema_node *node, struct schema_rule *r,
    const struct schema_spot *spot, const struct schema_spot *at)
{
	r->n = 1;
	r->parts = arena_take(b->keep, sizeof *r->parts);
	if (r->keyword->holds == HOLDS_REF)
		wait_for(b, node, r, spot);
	else if (r->keyword->holds == HOLDS_PATTERN)
		return part_pattern(b, r->parts, json_object_get_string(r->json), r->keyword->name, spot);
	else if (!(r->parts->node = schema_build_node(b, r->json, node->in, at)))
		return false;
	return true;
}

static bool rule_parts(struct schema_build *b, struct schema_node *node, struct schema_rule *r,
    const struct schema_spot *spot)
{
	struct schema_spot at = { .in = spot, .name = r->keyword->name, .depth = spot->depth + 1 };

	switch (r->keyword->holds) {
	case HOLDS_SCHEMAS:
		return parts_of_list(b, node, r, &at);
	case HOLDS_SCHEMA_OF:
	case HOLDS_SCHEMA_OF_PATTERN:
		return parts_of_object(b, node, r, &at);
	case HOLDS_SCHEMA:
	case HOLDS_PATTERN:
	case HOLDS_REF:
		return parts_of_one(b, node, r, spot, &at);
	default:
		return true;
	}
}

static const struct schema_rule *rule_named(const struct schema_node *node, const char *name)
{
	for (size_t i = 0; name && i < node->n; i++)
		if (strcmp(node->rules[i].keyword->name, name) == 0)
			return &node->rules[i];
	return NULL;
}

/* In the order of the table, whatever the order in the text. */
static bool rules_of(struct schema_build *b, struct schema_node *node, const struct schema_spot *spot)
{
	const struct schema_keyword *k;
	struct json_object *held;

	node->rules = arena_take(b->keep, (size_t)json_object_object_length(node->json) * sizeof *node->rules);
	for (size_t i = 0; (k = schema_keyword_at(i)); i++) {
		struct schema_rule *r = &node->rules[node->n];

		if (!(k->vocabulary & node->in->vocabularies) || !json_object_object_get_ex(node->json, k->name, &held))
			continue;
		*r = (struct schema_rule){ .keyword = k, .json = held };
		if (!rule_parts(b, node, r, spot))
			return false;
		node->unevaluated |= k->vocabulary == VOCABULARY_UNEVALUATED;
		node->n++;
	}
	for (size_t i = 0; i < node->n; i++)
		for (int j = 0; j < 2; j++)
			node->rules[i].beside[j] = rule_named(node, node->rules[i].keyword->beside[j]);
	return true;
}

/* -- nodes -- */

static struct schema_node *node_new(struct schema_build *b, struct json_object *json, struct schema_resource *in)
{
	struct schema_node *node = arena_take(b->keep, sizeof *node);

	*node = (struct schema_node){ .json = json, .in = in };
	if (!in->root)
		in->root = node;
	schema_build_put(b, node);
	return node;
}

struct schema_node *schema_build_node(struct schema_build *b, struct json_object *json, struct schema_resource *in,
    const struct schema_spot *spot)
{
	struct schema_node *node;
	const char *refusal = NULL;

	if (!schema_value_is_bool(json) && !schema_value_is_object(json))
		refusal = "a schema must be an object, true or false";
	else if (spot->depth > SCHEMA_DEPTH)
		refusal = "the schema is nested too deeply";
	else if (b->nodes == SCHEMA_NODES)
		refusal = "the schema has too many schemas in it";
	if (refusal) {
		schema_build_refuse(b, schema_build_place(b, spot), "%s", refusal);
		return NULL;
	}
	node = node_new(b, json, in);
	node->never = schema_value_is_bool(json) && !json_object_get_boolean(json);
	if (schema_value_is_bool(json))
		return node;
	if (!are_members_known(b, json, spot) || !schema_build_identity(b, node, spot) || !rules_of(b, node, spot))
		return NULL;
	return node;
}
