/* SPDX-License-Identifier: ISC */
/* builtin: tools that are functions of this program: those of the knowledge base. */
#ifndef BUILTIN_H
#define BUILTIN_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "context.h"
#include "fail.h"
#include "store_token.h"

struct json_object;

/* One call under way. */
struct tool_call {
	struct context *cx;
	const struct bearer *who;
	struct json_object *arguments;	/* an object that conforms to the input schema */
	struct buf result;		/* structuredContent: the handler writes one JSON object */
	const char *wrong;		/* not NULL: the call failed, and this sentence tells the model how to mend it */
};

/* The text of a tool that a site may take over or replace: whatever its file does not say is said here. */
struct builtin {
	const char *name;		/* 1 to 64 of A-Z a-z 0-9 _ - */
	const char *title;
	const char *description;
	const char *scope;		/* words that the token must hold */
	const char *input_schema;
	const char *output_schema;	/* what result holds conforms to it */
	const char *annotations;	/* hints; a host decides by them what to ask its user */
	bool personal;			/* acts for a person: a machine's token does not do */

	/* NULL when call->result or call->wrong is filled, else our own fault. */
	const struct fail *(*call)(struct tool_call *call);
};

/* The tools themselves. */
extern const struct builtin tool_create_document;
extern const struct builtin tool_delete_document;
extern const struct builtin tool_list_documents;
extern const struct builtin tool_read_document;
extern const struct builtin tool_search_knowledge_base;
extern const struct builtin tool_update_document;

/* The one of that name, or NULL. */
const struct builtin *builtin_find(const char *name) __attribute__((nonnull));

/* The i-th of the table, ordered by name; NULL behind the last. */
const struct builtin *builtin_at(size_t i);

#endif
