/* SPDX-License-Identifier: ISC */
/*
 * schema_run: one check under way: what is left of its budget, how deep it is, which resources it has gone through
 * (the dynamic scope, Core section 7.1), and whether anybody reads its sentences.  A keyword that meets a value is a
 * demand; it answers NULL, or the sentence that says what is wrong ("" when nobody reads it).
 */
#ifndef SCHEMA_RUN_H
#define SCHEMA_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include <json-c/json.h>

#include "arena.h"
#include "schema_node.h"
#include "schema_place.h"
#include "schema_seen.h"

struct schema_scope {
	const struct schema_resource *in;
	const struct schema_scope *outer;
};

struct schema_run {
	struct arena *arena;
	size_t left;				/* steps */
	int depth;
	int quiet;				/* not 0: only whether it conforms is asked */
	bool within;				/* inside alternatives whose sentences are being collected */
	bool over;				/* the budget is spent: no answer from here on means anything */
	const struct schema_scope *scope;	/* innermost first */
};

/* One keyword that meets one value. */
struct schema_demand {
	struct schema_run *run;
	const struct schema_rule *rule;
	const struct schema_place *at;
	struct json_object *value;
	struct schema_seen *seen;		/* what has been looked at here; NULL: nobody asks */
};

/* Does the value conform to the schema?  What it has looked at is added to above, if it does. */
const char *schema_run_node(struct schema_run *run, const struct schema_node *node, const struct schema_place *at,
    struct json_object *value, struct schema_seen *above) __attribute__((nonnull(1, 2, 3)));

/* The same where the answer alone counts. */
bool schema_run_fits(const struct schema_demand *d, const struct schema_node *node, const struct schema_place *at,
    struct json_object *value, struct schema_seen *above) __attribute__((nonnull(1, 2, 3)));

/* Takes n steps from the budget.  False: it is spent. */
bool schema_run_spend(struct schema_run *run, size_t n) __attribute__((nonnull));

/* The sentence, or "" when nobody reads it. */
const char *schema_run_say(const struct schema_demand *d, const struct schema_place *at, const char *format, ...)
    __attribute__((nonnull, returns_nonnull, format(printf, 3, 4)));

/* A value of the schema's own, to be shown. */
const char *schema_run_shown(const struct schema_demand *d, struct json_object *v) __attribute__((nonnull(1), returns_nonnull));

/* Is the string matched by the pattern?  False as well when that costs too much. */
bool schema_run_matches(struct schema_run *run, const struct schema_pattern *p, const char *text, size_t n)
    __attribute__((nonnull));

#endif
