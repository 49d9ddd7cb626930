/* SPDX-License-Identifier: ISC */
/*
 * mcpctl_check: `mcpctl check` and `mcpctl migrate`.  The check finds what would make the programs answer 500 or 503, and what
 * would make them leak (hostcheck.h), says what is in the database, and measures what a password costs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "crypto.h"
#include "hostcheck.h"
#include "mcpctl_command.h"
#include "store_document.h"
#include "store_list.h"
#include "store_user.h"

enum { QUICK_MS = 50, SLOW_MS = 1000 };

/* `FILE: reason` on standard error, as for the settings. */
static int fault(const char *file, const char *reason)
{
	fprintf(stderr, "%s: %s\n", file, reason);
	return EXIT_FAILURE;
}

/* What is wrong is said where refusals are said; a warning is no reason to stop. */
static void print_finding(void *with, const struct finding *f)
{
	const bool is_wrong = f->state == FINDING_WRONG;
	FILE *to = is_wrong ? stderr : stdout;

	(void)with;
	fprintf(to, f->mend ? "%s%s (%s)\n" : "%s%s\n", is_wrong ? "" : "warning: ", f->said, f->mend);
}

static long monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int check_password_cost(struct mcpctl *m)
{
	static const char sample[] = "a sample password";
	long ms = -monotonic_ms();
	const char *advice = "";

	if (!crypto_password(m->arena, sample, sizeof sample - 1, (int)m->conf.password_ln))
		return fault(m->file, "password_ln: there is not enough memory for it");
	ms += monotonic_ms();
	if (ms < QUICK_MS)
		advice = " (quick for an attacker, too: a higher password_ln is better)";
	else if (ms > SLOW_MS)
		advice = " (people will wait: a lower password_ln may do)";
	printf("password   %ld ms with password_ln = %lld%s\n", ms, (long long)m->conf.password_ln, advice);
	return EXIT_SUCCESS;
}

static void count_user(void *with, const struct user *u)
{
	int64_t *n = with;

	*n += u->disabled_at == 0;
}

/* Clients that wait for a word, or for a setting. */
static int print_waiting(struct mcpctl *m)
{
	const struct fail *no;
	struct waiting w;

	if ((no = list_waiting(m->store, &w)))
		return mcpctl_refused(no);
	if (w.approval)
		printf("warning: clients that wait for your approval: %lld (mcpctl client list)\n", (long long)w.approval);
	if (w.machines && !m->conf.client_credentials)
		printf("warning: machine clients that get no tokens: %lld (client_credentials = off)\n", (long long)w.machines);
	if (w.resource_servers && !m->conf.introspection)
		printf("warning: resource servers that may not ask about tokens: %lld (introspection = off)\n",
		    (long long)w.resource_servers);
	return EXIT_SUCCESS;
}

static int print_rows(struct mcpctl *m)
{
	int64_t users = 0, documents;
	const struct fail *no;

	if ((no = user_each(m->store, m->arena, count_user, &users)) ||
	    (no = document_count(m->store, &documents)))
		return mcpctl_refused(no);
	printf("database   %s (schema %d; users: %lld, documents: %lld)\n", m->conf.database,
	    store_version(), (long long)users, (long long)documents);
	if (users == 0)
		printf("warning: nobody can sign in yet (mcpctl user add NAME)\n");
	return print_waiting(m);
}

int mcpctl_check(struct mcpctl *m, int argc, char **argv)
{
	const struct hostcheck h = { .arena = m->arena, .conf = &m->conf, .each = print_finding };
	int status;

	if (argc > 0)
		return mcpctl_misuse(m, "'%s' is not understood", argv[0]);
	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	printf("settings   %s\nserver     %s\n", m->file, m->conf.resource[0].uri);
	if (!hostcheck_run(&h))
		return EXIT_FAILURE;
	if ((status = print_rows(m)) != EXIT_SUCCESS || (status = check_password_cost(m)) != EXIT_SUCCESS)
		return status;
	printf("all is well\n");
	return EXIT_SUCCESS;
}

int mcpctl_migrate(struct mcpctl *m, int argc, char **argv)
{
	int from = 0, to = 0;

	if (argc > 0)
		return mcpctl_misuse(m, "'%s' is not understood", argv[0]);
	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	if (!store_migrate(m->conf.database, &from, &to))
		return mcpctl_fail("%s: was not migrated", m->conf.database);
	if (from == to)
		printf("%s: has schema %d already\n", m->conf.database, to);
	else
		printf("%s: went from schema %d to %d\n", m->conf.database, from, to);
	return EXIT_SUCCESS;
}
