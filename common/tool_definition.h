/* SPDX-License-Identifier: ISC */
/* tool_definition: a file tools/NAME.json, read and judged: an MCP Tool object, and what is ours beside it. */
#ifndef TOOL_DEFINITION_H
#define TOOL_DEFINITION_H

#include "tool.h"

/* 1 to 64 of A-Z a-z 0-9 _ - : what every client and every model takes. */
bool tool_definition_is_name(const char *name) __attribute__((nonnull));

/* Is it a schema of an object? */
bool tool_definition_is_object(struct json_object *schema);

/*
 * Compiles the schemas, once.  NULL, or why one of them cannot be enforced.
 */
const char *tool_definition_compile(const struct tool *t) __attribute__((nonnull));

/*
 * Fills the tool from the definition; what lasts is in the item's arena.  NULL, or what is wrong with it: a sentence
 * that names the key.
 */
const char *tool_definition_read(struct context *cx, struct site_item *item, struct json_object *definition, struct tool *t)
    __attribute__((nonnull));

#endif
