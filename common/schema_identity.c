/* SPDX-License-Identifier: ISC */
/* schema_identity: resources, their addresses, dialects and anchors (Core sections 8.1 and 8.2). */
#include <string.h>

#include "json.h"
#include "schema_build.h"
#include "schema_keyword.h"
#include "schema_uri.h"

const struct schema_anchor *schema_resource_anchor(const struct schema_resource *r, const char *name)
{
	const struct schema_anchor *anchor = r->anchors;

	while (anchor && strcmp(anchor->name, name) != 0)
		anchor = anchor->next;
	return anchor;
}

struct schema_resource *schema_build_resource(const struct schema_build *b, const char *uri)
{
	for (const struct schema_address *at = b->addresses; at; at = at->next)
		if (strcmp(at->uri, uri) == 0)
			return at->resource;
	return NULL;
}

static bool is_name_left(struct schema_build *b, const char *place)
{
	return b->names++ < SCHEMA_NAMES || schema_build_refuse(b, place, "$id and anchors are too many");
}

bool schema_build_call(struct schema_build *b, struct schema_resource *r, const char *uri, const char *place)
{
	struct schema_resource *other = schema_build_resource(b, uri);
	struct schema_address *at;

	if (other == r)
		return true;
	if (other)
		return schema_build_refuse(b, place, "$id %s is there twice", uri);
	if (!is_name_left(b, place))
		return false;
	at = arena_take(b->arena, sizeof *at);
	*at = (struct schema_address){ .next = b->addresses, .uri = uri, .resource = r };
	b->addresses = at;
	return true;
}

/* -- dialects -- */

static struct json_object *given_document(const struct schema_build *b, const char *uri)
{
	for (size_t i = 0; b->how && i < b->how->n; i++)
		if (strcmp(b->how->documents[i].uri, uri) == 0)
			return b->how->documents[i].json;
	return NULL;
}

/* $vocabulary of a metaschema (Core section 8.1.2); one without it is taken to mean all. */
static bool read_vocabularies(struct schema_build *b, struct json_object *list, unsigned *bits, const char *place)
{
	if (!list)
		return true;
	*bits = VOCABULARY_CORE;
	json_object_object_foreach(list, uri, required) {
		unsigned bit = schema_keyword_vocabulary(uri);

		if (!bit && json_object_get_boolean(required))
			return schema_build_refuse(b, place, "$schema asks for a vocabulary that is not supported: %s", uri);
		*bits |= bit;
	}
	return true;
}

static bool read_dialect(struct schema_build *b, struct schema_node *node, const char *place)
{
	const char *uri = json_text(node->json, "$schema");
	struct json_object *meta = uri ? given_document(b, uri) : NULL;

	if (!uri || strcmp(uri, SCHEMA_DIALECT) == 0)
		return true;
	if (!meta || node->in->root != node)
		return schema_build_refuse(b, place, "$schema must be " SCHEMA_DIALECT);
	return read_vocabularies(b, json_get(meta, "$vocabulary"), &node->in->vocabularies, place);
}

/* -- $id and anchors -- */

static bool read_id(struct schema_build *b, struct schema_node *node, const char *place)
{
	const char *id = json_text(node->json, "$id");
	struct schema_resource *r, *outer = node->in;

	if (!id)
		return true;
	if (outer->root == node) {
		outer->uri = schema_uri_resolve(b->keep, outer->uri, id);
		return schema_build_call(b, outer, outer->uri, place);
	}
	r = arena_take(b->keep, sizeof *r);
	*r = (struct schema_resource){
		.uri = schema_uri_resolve(b->keep, outer->uri, id), .json = node->json, .root = node,
		.vocabularies = outer->vocabularies,
	};
	node->in = r;
	return schema_build_call(b, r, r->uri, place);
}

static bool read_anchor(struct schema_build *b, struct schema_node *node, const char *keyword, const char *place)
{
	const char *name = json_text(node->json, keyword);
	struct schema_anchor *anchor;

	if (!name)
		return true;
	if (schema_resource_anchor(node->in, name))
		return schema_build_refuse(b, place, "%s %s is there twice", keyword, name);
	if (!is_name_left(b, place))
		return false;
	anchor = arena_take(b->keep, sizeof *anchor);
	*anchor = (struct schema_anchor){
		.next = node->in->anchors, .name = name, .node = node, .dynamic = strcmp(keyword, "$dynamicAnchor") == 0,
	};
	node->in->anchors = anchor;
	return true;
}

bool schema_build_identity(struct schema_build *b, struct schema_node *node, const struct schema_spot *spot)
{
	const char *place = schema_build_place(b, spot);

	return read_id(b, node, place) && read_dialect(b, node, place) && read_anchor(b, node, "$anchor", place) &&
	    read_anchor(b, node, "$dynamicAnchor", place);
}
