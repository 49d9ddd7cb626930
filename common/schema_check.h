/* SPDX-License-Identifier: ISC */
/* schema_check: what the keywords demand, for the table in schema_keyword.c; one function a keyword. */
#ifndef SCHEMA_CHECK_H
#define SCHEMA_CHECK_H

#include "schema_run.h"

/* schema_check.c: the vocabulary validation, but for what speaks of members */
const char *schema_check_type(const struct schema_demand *d);
const char *schema_check_enum(const struct schema_demand *d);
const char *schema_check_const(const struct schema_demand *d);
const char *schema_check_minimum(const struct schema_demand *d);
const char *schema_check_maximum(const struct schema_demand *d);
const char *schema_check_above(const struct schema_demand *d);
const char *schema_check_below(const struct schema_demand *d);
const char *schema_check_multiple(const struct schema_demand *d);
const char *schema_check_min_length(const struct schema_demand *d);
const char *schema_check_max_length(const struct schema_demand *d);
const char *schema_check_pattern(const struct schema_demand *d);

/* schema_check_place.c: schemas that look at the very same value */
const char *schema_check_ref(const struct schema_demand *d);
const char *schema_check_dynamic_ref(const struct schema_demand *d);
const char *schema_check_all_of(const struct schema_demand *d);
const char *schema_check_any_of(const struct schema_demand *d);
const char *schema_check_one_of(const struct schema_demand *d);
const char *schema_check_not(const struct schema_demand *d);
const char *schema_check_if(const struct schema_demand *d);

/* schema_check_items.c: arrays */
const char *schema_check_min_items(const struct schema_demand *d);
const char *schema_check_max_items(const struct schema_demand *d);
const char *schema_check_unique_items(const struct schema_demand *d);
const char *schema_check_prefix_items(const struct schema_demand *d);
const char *schema_check_items(const struct schema_demand *d);
const char *schema_check_contains(const struct schema_demand *d);
const char *schema_check_unevaluated_items(const struct schema_demand *d);

/* schema_check_members.c: objects */
const char *schema_check_min_properties(const struct schema_demand *d);
const char *schema_check_max_properties(const struct schema_demand *d);
const char *schema_check_required(const struct schema_demand *d);
const char *schema_check_dependent_required(const struct schema_demand *d);
const char *schema_check_dependent_schemas(const struct schema_demand *d);
const char *schema_check_property_names(const struct schema_demand *d);
const char *schema_check_additional(const struct schema_demand *d);
const char *schema_check_properties(const struct schema_demand *d);
const char *schema_check_pattern_properties(const struct schema_demand *d);
const char *schema_check_unevaluated_properties(const struct schema_demand *d);

#endif
