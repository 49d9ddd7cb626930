/* SPDX-License-Identifier: ISC */
/* completer: what a definition says under `complete`: values of its variables or arguments, or a program that knows them. */
#ifndef COMPLETER_H
#define COMPLETER_H

#include "call.h"
#include "fail.h"
#include "program.h"

enum { COMPLETIONS_MAX = 100 };		/* MCP, "Completion": at most as many values are told */

struct completer {
	const char *name;		/* of the variable; NULL: behind the last */
	const char *const *value;	/* or */
	size_t values;
	const struct program *program;
};

struct completion {
	const char **value;		/* COMPLETIONS_MAX at most, best first */
	size_t n;
	int64_t total;			/* -1: not known */
	bool more;
};

/* Reads the object, in the item's arena.  NULL, or what is wrong with it. */
const char *completer_read(struct context *cx, struct site_item *item, struct json_object *complete, const struct completer **to)
    __attribute__((nonnull(1, 2, 4)));

/* The one of that name; NULL: nobody knows values. */
const struct completer *completer_find(const struct completer *list, const char *name) __attribute__((nonnull(2)));

/* Adds a value to a list that was made here, in the item's arena: for the text form of prompts. */
struct completer *completer_words(struct arena *a, struct completer *list, const char *name, const char *words)
    __attribute__((nonnull(1, 3, 4)));

/*
 * The values that begin with what was typed, whatever case; a program decides for itself.  thing: what is completed, for its
 * environment; given: the values of other arguments, or NULL.
 */
const struct fail *completer_run(struct call *c, const struct completer *one, const char *thing, const char *typed,
    struct json_object *given, struct completion *to) __attribute__((nonnull(1, 2, 3, 4, 6), warn_unused_result));

#endif
