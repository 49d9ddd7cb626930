/* SPDX-License-Identifier: ISC */
/* builtin_resource: the table, in the order of the names. */
#include <string.h>

#include "builtin_resource.h"

static const struct builtin_resource *const resources[] = {
	&resource_documents,
};

const struct builtin_resource *builtin_resource_at(size_t i)
{
	return i < sizeof resources / sizeof *resources ? resources[i] : NULL;
}

const struct builtin_resource *builtin_resource_find(const char *name)
{
	for (size_t i = 0; builtin_resource_at(i); i++)
		if (strcmp(resources[i]->name, name) == 0)
			return resources[i];
	return NULL;
}
