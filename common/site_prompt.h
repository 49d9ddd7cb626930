/* SPDX-License-Identifier: ISC */
/*
 * site_prompt: what a person can start with here (MCP, "Prompts"): a file of the site, prompts/NAME.md or NAME.txt with the text,
 * or NAME.json with a program that makes it.  Where there is no site, what is built in.
 */
#ifndef SITE_PROMPT_H
#define SITE_PROMPT_H

#include "answer.h"
#include "builtin_prompt.h"
#include "completer.h"
#include "prompt_text.h"

struct site_prompt {
	const char *name;
	struct json_object *definition;	/* Prompt object of the newest revision, and our own keys beside it */
	const char *scope;
	const struct prompt_text *text;	/* or */
	const struct program *program;	/* or */
	const struct builtin_prompt *builtin;
	const struct completer *complete;
};

/* All at the endpoint that was asked, in the order of their names, one of each name; good for this request. */
struct site_prompt *const *site_prompt_each(struct context *cx, size_t *n) __attribute__((nonnull));

/* The one of that name, or NULL. */
const struct site_prompt *site_prompt_find(struct context *cx, const char *name) __attribute__((nonnull));

/* Prompt object of the newest revision. */
struct json_object *site_prompt_describe(struct context *cx, const struct site_prompt *p)
    __attribute__((nonnull, returns_nonnull));

/*
 * The values that it knows of those that were given, as an object of strings; NULL: *wrong says what is missing or no string.
 */
struct json_object *site_prompt_values(struct context *cx, const struct site_prompt *p, struct json_object *given,
    const char **wrong) __attribute__((nonnull(1, 2, 4)));

/* Has it that argument? */
bool site_prompt_has(const struct site_prompt *p, const char *argument) __attribute__((nonnull));

/* One round. */
const struct fail *site_prompt_run(const struct site_prompt *p, struct call *c, struct json_object *values, struct answer *answer)
    __attribute__((nonnull, warn_unused_result));

/* For `mcpctl site check`: one call of `say` for each file. */
void site_prompt_check(struct context *cx, void (*say)(void *with, const struct site_item *item), void *with)
    __attribute__((nonnull(1, 2)));

/* Gives back what is kept from call to call; for tests that look for leaks. */
void site_prompt_end(void);

#endif
