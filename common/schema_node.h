/* SPDX-License-Identifier: ISC */
/*
 * schema_node: a compiled schema.  A node is one schema, its rules are the keywords that it holds, in the order of the
 * table of keywords, and a part of a rule is a schema, a name or a pattern that the keyword holds in its turn.
 */
#ifndef SCHEMA_NODE_H
#define SCHEMA_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include <json-c/json.h>

struct schema_keyword;
struct schema_node;
struct schema_pattern;

/* $anchor or $dynamicAnchor (Core section 8.2.2). */
struct schema_anchor {
	struct schema_anchor *next;
	const char *name;
	struct schema_node *node;
	bool dynamic;
};

/* A schema resource (Core section 4.3.5): a document, or a part of one with an $id of its own. */
struct schema_resource {
	const char *uri;		/* absolute where the schema says so; without fragment */
	struct json_object *json;
	struct schema_node *root;
	struct schema_anchor *anchors;
	unsigned vocabularies;		/* enum schema_vocabulary */
};

struct schema_part {
	const char *name;
	struct schema_node *node;
	struct schema_pattern *pattern;
};

struct schema_rule {
	const struct schema_keyword *keyword;
	struct json_object *json;		/* what the keyword holds */
	struct schema_part *parts;
	size_t n;
	const struct schema_rule *beside[2];	/* the keywords that it works with (schema_keyword.h), or NULL */
	const char *dynamic;			/* $dynamicRef: the anchor to look for, when it was found to be a dynamic one */
};

struct schema_node {
	struct schema_node *next;	/* in the order of the text */
	struct json_object *json;
	struct schema_resource *in;
	struct schema_rule *rules;
	size_t n;
	bool never;			/* the schema false */
	bool unevaluated;		/* it has to know what its subschemas have looked at */
	unsigned char met;		/* on the search for circles: under way, done */
};

/* The anchor of that name in a resource, or NULL. */
const struct schema_anchor *schema_resource_anchor(const struct schema_resource *r, const char *name)
    __attribute__((nonnull));

#endif
