/* SPDX-License-Identifier: ISC */
/*
 * prompt_text: a prompt written as text (mcp-site(5)): a head between two lines ---, then messages with holes, {{NAME}}.  A value
 * is put into a hole as it is: nothing in it is a hole, a head or another message.
 */
#ifndef PROMPT_TEXT_H
#define PROMPT_TEXT_H

#include "completer.h"
#include "site.h"

struct json_object;
struct prompt_text;

/* What the head says. */
struct prompt_head {
	struct json_object *definition;	/* title, description, arguments as a Prompt object has them */
	const char *scope;		/* NULL: not said */
	const struct completer *complete;
};

/* Reads n bytes into the item's arena.  NULL: item->wrong and item->line say why. */
struct prompt_text *prompt_text_read(struct site_item *item, const char *text, size_t n, struct prompt_head *head)
    __attribute__((nonnull));

/* `{"messages":[...]}` with the values, an object of strings, in the holes; an absent one is empty.  As long as the arena. */
struct json_object *prompt_text_fill(struct arena *a, const struct prompt_text *t, struct json_object *values)
    __attribute__((nonnull, returns_nonnull));

#endif
