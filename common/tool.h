/* SPDX-License-Identifier: ISC */
/*
 * tool: what a model can do here.  A tool is one file common/tool_NAME.c with one constant, and one line in the table
 * in tool.c; its listing, the check of its arguments and its scope follow from the constant.
 */
#ifndef TOOL_H
#define TOOL_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "conf.h"
#include "context.h"
#include "fail.h"
#include "rpc_shape.h"
#include "store_token.h"

struct json_object;

/* One call under way. */
struct tool_call {
	struct context *cx;
	const struct bearer *who;
	struct json_object *arguments;	/* an object; conforms to the input schema once the handler sees it */
	struct buf result;		/* structuredContent: the handler writes one JSON object */
	const char *wrong;		/* not NULL: the call failed, and this sentence tells the model how to mend it */
	/* What a call of several rounds needs (answers and state that came back, questions to ask) goes here. */
};

/* JSON is kept as text: listing is copying, and only what is called is parsed. */
struct tool {
	const char *name;		/* 1 to 64 of A-Z a-z 0-9 _ - */
	const char *title;
	const char *description;
	const char *scope;		/* words that the token must hold */
	const char *input_schema;	/* schema_compile() has nothing against it */
	const char *output_schema;	/* what result holds conforms to it */
	const char *annotations;	/* hints; a host decides by them what to ask its user */
	bool personal;			/* acts for a person: a machine's token does not do */

	/* NULL when call->result or call->wrong is filled, else our own fault. */
	const struct fail *(*call)(struct tool_call *call);
};

/* The tools themselves. */
extern const struct tool tool_create_document;
extern const struct tool tool_search_knowledge_base;

/* The tool of that name at that endpoint, or NULL.  Case matters (MCP tools, "Tool Names"). */
const struct tool *tool_find(const struct conf_resource *at, const char *name) __attribute__((nonnull));

/* The i-th tool of the table, ordered by name; NULL behind the last. */
const struct tool *tool_at(size_t i);

/* Appends the JSON array of the endpoint's tools as that revision knows them. */
void tool_put_list(struct buf *b, const struct conf_resource *at, enum revision r) __attribute__((nonnull));

/*
 * Checks call->arguments against the input schema and calls the tool.  Arguments that do not conform end in
 * call->wrong without the tool having run (MCP tools, "Error Handling").  The scope is the caller's to check.
 */
const struct fail *tool_run(const struct tool *t, struct tool_call *call)
    __attribute__((nonnull, warn_unused_result));

/* Gives back the compiled schemas that are kept from call to call; for tests that look for leaks. */
void tool_end(void);

#endif
