/* SPDX-License-Identifier: ISC */
/* builtin: the table, in the order of the names, because a list must come in the same order every time. */
#include <string.h>

#include "builtin.h"

static const struct builtin *const tools[] = {
	&tool_create_document,
	&tool_delete_document,
	&tool_list_documents,
	&tool_read_document,
	&tool_search_knowledge_base,
	&tool_update_document,
};

const struct builtin *builtin_at(size_t i)
{
	return i < sizeof tools / sizeof *tools ? tools[i] : NULL;
}

const struct builtin *builtin_find(const char *name)
{
	for (size_t i = 0; i < sizeof tools / sizeof *tools; i++)
		if (strcmp(tools[i]->name, name) == 0)
			return tools[i];
	return NULL;
}
