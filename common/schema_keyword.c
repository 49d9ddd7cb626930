/* SPDX-License-Identifier: ISC */
/* schema_keyword: the table. */
#include <string.h>

#include "schema_check.h"
#include "schema_keyword.h"
#include "schema_value.h"

#define CORE	VOCABULARY_CORE
#define APPLY	VOCABULARY_APPLICATOR
#define REST	VOCABULARY_UNEVALUATED
#define VALID	VOCABULARY_VALIDATION
#define NOTES	VOCABULARY_NOTES

static const struct schema_keyword keywords[] = {
	{ "type",		HOLDS_TYPES,	VALID,	schema_check_type,		false, { 0 } },
	{ "enum",		HOLDS_LIST,	VALID,	schema_check_enum,		false, { 0 } },
	{ "const",		HOLDS_ANY,	VALID,	schema_check_const,		false, { 0 } },
	{ "minimum",		HOLDS_NUMBER,	VALID,	schema_check_minimum,		false, { 0 } },
	{ "maximum",		HOLDS_NUMBER,	VALID,	schema_check_maximum,		false, { 0 } },
	{ "exclusiveMinimum",	HOLDS_NUMBER,	VALID,	schema_check_above,		false, { 0 } },
	{ "exclusiveMaximum",	HOLDS_NUMBER,	VALID,	schema_check_below,		false, { 0 } },
	{ "multipleOf",		HOLDS_POSITIVE,	VALID,	schema_check_multiple,		false, { 0 } },
	{ "minLength",		HOLDS_COUNT,	VALID,	schema_check_min_length,	false, { 0 } },
	{ "maxLength",		HOLDS_COUNT,	VALID,	schema_check_max_length,	false, { 0 } },
	{ "pattern",		HOLDS_PATTERN,	VALID,	schema_check_pattern,		false, { 0 } },
	{ "minItems",		HOLDS_COUNT,	VALID,	schema_check_min_items,		false, { 0 } },
	{ "maxItems",		HOLDS_COUNT,	VALID,	schema_check_max_items,		false, { 0 } },
	{ "prefixItems",	HOLDS_SCHEMAS,	APPLY,	schema_check_prefix_items,	false, { 0 } },
	{ "items",		HOLDS_SCHEMA,	APPLY,	schema_check_items,		false, { "prefixItems" } },
	{ "uniqueItems",	HOLDS_BOOL,	VALID,	schema_check_unique_items,	false, { 0 } },
	{ "minContains",	HOLDS_COUNT,	VALID,	NULL,				false, { 0 } },
	{ "maxContains",	HOLDS_COUNT,	VALID,	NULL,				false, { 0 } },
	{ "contains",		HOLDS_SCHEMA,	APPLY,	schema_check_contains,		false, { "minContains", "maxContains" } },
	{ "required",		HOLDS_NAMES,	VALID,	schema_check_required,		false, { 0 } },
	{ "minProperties",	HOLDS_COUNT,	VALID,	schema_check_min_properties,	false, { 0 } },
	{ "maxProperties",	HOLDS_COUNT,	VALID,	schema_check_max_properties,	false, { 0 } },
	{ "propertyNames",	HOLDS_SCHEMA,	APPLY,	schema_check_property_names,	false, { 0 } },
	{ "additionalProperties", HOLDS_SCHEMA,	APPLY,	schema_check_additional, false, { "properties", "patternProperties" } },
	{ "properties",		HOLDS_SCHEMA_OF, APPLY,	schema_check_properties,	false, { 0 } },
	{ "patternProperties",	HOLDS_SCHEMA_OF_PATTERN, APPLY, schema_check_pattern_properties, false, { 0 } },
	{ "dependentRequired",	HOLDS_NAMES_OF,	VALID,	schema_check_dependent_required, false, { 0 } },
	{ "dependentSchemas",	HOLDS_SCHEMA_OF, APPLY,	schema_check_dependent_schemas,	true, { 0 } },
	{ "$ref",		HOLDS_REF,	CORE,	schema_check_ref,		true, { 0 } },
	{ "$dynamicRef",	HOLDS_REF,	CORE,	schema_check_dynamic_ref,	false, { 0 } },
	{ "allOf",		HOLDS_SCHEMAS,	APPLY,	schema_check_all_of,		true, { 0 } },
	{ "anyOf",		HOLDS_SCHEMAS,	APPLY,	schema_check_any_of,		true, { 0 } },
	{ "oneOf",		HOLDS_SCHEMAS,	APPLY,	schema_check_one_of,		true, { 0 } },
	{ "not",		HOLDS_SCHEMA,	APPLY,	schema_check_not,		true, { 0 } },
	{ "then",		HOLDS_SCHEMA,	APPLY,	NULL,				true, { 0 } },
	{ "else",		HOLDS_SCHEMA,	APPLY,	NULL,				true, { 0 } },
	{ "if",			HOLDS_SCHEMA,	APPLY,	schema_check_if,		true, { "then", "else" } },
	{ "unevaluatedItems",	HOLDS_SCHEMA,	REST,	schema_check_unevaluated_items,	false, { 0 } },
	{ "unevaluatedProperties", HOLDS_SCHEMA, REST,	schema_check_unevaluated_properties, false, { 0 } },

	{ "$schema",		HOLDS_TEXT,	CORE,	NULL, false, { 0 } },
	{ "$id",		HOLDS_ID,	CORE,	NULL, false, { 0 } },
	{ "$anchor",		HOLDS_ANCHOR,	CORE,	NULL, false, { 0 } },
	{ "$dynamicAnchor",	HOLDS_ANCHOR,	CORE,	NULL, false, { 0 } },
	{ "$vocabulary",	HOLDS_OBJECT,	CORE,	NULL, false, { 0 } },
	{ "$defs",		HOLDS_SCHEMA_OF, CORE,	NULL, false, { 0 } },
	{ "definitions",	HOLDS_SCHEMA_OF, CORE,	NULL, false, { 0 } },
	{ "$comment",		HOLDS_TEXT,	CORE,	NULL, false, { 0 } },
	{ "title",		HOLDS_TEXT,	NOTES,	NULL, false, { 0 } },
	{ "description",	HOLDS_TEXT,	NOTES,	NULL, false, { 0 } },
	{ "default",		HOLDS_ANY,	NOTES,	NULL, false, { 0 } },
	{ "examples",		HOLDS_ITEMS,	NOTES,	NULL, false, { 0 } },
	{ "deprecated",		HOLDS_BOOL,	NOTES,	NULL, false, { 0 } },
	{ "readOnly",		HOLDS_BOOL,	NOTES,	NULL, false, { 0 } },
	{ "writeOnly",		HOLDS_BOOL,	NOTES,	NULL, false, { 0 } },
	{ "format",		HOLDS_TEXT,	NOTES,	NULL, false, { 0 } },
	{ "contentEncoding",	HOLDS_TEXT,	NOTES,	NULL, false, { 0 } },
	{ "contentMediaType",	HOLDS_TEXT,	NOTES,	NULL, false, { 0 } },
	{ "contentSchema",	HOLDS_SCHEMA,	NOTES,	NULL, false, { 0 } },
};

