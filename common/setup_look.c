/* SPDX-License-Identifier: ISC */
/* setup_look: hostcheck looks at the files, the program doctor at the address. */
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "conf.h"
#include "doctor.h"
#include "hostcheck.h"
#include "setup_look.h"

enum { FOUND_MAX = 40, LOOK_SECONDS = 25, PATHS_MAX = 16 };

struct look {
	struct setup_finding found[FOUND_MAX];
	size_t count;
	struct buf unseen;
};

/* What can only be seen with a token waits until there is somebody who gets one. */
static bool needs_token(const struct finding *f)
{
	return f->state == FINDING_UNSEEN && (strcmp(f->check, "call") == 0 || strcmp(f->check, "stream") == 0);
}

static void note(void *with, const struct finding *f)
{
	struct look *l = with;

	if (needs_token(f))
		return;
	if (f->state == FINDING_UNSEEN)
		buf_printf(&l->unseen, "%s%s", l->unseen.len ? "; " : "Not looked at: ", f->said);
	else if (f->state != FINDING_WELL && l->count < FOUND_MAX)
		l->found[l->count++] = (struct setup_finding){ f->said, f->mend, f->state == FINDING_WRONG };
}

static void look_outside(struct context *cx, struct look *l)
{
	const struct doctor_question q = {
		.url = cx->conf->resource[0].uri, .issuer = cx->conf->issuer, .resource = cx->conf->resource[0].uri,
		.file = hostcheck_web_paths(cx->arena, cx->conf->database, PATHS_MAX), .ca_file = cx->conf->cimd_ca_file,
		.max_body = cx->conf->max_body, .seconds = LOOK_SECONDS,
	};

	if (!doctor_run(cx->arena, &q, note, l))
		return;		/* the last finding says so */
}

void setup_look(struct context *cx, struct setup_page *page)
{
	struct look *l = arena_take(cx->arena, sizeof *l);
	const struct hostcheck h = { .arena = cx->arena, .conf = cx->conf, .each = note, .with = l };

	l->count = 0;
	l->unseen = buf_new(cx->arena);
	if (hostcheck_run(&h))
		look_outside(cx, l);
	page->findings = l->found;
	page->count = l->count;
	page->unseen = l->unseen.len ? l->unseen.v : NULL;
}
