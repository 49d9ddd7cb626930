/* SPDX-License-Identifier: ISC */
/* mcpctl_option: the words behind a command: options with and without values, wherever they stand. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mcpctl.h"

static const struct option *find_option(const struct option *o, const char *word)
{
	size_t n = strcspn(word, "=");

	for (; o->name; o++)
		if (strlen(o->name) == n && memcmp(o->name, word, n) == 0)
			return o;
	return NULL;
}

/* The option at argv[*i] with the word behind it, if it needs that.  False: it was said what is wrong. */
static bool take_option(const struct mcpctl *m, const struct option *o, int argc, char **argv, int *i)
{
	const char *word = argv[*i], *equals = strchr(word, '='), *value = equals ? equals + 1 : NULL;

	if (o->flag) {
		if (value)
			mcpctl_misuse(m, "%s has no value", o->name);
		*o->flag = true;
		return !value;
	}
	if (!value && ++*i < argc)
		value = argv[*i];
	if (!value || (o->value && *o->value)) {
		mcpctl_misuse(m, value ? "%s is given once" : "%s needs a value", o->name);
		return false;
	}
	if (o->value)
		*o->value = value;
	else
		o->list->v[o->list->n++] = value;
	return true;
}

int mcpctl_read_options(const struct mcpctl *m, int argc, char **argv, const struct option *o)
{
	const struct option *found;
	int i, n = 0;

	for (found = o; found->name; found++)
		if (found->list && !found->list->v)
			*found->list = (struct words){ arena_take(m->arena, (size_t)(argc + 1) * sizeof(char *)), 0 };
	for (i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0)
			break;
		if (argv[i][0] != '-' || strcmp(argv[i], "-") == 0) {
			argv[n++] = argv[i];
			continue;
		}
		if (!(found = find_option(o, argv[i]))) {
			mcpctl_misuse(m, "'%s' is not understood", argv[i]);
			return -1;
		}
		if (!take_option(m, found, argc, argv, &i))
			return -1;
	}
	while (++i < argc)
		argv[n++] = argv[i];
	return n;
}

bool mcpctl_read_number(const char *word, int64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoll(word, &end, 10);
	return *word >= '0' && *word <= '9' && *end == '\0' && errno == 0 && *number > 0;
}
