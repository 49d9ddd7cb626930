/* SPDX-License-Identifier: ISC */
/* builtin_prompt: prompts that are functions of this program: that of the knowledge base. */
#ifndef BUILTIN_PROMPT_H
#define BUILTIN_PROMPT_H

#include <stddef.h>

#include "context.h"
#include "fail.h"
#include "store_token.h"

struct json_object;

struct builtin_prompt {
	const char *name;
	const char *title, *description;
	const char *scope;
	const char *arguments;		/* JSON: an array of PromptArgument */

	/* *result, as long as the request: messages, as a program would print them. */
	const struct fail *(*get)(struct context *cx, const struct bearer *who, struct json_object *values, struct json_object **result);
};

/* The prompts themselves. */
extern const struct builtin_prompt prompt_answer_from_documents;

/* The one of that name, or NULL. */
const struct builtin_prompt *builtin_prompt_find(const char *name) __attribute__((nonnull));

/* The i-th of the table, in the order of names; NULL behind the last. */
const struct builtin_prompt *builtin_prompt_at(size_t i);

#endif
