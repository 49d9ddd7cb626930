/* SPDX-License-Identifier: ISC */
/*
 * tool_header: arguments that a client repeats in header fields, so that what stands in front of us can read them
 * (x-mcp-header of an input schema; MCP 2026-07-28, Streamable HTTP, "Custom Headers from Tool Parameters").
 */
#ifndef TOOL_HEADER_H
#define TOOL_HEADER_H

#include <stdbool.h>

#include "arena.h"

enum { TOOL_HEADER_DEPTH = 8, TOOL_HEADERS_MAX = 32 };

struct json_object;

struct tool_header {
	const char *name;		/* "Mcp-Param-Region"; NULL: behind the last */
	const char *path[TOOL_HEADER_DEPTH + 1];	/* of properties; ends with NULL */
};

/*
 * Finds those of a schema.  *list is NULL when there are none.  Returns NULL, or why a client would drop the tool: a sentence.
 */
const char *tool_header_read(struct arena *a, struct json_object *schema, const struct tool_header **list)
    __attribute__((nonnull));

/* The argument, or NULL when it is absent or null. */
struct json_object *tool_header_argument(const struct tool_header *h, struct json_object *arguments) __attribute__((nonnull(1)));

/* Does a decoded field say what the argument is?  Whole numbers are compared as numbers: 42.0 is 42. */
bool tool_header_says(struct json_object *argument, const char *said) __attribute__((nonnull));

#endif
