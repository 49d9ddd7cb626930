/* SPDX-License-Identifier: ISC */
/* builtin_prompt: the table, in the order of the names. */
#include <string.h>

#include "builtin_prompt.h"

static const struct builtin_prompt *const prompts[] = {
	&prompt_answer_from_documents,
};

const struct builtin_prompt *builtin_prompt_at(size_t i)
{
	return i < sizeof prompts / sizeof *prompts ? prompts[i] : NULL;
}

const struct builtin_prompt *builtin_prompt_find(const char *name)
{
	for (size_t i = 0; builtin_prompt_at(i); i++)
		if (strcmp(prompts[i]->name, name) == 0)
			return prompts[i];
	return NULL;
}
