/* SPDX-License-Identifier: ISC */
/*
 * tool: what a model can do here.  A tool is a file of the site, tools/NAME.json: an MCP Tool object and, beside it,
 * what runs: a program, or a function that is built in.  A function is one file common/tool_NAME.c with one constant,
 * and one line in the table in builtin.c; where there is no site, all of these are the tools.
 */
#ifndef TOOL_H
#define TOOL_H

#include "answer.h"
#include "builtin.h"
#include "call.h"
#include "program.h"
#include "tool_header.h"

struct json_object;
struct schema;

/* Does a call become a task (MCP extension io.modelcontextprotocol/tasks)? */
enum tool_long {
	TOOL_SHORT,			/* never */
	TOOL_LONG,			/* at once, where the client knows tasks */
	TOOL_LONG_ANSWERED,		/* when it comes with answers to the tool's first questions */
	TOOL_LONG_ONLY,			/* always: others than those clients cannot call it */
};

struct tool {
	const char *name;
	struct json_object *definition;	/* Tool object of the newest revision */
	const char *scope;		/* words that the token must hold; "": none */
	const struct builtin *builtin;	/* or */
	struct program program;
	struct schema *input, *output;	/* compiled; what is built in when it is first called, the rest when it is read */
	const struct tool_header *headers;	/* arguments that are repeated in header fields; NULL: none */
	enum tool_long is_long;
	bool restart;			/* may be run again from its beginning when it was interrupted */
	bool once;			/* a requestState of it is good once */
	bool polling;			/* an old client that can goes and comes back for the answer */
	bool personal;			/* acts for a person: a machine's token does not do */
	char *text[REVISIONS];		/* as that revision knows it, once it was listed */
	struct arena *arena;
};

/* The tool of that name at the endpoint that was asked, or NULL.  Case matters (MCP tools, "Tool Names"). */
const struct tool *tool_find(struct context *cx, const char *name) __attribute__((nonnull));

/*
 * Appends the JSON array of the endpoint's tools as that revision knows them, in the order of their names, at most
 * `most` of them and from the one behind the name `after` (NULL: the first) on.  Returns the name to go on behind, or
 * NULL at the end.
 */
const char *tool_put_list(struct buf *b, struct context *cx, enum revision r, const char *after, size_t most)
    __attribute__((nonnull(1, 2)));

/*
 * Checks the arguments against the input schema and runs the tool once.  Arguments that do not conform are answered with isError
 * without the tool having run (MCP tools, "Error Handling").  The scope is the caller's to check.
 */
const struct fail *tool_run(const struct tool *t, struct call *c, struct json_object *arguments, struct answer *answer)
    __attribute__((nonnull, warn_unused_result));

/*
 * The first half of it, by itself: false when the call must not run, and *answer or *no says why.
 */
bool tool_try(const struct tool *t, struct call *c, struct json_object *arguments, struct answer *answer, const struct fail **no)
    __attribute__((nonnull, warn_unused_result));

/* For `mcpctl site check`: what is wrong with the tools, one call of `say` each. */
void tool_check(struct context *cx, void (*say)(void *with, const struct site_item *item), void *with)
    __attribute__((nonnull(1, 2)));

/* Gives back what is kept from call to call; for tests that look for leaks. */
void tool_end(void);

#endif
