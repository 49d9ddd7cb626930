/* SPDX-License-Identifier: ISC */
/* schema_check_items: arrays (JSON Schema Core sections 10.3.1 and 11.2, Validation section 6.4). */
#include <inttypes.h>

#include "schema_check.h"
#include "schema.h"
#include "schema_value.h"

/* How many items; none of what is no array. */
static size_t length(const struct schema_demand *d)
{
	return schema_value_is_list(d->value) ? json_object_array_length(d->value) : 0;
}

static bool is_other_than_array(const struct schema_demand *d)
{
	return !schema_value_is_list(d->value);
}

static long double bound(const struct schema_rule *rule)
{
	return schema_value_number(rule->json);
}

static const char *say_size(const struct schema_demand *d, const char *what)
{
	int64_t n = json_object_get_int64(d->rule->json);

	return schema_run_say(d, d->at, "must have %s %" PRId64 " item%s", what, n, n == 1 ? "" : "s");
}

const char *schema_check_min_items(const struct schema_demand *d)
{
	return is_other_than_array(d) || (long double)length(d) >= bound(d->rule) ? NULL : say_size(d, "at least");
}

const char *schema_check_max_items(const struct schema_demand *d)
{
	return is_other_than_array(d) || (long double)length(d) <= bound(d->rule) ? NULL : say_size(d, "at most");
}

const char *schema_check_unique_items(const struct schema_demand *d)
{
	size_t n = length(d);

	if (!json_object_get_boolean(d->rule->json))
		return NULL;
	d->run->over |= n > SCHEMA_UNIQUE && d->run->quiet;	/* what asks for a yes or no must not take this for a no */
	if (n > SCHEMA_UNIQUE)
		return schema_run_say(d, d->at, "has more than %d items, too many to compare", SCHEMA_UNIQUE);
	for (size_t i = 1; i < n; i++)
		if (schema_value_is_among(json_object_array_get_idx(d->value, i), d->value, i, &d->run->left))
			return schema_run_say(d, d->at, "must not have two equal items");
	return NULL;
}

static const char *run_item(const struct schema_demand *d, const struct schema_node *node, size_t i)
{
	struct schema_place item = { .arena = d->run->arena, .in = d->at, .index = i };

	schema_seen_item(d->seen, i);
	return schema_run_node(d->run, node, &item, json_object_array_get_idx(d->value, i), NULL);
}

const char *schema_check_prefix_items(const struct schema_demand *d)
{
	const char *wrong = NULL;

	for (size_t i = 0; i < length(d) && i < d->rule->n && !wrong; i++)
		wrong = run_item(d, d->rule->parts[i].node, i);
	return wrong;
}

/* Those behind prefixItems. */
const char *schema_check_items(const struct schema_demand *d)
{
	const char *wrong = NULL;

	for (size_t i = d->rule->beside[0] ? d->rule->beside[0]->n : 0; i < length(d) && !wrong; i++)
		wrong = run_item(d, d->rule->parts->node, i);
	return wrong;
}

static size_t count_fitting(const struct schema_demand *d)
{
	size_t found = 0;

	for (size_t i = 0; i < length(d) && !d->run->over; i++) {
		struct schema_place item = { .arena = d->run->arena, .in = d->at, .index = i };

		if (schema_run_fits(d, d->rule->parts->node, &item, json_object_array_get_idx(d->value, i), NULL)) {
			schema_seen_item(d->seen, i);
			found++;
		}
	}
	return found;
}

static const char *say_contains(const struct schema_demand *d, const char *what, const struct schema_rule *rule)
{
	int64_t n = rule ? json_object_get_int64(rule->json) : 1;

	return schema_run_say(d, d->at, "must have %s %" PRId64 " item%s of the form that is asked for", what, n, n == 1 ? "" : "s");
}

const char *schema_check_contains(const struct schema_demand *d)
{
	const struct schema_rule *least = d->rule->beside[0], *most = d->rule->beside[1];
	long double found;

	if (is_other_than_array(d))
		return NULL;
	found = count_fitting(d);
	if (found < (least ? bound(least) : 1))
		return say_contains(d, "at least", least);
	return most && found > bound(most) ? say_contains(d, "at most", most) : NULL;
}

const char *schema_check_unevaluated_items(const struct schema_demand *d)
{
	const char *wrong = NULL;

	for (size_t i = 0; i < length(d) && !wrong; i++)
		if (!schema_seen_has_item(d->seen, i))
			wrong = run_item(d, d->rule->parts->node, i);
	return wrong;
}
