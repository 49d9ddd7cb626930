/* SPDX-License-Identifier: ISC */
/* schema_check_members: objects (JSON Schema Core sections 10.2.2.4, 10.3.2 and 11.3, Validation section 6.5). */
#include <inttypes.h>
#include <string.h>

#include "json.h"
#include "schema_check.h"
#include "schema_value.h"

static bool is_other_than_object(const struct schema_demand *d)
{
	return !schema_value_is_object(d->value);
}

static struct schema_place place_of(const struct schema_demand *d, const char *name)
{
	return (struct schema_place){ .arena = d->run->arena, .in = d->at, .name = name };
}

/* To look for a member of that name. */
static void spend_name(const struct schema_demand *d, const char *name)
{
	schema_run_spend(d->run, strlen(name) / 64);
}

static const char *run_member(const struct schema_demand *d, const struct schema_node *node, const char *name,
    struct json_object *value)
{
	struct schema_place at = place_of(d, name);

	spend_name(d, name);
	schema_seen_member(d->seen, name);
	return schema_run_node(d->run, node, &at, value, NULL);
}

static const char *say_size(const struct schema_demand *d, const char *what)
{
	int64_t n = json_object_get_int64(d->rule->json);

	return schema_run_say(d, d->at, "must have %s %" PRId64 " member%s", what, n, n == 1 ? "" : "s");
}

static long double surplus(const struct schema_demand *d)
{
	return (long double)json_object_object_length(d->value) - schema_value_number(d->rule->json);
}

const char *schema_check_min_properties(const struct schema_demand *d)
{
	return is_other_than_object(d) || surplus(d) >= 0 ? NULL : say_size(d, "at least");
}

const char *schema_check_max_properties(const struct schema_demand *d)
{
	return is_other_than_object(d) || surplus(d) <= 0 ? NULL : say_size(d, "at most");
}

/* The first of the names that the value has no member of, or NULL. */
static const char *missing(const struct schema_demand *d, struct json_object *names)
{
	size_t n = json_object_array_length(names);

	schema_run_spend(d->run, n / 8);
	for (size_t i = 0; i < n; i++) {
		const char *name = json_object_get_string(json_object_array_get_idx(names, i));

		if (!json_has(d->value, name))
			return name;
	}
	return NULL;
}

const char *schema_check_required(const struct schema_demand *d)
{
	const char *name = is_other_than_object(d) ? NULL : missing(d, d->rule->json);
	struct schema_place at = place_of(d, name);

	return name ? schema_run_say(d, &at, "is required") : NULL;
}

const char *schema_check_dependent_required(const struct schema_demand *d)
{
	if (is_other_than_object(d))
		return NULL;
	schema_run_spend(d->run, (size_t)json_object_object_length(d->rule->json) / 8);
	json_object_object_foreach(d->rule->json, given, names) {
		const char *name = json_has(d->value, given) ? missing(d, names) : NULL;
		struct schema_place at = place_of(d, name);

		if (name)
			return schema_run_say(d, &at, "is required where there is %s", given);
	}
	return NULL;
}

const char *schema_check_dependent_schemas(const struct schema_demand *d)
{
	const char *wrong = NULL;

	schema_run_spend(d->run, d->rule->n / 8);
	for (size_t i = 0; i < d->rule->n && !wrong; i++)
		if (json_has(d->value, d->rule->parts[i].name))
			wrong = schema_run_node(d->run, d->rule->parts[i].node, d->at, d->value, d->seen);
	return wrong;
}

static bool is_name_good(const struct schema_demand *d, const char *name)
{
	struct schema_place at = place_of(d, name);
	struct json_object *text = schema_run_spend(d->run, strlen(name) / 64) ? json_object_new_string(name) : NULL;
	bool good = text && schema_run_fits(d, d->rule->parts->node, &at, text, NULL);

	json_object_put(text);
	return good;
}

const char *schema_check_property_names(const struct schema_demand *d)
{
	if (is_other_than_object(d))
		return NULL;
	json_object_object_foreach(d->value, name, value) {
		struct schema_place at = place_of(d, name);

		(void)value;
		if (!is_name_good(d, name))
			return schema_run_say(d, &at, "has a name that is not allowed");
	}
	return NULL;
}

const char *schema_check_properties(const struct schema_demand *d)
{
	struct json_object *value;
	const char *wrong;

	if (is_other_than_object(d))
		return NULL;
	schema_run_spend(d->run, d->rule->n / 8);
	for (size_t i = 0; i < d->rule->n; i++) {
		const struct schema_part *part = &d->rule->parts[i];

		if (json_object_object_get_ex(d->value, part->name, &value) &&
		    (wrong = run_member(d, part->node, part->name, value)))
			return wrong;
	}
	return NULL;
}

const char *schema_check_pattern_properties(const struct schema_demand *d)
{
	const char *wrong;

	if (is_other_than_object(d))
		return NULL;
	json_object_object_foreach(d->value, name, value)
		for (size_t i = 0; i < d->rule->n; i++)
			if (schema_run_matches(d->run, d->rule->parts[i].pattern, name, strlen(name)) &&
			    (wrong = run_member(d, d->rule->parts[i].node, name, value)))
				return wrong;
	return NULL;
}

/* Have properties or patternProperties of the same schema looked at it? */
static bool is_known(const struct schema_demand *d, const char *name)
{
	const struct schema_rule *exact = d->rule->beside[0], *patterns = d->rule->beside[1];

	spend_name(d, name);
	if (exact && json_has(exact->json, name))
		return true;
	for (size_t i = 0; patterns && i < patterns->n; i++)
		if (schema_run_matches(d->run, patterns->parts[i].pattern, name, strlen(name)))
			return true;
	return false;
}

const char *schema_check_additional(const struct schema_demand *d)
{
	const char *wrong;

	if (is_other_than_object(d))
		return NULL;
	json_object_object_foreach(d->value, name, value)
		if (!is_known(d, name) && (wrong = run_member(d, d->rule->parts->node, name, value)))
			return wrong;
	return NULL;
}

const char *schema_check_unevaluated_properties(const struct schema_demand *d)
{
	const char *wrong;

	if (is_other_than_object(d))
		return NULL;
	json_object_object_foreach(d->value, name, value)
		if (!schema_seen_has_member(d->seen, name) && (wrong = run_member(d, d->rule->parts->node, name, value)))
			return wrong;
	return NULL;
}
