/* SPDX-License-Identifier: ISC */
/*
 * schema_build: a schema that is being compiled: what is known by address and by JSON value, which references are
 * still to be followed, and the first thing that is wrong.
 */
#ifndef SCHEMA_BUILD_H
#define SCHEMA_BUILD_H

#include <stddef.h>

#include <json-c/json.h>

#include "arena.h"
#include "schema.h"
#include "schema_node.h"

/* Where in a document: a chain on the stack, printed as an address with a JSON Pointer (RFC 6901). */
struct schema_spot {
	const struct schema_spot *in;	/* NULL: the document, and then name is its address */
	const char *name;		/* a member, or NULL: */
	size_t index;			/* an item */
	int depth;			/* of schemas */
};

/* A resource by one of its addresses. */
struct schema_address {
	struct schema_address *next;
	const char *uri;
	struct schema_resource *resource;
};

/* A $ref or $dynamicRef, until all that it may lead to is known. */
struct schema_pending {
	struct schema_pending *next;
	struct schema_rule *rule;
	struct schema_node *node;
	const char *place;
};

struct schema_build {
	struct arena *keep;			/* lives as long as the schema */
	struct arena *arena;			/* lives as long as the caller's request */
	const struct schema_reading *how;
	const char *wrong;			/* the first thing that is */
	struct schema_address *addresses;
	size_t names;				/* addresses and anchors */
	struct schema_pending *pending, **last;
	struct schema_node *first, **end;	/* all nodes */
	struct schema_node **map;		/* and by the JSON value that they were made of */
	size_t nodes, slots;
};

/* Says what is wrong, unless something was before.  Always false. */
bool schema_build_refuse(struct schema_build *b, const char *place, const char *format, ...)
    __attribute__((nonnull, format(printf, 3, 4)));

/* ", at #/properties/q", or "" for the whole of the schema itself. */
const char *schema_build_place(struct schema_build *b, const struct schema_spot *spot)
    __attribute__((nonnull, returns_nonnull));

/* The node of a JSON value, or NULL.  Every node is put once. */
struct schema_node *schema_build_find(const struct schema_build *b, struct json_object *json) __attribute__((nonnull(1)));
void schema_build_put(struct schema_build *b, struct schema_node *node) __attribute__((nonnull));

/* Compiles a schema, and those in it.  NULL when something is wrong. */
struct schema_node *schema_build_node(struct schema_build *b, struct json_object *json, struct schema_resource *in,
    const struct schema_spot *spot) __attribute__((nonnull(1, 3, 4)));

/* The same for a whole document, which is a resource. */
struct schema_resource *schema_build_document(struct schema_build *b, struct json_object *json, const char *uri)
    __attribute__((nonnull(1, 3)));

/* What $id, $schema, $anchor and $dynamicAnchor say about a node, which may make it a resource of its own. */
bool schema_build_identity(struct schema_build *b, struct schema_node *node, const struct schema_spot *spot)
    __attribute__((nonnull));

/* The resource of that address, or NULL; also known by that address from now on, unless another one is. */
struct schema_resource *schema_build_resource(const struct schema_build *b, const char *uri) __attribute__((nonnull));
bool schema_build_call(struct schema_build *b, struct schema_resource *r, const char *uri, const char *place)
    __attribute__((nonnull));

/* Follows the references, and refuses those that lead nowhere or round in a circle. */
bool schema_build_follow(struct schema_build *b) __attribute__((nonnull));

#endif
