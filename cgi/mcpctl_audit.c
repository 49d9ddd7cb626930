/* SPDX-License-Identifier: ISC */
/* mcpctl_audit: everything that was written down, for other programs: JSON objects, one a line, oldest first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json.h"
#include "mcpctl_command.h"
#include "store_audit.h"

enum { PORTION = 1000, DAY = 86400 };

struct walk {
	int64_t since, until;		/* seconds; until is not included */
	int64_t above, rows;
	struct arena *arena;		/* of the portion */
};

static bool give_row(void *with, const struct audit *row)
{
	struct walk *w = with;
	struct buf b = buf_new(w->arena);

	w->above = row->id;
	w->rows++;
	if (row->at < w->since || row->at >= w->until)
		return true;
	buf_char(&b, '{');
	json_put_number(&b, "id", row->id);
	mcpctl_put_second(&b, "at", row->at);
	mcpctl_put_text(&b, "event", row->event);
	mcpctl_put_text(&b, "outcome", row->outcome);
	mcpctl_put_text(&b, "why", row->why);
	mcpctl_put_text(&b, "attempt", *row->attempt ? row->attempt : NULL);
	mcpctl_put_text(&b, "request", row->request);
	mcpctl_put_text(&b, "user", row->user);
	mcpctl_put_text(&b, "client_id", row->client_id);
	mcpctl_put_text(&b, "resource", row->resource);
	mcpctl_put_text(&b, "address", row->address);
	buf_char(&b, '}');
	mcpctl_print_document(&b);
	return true;
}

/* 2026-07-28 or 2026-07-28T14:05:09Z.  A day is meant from its beginning, or to its end. */
static bool read_date(const char *text, bool end, int64_t *second)
{
	struct tm tm = { 0 };
	const char *rest = strptime(text, "%Y-%m-%d", &tm);
	bool day = rest && !*rest;
	int wanted;

	if (!day && (!rest || !(rest = strptime(rest, "T%H:%M:%SZ", &tm)) || *rest))
		return false;
	wanted = tm.tm_mday;
	*second = (int64_t)timegm(&tm) + (day && end ? DAY : 0);
	return tm.tm_mday == wanted;	/* no 30th of February */
}

int mcpctl_audit(struct mcpctl *m, int argc, char **argv)
{
	struct walk w = { .until = INT64_MAX };
	const char *since = NULL, *until = NULL;
	const struct option options[] = {
		{ "--since", NULL, &since, NULL }, { "--until", NULL, &until, NULL }, { NULL, NULL, NULL, NULL },
	};
	const struct fail *no;
	int n = mcpctl_read_options(m, argc, argv, options);

	if (n != 0)
		return n < 0 ? EXIT_USAGE : mcpctl_misuse(m, "'%s' is not understood", argv[0]);
	if ((since && !read_date(since, false, &w.since)) || (until && !read_date(until, true, &w.until)))
		return mcpctl_misuse(m, "a date is 2026-07-28 or 2026-07-28T14:05:09Z, in UTC");
	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	w.arena = arena_new();
	do {
		w.rows = 0;
		no = audit_next(m->store, w.arena, w.above, PORTION, give_row, &w);
		arena_reset(w.arena);
	} while (!no && w.rows == PORTION && !ferror(stdout));
	arena_drop(w.arena);
	return no ? mcpctl_refused(no) : EXIT_SUCCESS;
}
