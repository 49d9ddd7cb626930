/* SPDX-License-Identifier: ISC */
/*
 * schema_meta: the metaschemas of 2020-12, which are in the program as text.  metaschema/ has them as json-schema.org
 * publishes them (Copyright JSON Schema Specification Authors; to be had under the revised BSD licence or the AFL 3.0).
 */
#ifndef SCHEMA_META_H
#define SCHEMA_META_H

#include <json-c/json.h>

/* The metaschema of that address, for the caller to put back, or NULL. */
struct json_object *schema_meta_read(const char *uri) __attribute__((nonnull, warn_unused_result));

#endif