enum { KEYWORDS = sizeof keywords / sizeof *keywords };

const struct schema_keyword *schema_keyword_at(size_t i)
{
	return i < KEYWORDS ? &keywords[i] : NULL;
}

const struct schema_keyword *schema_keyword_find(const char *name)
{
	for (size_t i = 0; i < KEYWORDS; i++)
		if (strcmp(keywords[i].name, name) == 0)
			return &keywords[i];
	return NULL;
}

const char *schema_keyword_today(const char *name)
{
	static const struct { const char *name, *today; } older[] = {
		{ "id", "$id" },
		{ "additionalItems", "items beside prefixItems" },
		{ "dependencies", "dependentRequired or dependentSchemas" },
		{ "$recursiveRef", "$dynamicRef" },
		{ "$recursiveAnchor", "$dynamicAnchor" },
		{ "divisibleBy", "multipleOf" },
		{ "disallow", "not" },
		{ "extends", "allOf" },
	};

	for (size_t i = 0; i < sizeof older / sizeof *older; i++)
		if (strcmp(older[i].name, name) == 0)
			return older[i].today;
	return NULL;
}

unsigned schema_keyword_vocabulary(const char *uri)
{
	static const struct { const char *name; unsigned vocabulary; } all[] = {
		{ "core", CORE }, { "applicator", APPLY }, { "unevaluated", REST }, { "validation", VALID },
		{ "meta-data", NOTES }, { "format-annotation", NOTES }, { "content", NOTES },
	};
	static const char before[] = "https://json-schema.org/draft/2020-12/vocab/";

	if (strncmp(uri, before, sizeof before - 1) != 0)
		return 0;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (strcmp(all[i].name, uri + sizeof before - 1) == 0)
			return all[i].vocabulary;
	return 0;
}
