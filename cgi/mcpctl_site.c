/* SPDX-License-Identifier: ISC */
/* mcpctl_site: what is wrong with the owner's content; the shelf itself says file, line and reason on standard error. */
#include <stdio.h>
#include <stdlib.h>

#include "mcpctl_command.h"
#include "runner.h"
#include "site_prompt.h"
#include "site_resource.h"
#include "tool.h"

struct count {
	size_t good, bad;
};

static void tell(void *with, const struct site_item *item)
{
	struct count *n = with;

	n->good += item->thing != NULL;
	n->bad += item->wrong != NULL;
}

int mcpctl_site_check(struct mcpctl *m, int argc, char **argv)
{
	const struct option options[] = { { NULL, NULL, NULL, NULL } };
	int n = mcpctl_read_options(m, argc, argv, options);
	struct context cx = { .arena = m->arena, .conf = &m->conf, .peer = "" };
	struct count tools = { 0 }, resources = { 0 }, prompts = { 0 };
	size_t bad;

	if (n != 0)
		return n < 0 ? EXIT_USAGE : mcpctl_misuse(m, "'%s' is not understood", argv[0]);
	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	if (!site_is_there(&cx)) {
		printf("no site: the knowledge base that is built in is offered\n");
		return EXIT_SUCCESS;
	}
	tool_check(&cx, tell, &tools);
	site_prompt_check(&cx, tell, &prompts);
	site_resource_check(&cx, tell, &resources);
	site_resource_each(&cx, &resources.good);
	bad = tools.bad + prompts.bad + resources.bad;
	printf("%s: %zu tools, %zu prompts, %zu resources, %zu faults; programs are kept apart by %s\n", m->conf.site, tools.good,
	    prompts.good, resources.good, bad, runner_layers(m->arena));
	tool_end();
	site_prompt_end();
	site_resource_end();
	return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}
