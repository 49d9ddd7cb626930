/* SPDX-License-Identifier: ISC */
/* mcpctl_reap: drops what is over, in many small transactions, so that a running server never waits long for one. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "mcpctl_command.h"
#include "store_client.h"
#include "store_reap.h"

enum { PORTION = 500, CLIENTS = REAPED_KINDS };

static const char *const kinds[CLIENTS + 1] = {
	[REAPED_CODES] = "codes", [REAPED_ACCESS] = "access tokens", [REAPED_REFRESH] = "refresh tokens",
	[REAPED_GRANTS] = "grants", [REAPED_PENDING] = "authorization requests", [REAPED_SESSIONS] = "sessions",
	[REAPED_LIMITS] = "counters", [REAPED_ASSERTIONS] = "assertions",
	[REAPED_DOCUMENTS] = "unused documents of clients", [REAPED_AUDIT] = "rows of the audit", [REAPED_TASKS] = "tasks",
	[REAPED_MCP_SESSIONS] = "sessions of clients", [REAPED_QUESTIONS] = "questions", [REAPED_CANCELLED] = "cancellations",
	[REAPED_STREAMS] = "streams", [REAPED_SPENT] = "states that were used", [REAPED_CHANGES] = "changes",
	[CLIENTS] = "unused clients",
};

static const struct fail *reap_portion(struct mcpctl *m, int which, int64_t *n)
{
	const struct fail *no = store_begin(m->store);
	int clients = 0;

	if (!no && which == CLIENTS)
		no = client_reap(m->store, m->now, INT_MAX, &clients);
	else if (!no)
		no = reap(m->store, &m->conf, (enum reaped)which, m->now, PORTION, n);
	if (which == CLIENTS)
		*n = clients;
	if (!no)
		no = store_commit(m->store);
	store_end(m->store);
	return no;
}

/* Who waits for the write lock looks for it now and then: it has to be free for a while. */
static const struct fail *reap_kind(struct mcpctl *m, int which, int64_t *total)
{
	static const struct timespec pause = { 0, 20 * 1000 * 1000 };
	const struct fail *no;
	int64_t n;

	for (*total = 0, n = 1; n > 0; *total += n) {
		if (*total)
			nanosleep(&pause, NULL);
		if ((no = reap_portion(m, which, &n)))
			return no;
	}
	return NULL;
}

int mcpctl_reap(struct mcpctl *m, int argc, char **argv)
{
	int64_t n, all = 0;
	const struct fail *no;
	int which;

	if (argc > 0)
		return mcpctl_misuse(m, "'%s' is not understood", argv[0]);
	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	for (which = 0; which <= CLIENTS; which++) {
		if ((no = reap_kind(m, which, &n)))
			return mcpctl_refused(no);
		if (n)
			printf("%lld %s\n", (long long)n, kinds[which]);
		all += n;
	}
	if (!all)
		printf("nothing is over\n");
	return EXIT_SUCCESS;
}
