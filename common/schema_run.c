/* SPDX-License-Identifier: ISC */
/* schema_run: a node is its rules, one after the other. */
#include <stdarg.h>

#include "buf.h"
#include "json.h"
#include "schema.h"
#include "schema_keyword.h"
#include "schema_pattern.h"
#include "schema_run.h"

bool schema_run_spend(struct schema_run *run, size_t n)
{
	if (run->left <= n) {
		run->left = 0;
		run->over = true;
	}
	run->left -= run->over ? 0 : n;
	return !run->over;
}

const char *schema_run_say(const struct schema_demand *d, const struct schema_place *at, const char *format, ...)
{
	const char *said;
	va_list ap;

	if (d->run->quiet)
		return "";
	va_start(ap, format);
	said = schema_place_vsay(at, format, ap);
	va_end(ap);
	return said;
}

const char *schema_run_shown(const struct schema_demand *d, struct json_object *v)
{
	struct buf b = buf_new(d->run->arena);

	if (!d->run->quiet)
		json_put(&b, v);
	return b.v;
}

bool schema_run_matches(struct schema_run *run, const struct schema_pattern *p, const char *text, size_t n)
{
	bool matches = !run->over && schema_pattern_matches(p, text, n, &run->left);

	if (!run->left)
		run->over = true;
	return matches;
}

bool schema_run_fits(const struct schema_demand *d, const struct schema_node *node, const struct schema_place *at,
    struct json_object *value, struct schema_seen *above)
{
	bool fits;

	d->run->quiet++;
	fits = !schema_run_node(d->run, node, at, value, above);
	d->run->quiet--;
	return fits;
}

static const char *run_rules(struct schema_run *run, const struct schema_node *node, const struct schema_place *at,
    struct json_object *value, struct schema_seen *seen)
{
	struct schema_demand d = { .run = run, .at = at, .value = value, .seen = seen };
	const char *wrong = NULL;

	for (size_t i = 0; i < node->n && !wrong; i++) {
		d.rule = &node->rules[i];
		if (d.rule->keyword->check)
			wrong = d.rule->keyword->check(&d);
	}
	return wrong;
}

static const char *run_seeing(struct schema_run *run, const struct schema_node *node, const struct schema_place *at,
    struct json_object *value, struct schema_seen *above)
{
	struct schema_seen seen;
	const char *wrong;

	if (!above && !node->unevaluated)
		return run_rules(run, node, at, value, NULL);
	if (!schema_run_spend(run, schema_seen_words(value)))
		return "";
	seen = schema_seen_new(run->arena, value);
	wrong = run_rules(run, node, at, value, &seen);
	if (!wrong)
		schema_seen_add(above, &seen);
	return wrong;
}

const char *schema_run_node(struct schema_run *run, const struct schema_node *node, const struct schema_place *at,
    struct json_object *value, struct schema_seen *above)
{
	const struct schema_scope *outer = run->scope;
	struct schema_scope inner = { .in = node->in, .outer = outer };
	const char *wrong;

	if (!schema_run_spend(run, 1) || run->depth == SCHEMA_RUN_DEPTH) {
		run->over = true;
		return "";
	}
	if (node->never)
		return run->quiet ? "" : schema_place_say(at, "is not allowed");
	run->depth++;
	if (!outer || outer->in != node->in)
		run->scope = &inner;
	wrong = run_seeing(run, node, at, value, above);
	run->scope = outer;
	run->depth--;
	run->over |= !run->left;
	return run->over ? "" : wrong;
}
