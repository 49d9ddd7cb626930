/* SPDX-License-Identifier: ISC */
/* mcpctl_scope: what can be asked for by the settings, and whether one thing includes another. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mcpctl_command.h"
#include "scope.h"

/* The resources that offer it, between blanks; offline_access is nothing that a resource knows. */
static const char *resources_of(struct mcpctl *m, const struct conf_scope *x)
{
	struct buf b = buf_new(m->arena);
	size_t i;

	for (i = 0; i < m->conf.resources; i++) {
		if (!scope_has(scope_all(m->arena, &m->conf, &m->conf.resource[i]), x->name))
			continue;
		if (b.len)
			buf_char(&b, ' ');
		buf_text(&b, m->conf.resource[i].uri);
	}
	return b.v;
}

static void print_scope(struct mcpctl *m, const struct conf_scope *x)
{
	const char *where = resources_of(m, x);

	printf("%s  ", x->name);
	mcpctl_print_plain(x->words);
	putchar('\n');
	if (*x->implies)
		printf("    implies %s\n", x->implies);
	if (x != &m->conf.offline && (m->conf.resources > 1 || !*where))
		printf("    at %s\n", *where ? where : "no resource");
}

static void put_scope(struct mcpctl *m, struct buf *b, const struct conf_scope *x)
{
	mcpctl_put_object(b);
	mcpctl_put_text(b, "name", x->name);
	mcpctl_put_text(b, "words", x->words);
	json_put_words(b, "implies", x->implies);
	json_put_words(b, "resources", resources_of(m, x));
	buf_char(b, '}');
}

int mcpctl_scope_list(struct mcpctl *m, int argc, char **argv)
{
	bool as_json = false;
	const struct option options[] = { { "--json", &as_json, NULL, NULL }, { NULL, NULL, NULL, NULL } };
	int n = mcpctl_read_options(m, argc, argv, options);
	struct buf b = buf_new(m->arena);
	const struct conf_scope *x;
	size_t i;

	if (n != 0)
		return n < 0 ? EXIT_USAGE : mcpctl_misuse(m, "'%s' is not understood", argv[0]);
	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	buf_char(&b, '[');
	for (i = 0; (x = scope_at(&m->conf, i)); i++) {
		if (as_json)
			put_scope(m, &b, x);
		else
			print_scope(m, x);
	}
	buf_char(&b, ']');
	if (as_json)
		mcpctl_print_document(&b);
	return EXIT_SUCCESS;
}

static bool is_known(const struct conf *conf, const char *word)
{
	const struct conf_scope *x;
	size_t i;

	for (i = 0; (x = scope_at(conf, i)); i++)
		if (strcmp(x->name, word) == 0)
			return true;
	return false;
}

int mcpctl_scope_test(struct mcpctl *m, int argc, char **argv)
{
	const struct option options[] = { { NULL, NULL, NULL, NULL } };
	const char *needed, *word;
	size_t n;
	int status = EXIT_SUCCESS, words = mcpctl_read_options(m, argc, argv, options);

	if (words != 2)
		return words < 0 ? EXIT_USAGE : mcpctl_misuse(m, "two lists of scopes, each one word for the shell: 'read:x write:x'");
	if ((*argv[0] && !scope_is_wellformed(argv[0])) || !scope_is_wellformed(argv[1]))
		return mcpctl_misuse(m, "that is no list of scopes: visible ASCII without quotes, one blank between two");
	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	for (needed = argv[1]; *needed; needed += n + strspn(needed + n, " ")) {
		n = strcspn(needed, " ");
		word = arena_text(m->arena, needed, n);
		if (scope_covers(&m->conf, argv[0], word))
			continue;
		status = EXIT_FAILURE;
		printf("%s is missing%s\n", word, is_known(&m->conf, word) ? "" : ", and no scope of these settings");
	}
	if (status == EXIT_SUCCESS)
		printf("covered\n");
	return status;
}
