/* SPDX-License-Identifier: ISC */
/* mcpctl_ask: the two halves of a call at a terminal: questions that a program asks, and what came out. */
#ifndef MCPCTL_ASK_H
#define MCPCTL_ASK_H

#include "mcpctl.h"

struct json_object;

/*
 * Answers the questions of one round (inputRequests): by the words KEY=JSON, where JSON is the content of a form; else a person
 * is asked, field by field.  NULL: it was said what is missing.
 */
struct json_object *mcpctl_ask(struct mcpctl *m, struct json_object *questions, const struct words *answers)
    __attribute__((nonnull(1, 3)));

/* Prints a result as text, or whole.  The exit status: 1 with isError. */
int mcpctl_print_result(struct mcpctl *m, struct json_object *result, bool json) __attribute__((nonnull));

#endif
