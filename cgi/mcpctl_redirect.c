/* SPDX-License-Identifier: ISC */
/* mcpctl_redirect: the operator's word on where browsers may be sent; redirect.h says what a pattern means. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "json.h"
#include "mcpctl_command.h"
#include "redirect.h"
#include "store_redirect.h"

static const struct fail *note(struct mcpctl *m, const char *what, const char *pattern)
{
	struct context cx = mcpctl_context(m);

	cx.trail.why = arena_printf(m->arena, "the operator %s %s", what, pattern);
	return audit_note(&cx, AUDIT_REGISTER);
}

static int put_rule(struct mcpctl *m, int argc, char **argv, bool allow)
{
	const struct option options[] = { { NULL, NULL, NULL, NULL } };
	struct redirect_rule r = { .allow = allow, .created_at = m->now };
	int status, n = mcpctl_read_options(m, argc, argv, options);
	const struct fail *no;
	const char *why;

	if (n != 1)
		return n < 0 ? EXIT_USAGE : mcpctl_misuse(m, "which addresses?  A pattern stands between quotes: 'https://*.example.org/cb'");
	if ((why = redirect_pattern_check(m->arena, argv[0], allow)))
		return mcpctl_fail("'%s': %s", argv[0], why);
	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	r.pattern = argv[0];
	if (!(no = store_begin(m->store)) && !(no = redirect_rule_put(m->store, &r)))
		no = note(m, allow ? "allows redirects to" : "denies redirects to", argv[0]);
	if ((status = mcpctl_finish(m, no)) == EXIT_SUCCESS)
		printf("%lld  %s  %s\n", (long long)r.id, allow ? "allow" : "deny", argv[0]);
	return status;
}

int mcpctl_redirect_allow(struct mcpctl *m, int argc, char **argv)
{
	return put_rule(m, argc, argv, true);
}

int mcpctl_redirect_deny(struct mcpctl *m, int argc, char **argv)
{
	return put_rule(m, argc, argv, false);
}

static void give_rule(void *with, const struct redirect_rule *r)
{
	struct mcpctl_list *l = with;

	if (!l->as_json) {
		printf("%lld  %-5s  %s  ", (long long)r->id, r->allow ? "allow" : "deny", mcpctl_date(l->m->arena, r->created_at));
		mcpctl_print_plain(r->pattern);
		putchar('\n');
		return;
	}
	mcpctl_put_object(&l->json);
	json_put_number(&l->json, "id", r->id);
	mcpctl_put_text(&l->json, "rule", r->allow ? "allow" : "deny");
	mcpctl_put_text(&l->json, "pattern", r->pattern);
	mcpctl_put_second(&l->json, "created_at", r->created_at);
	buf_char(&l->json, '}');
}

static const struct fail *each(struct mcpctl_list *l)
{
	return redirect_rule_each(l->m->store, l->m->arena, give_rule, l);
}

int mcpctl_redirect_list(struct mcpctl *m, int argc, char **argv)
{
	return mcpctl_list(m, argc, argv, each);
}

int mcpctl_redirect_drop(struct mcpctl *m, int argc, char **argv)
{
	const struct option options[] = { { NULL, NULL, NULL, NULL } };
	int status, n = mcpctl_read_options(m, argc, argv, options);
	const struct fail *no;
	bool found = false;
	int64_t id;

	if (n != 1)
		return n < 0 ? EXIT_USAGE : mcpctl_misuse(m, "which rule?  Its number is in `mcpctl redirect list`");
	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	if (!mcpctl_read_number(argv[0], &id))
		return mcpctl_fail("there is no rule '%s' (mcpctl redirect list)", argv[0]);
	if (!(no = store_begin(m->store)) && !(no = redirect_rule_drop(m->store, id, &found)) && found)
		no = note(m, "drops the redirect rule", argv[0]);
	if ((status = mcpctl_finish(m, no)) != EXIT_SUCCESS)
		return status;
	if (!found)
		return mcpctl_fail("there is no rule '%s' (mcpctl redirect list)", argv[0]);
	printf("rule %s is gone\n", argv[0]);
	return EXIT_SUCCESS;
}
