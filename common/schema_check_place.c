/* SPDX-License-Identifier: ISC */
/*
 * schema_check_place: schemas that look at the very same value (Core sections 8.2.3, 10.2.1 and 10.2.2).  Where
 * somebody asks what has been looked at, none of them is left out (Core section 7.7.1.1).
 */
#include "buf.h"
#include "schema_check.h"

enum { SHOWN = 3 };	/* alternatives that are told apart; of more, only that there are */

static const char *run(const struct schema_demand *d, const struct schema_node *node)
{
	return schema_run_node(d->run, node, d->at, d->value, d->seen);
}

static bool fits(const struct schema_demand *d, const struct schema_node *node)
{
	return schema_run_fits(d, node, d->at, d->value, d->seen);
}

const char *schema_check_ref(const struct schema_demand *d)
{
	return run(d, d->rule->parts->node);
}

/* The outermost resource of the dynamic scope that has the anchor (Core section 8.2.3.2). */
const char *schema_check_dynamic_ref(const struct schema_demand *d)
{
	const struct schema_node *node = d->rule->parts->node;
	const struct schema_anchor *anchor;

	if (!d->rule->dynamic)
		return run(d, node);
	for (const struct schema_scope *s = d->run->scope; s && schema_run_spend(d->run, 1); s = s->outer) {
		anchor = schema_resource_anchor(s->in, d->rule->dynamic);
		if (anchor && anchor->dynamic)
			node = anchor->node;
	}
	return run(d, node);
}

const char *schema_check_all_of(const struct schema_demand *d)
{
	const char *wrong = NULL;

	for (size_t i = 0; i < d->rule->n && !wrong; i++)
		wrong = run(d, d->rule->parts[i].node);
	return wrong;
}

/*
 * What each alternative finds wrong.  They are asked once more for that, and only by the outermost, so that this at
 * most doubles the work.
 */
static const char *say_none_fits(const struct schema_demand *d)
{
	struct buf b = buf_new(d->run->arena);

	if (d->run->quiet || d->run->over)
		return "";
	if (d->rule->n == 1 && d->run->within)
		return schema_run_say(d, d->at, "does not have the form that is asked for");
	if (d->run->within || d->rule->n > SHOWN)
		return schema_run_say(d, d->at, "fits none of the %zu alternatives", d->rule->n);
	d->run->within = true;
	for (size_t i = 0; i < d->rule->n; i++) {
		const char *wrong = schema_run_node(d->run, d->rule->parts[i].node, d->at, d->value, NULL);

		buf_printf(&b, "%s%s", i ? "; or " : "", wrong ? wrong : "");
	}
	d->run->within = false;
	return d->rule->n == 1 ? b.v : schema_run_say(d, d->at, "fits none of the alternatives: %s", b.v);
}

const char *schema_check_any_of(const struct schema_demand *d)
{
	bool found = false;

	for (size_t i = 0; i < d->rule->n && (!found || d->seen); i++)
		found |= fits(d, d->rule->parts[i].node);
	return found ? NULL : say_none_fits(d);
}

const char *schema_check_one_of(const struct schema_demand *d)
{
	size_t found = 0;

	for (size_t i = 0; i < d->rule->n && found < 2; i++)
		found += fits(d, d->rule->parts[i].node);
	if (found == 0)
		return say_none_fits(d);
	return found == 1 ? NULL : schema_run_say(d, d->at, "fits more than one of the alternatives, and must fit exactly one");
}

const char *schema_check_not(const struct schema_demand *d)
{
	if (!schema_run_fits(d, d->rule->parts->node, d->at, d->value, NULL))
		return NULL;
	return schema_run_say(d, d->at, "has a form that is not allowed");
}

const char *schema_check_if(const struct schema_demand *d)
{
	const struct schema_rule *next = d->rule->beside[fits(d, d->rule->parts->node) ? 0 : 1];

	return next ? run(d, next->parts->node) : NULL;
}
