/* SPDX-License-Identifier: ISC */
/* schema_meta: parsed when asked for, which is when a schema refers to one. */
#include <stddef.h>
#include <string.h>

#include "schema_meta.h"

#define DRAFT "https://json-schema.org/draft/2020-12/"

extern const char metaschema_schema[], metaschema_core[], metaschema_applicator[], metaschema_unevaluated[],
    metaschema_validation[], metaschema_meta_data[], metaschema_format_annotation[], metaschema_content[];

struct json_object *schema_meta_read(const char *uri)
{
	static const struct { const char *uri, *text; } all[] = {
		{ DRAFT "schema", metaschema_schema },
		{ DRAFT "meta/core", metaschema_core },
		{ DRAFT "meta/applicator", metaschema_applicator },
		{ DRAFT "meta/unevaluated", metaschema_unevaluated },
		{ DRAFT "meta/validation", metaschema_validation },
		{ DRAFT "meta/meta-data", metaschema_meta_data },
		{ DRAFT "meta/format-annotation", metaschema_format_annotation },
		{ DRAFT "meta/content", metaschema_content },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (strcmp(all[i].uri, uri) == 0)
			return json_tokener_parse(all[i].text);
	return NULL;
}
