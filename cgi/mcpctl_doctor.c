/* SPDX-License-Identifier: ISC */
/*
 * mcpctl_doctor: `mcpctl doctor`.  On the host it looks at files first, and takes a token of its own along, so that the program
 * doctor sees the whole way of a call; from anywhere else it sees what a stranger sees.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "doctor_token.h"
#include "hostcheck.h"
#include "json.h"
#include "mcpctl_command.h"
#include "mcpctl_doctor.h"
#include "store_change.h"

struct look {
	struct mcpctl *m;
	bool as_json;
	int wrong, warnings;
};

/* ---- what is printed --------------------------------------------------------------------------------------------- */

static const char *const states[] = {
	[FINDING_WELL] = "well", [FINDING_UNSEEN] = "unseen", [FINDING_WARNING] = "warning", [FINDING_WRONG] = "wrong",
};

static void print_lines(struct arena *a, const char *text)
{
	size_t n;

	for (; text && *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		fputs("                         ", stdout);
		mcpctl_print_plain(arena_text(a, text, n));
		putchar('\n');
	}
}

static void print_finding(void *with, const struct finding *f)
{
	struct look *l = with;
	struct buf b = buf_new(l->m->arena);

	l->wrong += f->state == FINDING_WRONG;
	l->warnings += f->state == FINDING_WARNING;
	if (l->as_json) {
		mcpctl_put_object(&b);
		mcpctl_put_text(&b, "check", f->check);
		mcpctl_put_text(&b, "state", states[f->state]);
		mcpctl_put_text(&b, "said", f->said);
		mcpctl_put_text(&b, "mend", f->mend);
		buf_char(&b, '}');
		mcpctl_print_document(&b);
	} else {
		printf("%-8s %-15s ", states[f->state], f->check);
		mcpctl_print_plain(f->said);
		putchar('\n');
		print_lines(l->m->arena, f->mend);
	}
	fflush(stdout);
}

static void say(struct look *l, const char *check, enum finding_state state, const char *said)
{
	const struct finding f = { .check = check, .state = state, .said = said };

	print_finding(l, &f);
}

/* ---- the host ---------------------------------------------------------------------------------------------------- */

/* Are these the settings of the server that is asked about? */
static bool is_here(const struct mcpctl *m, const char *url)
{
	size_t n = strlen(m->conf.issuer);

	return strncmp(url, m->conf.issuer, n) == 0 && (url[n] == '\0' || url[n] == '/');
}

static const char *const *web_paths(struct mcpctl *m)
{
	const size_t half = DOCTOR_FILES_MAX / 2;
	const char **database = hostcheck_web_paths(m->arena, m->conf.database, half),
	    **settings = hostcheck_web_paths(m->arena, m->conf.file, half), **all;
	size_t n = 0, i;

	all = arena_take(m->arena, (DOCTOR_FILES_MAX + 1) * sizeof *all);
	for (i = 0; database[i]; i++)
		all[n++] = database[i];
	for (i = 0; settings[i]; i++)
		all[n++] = settings[i];
	return all;
}

static void look_at_host(struct look *l, struct doctor_question *q)
{
	struct mcpctl *m = l->m;
	const struct hostcheck h = { .arena = m->arena, .conf = &m->conf, .each = print_finding, .with = l };

	q->issuer = m->conf.issuer;
	q->resource = m->conf.resource[0].uri;
	q->max_body = m->conf.max_body;
	q->file = web_paths(m);
	if (hostcheck_run(&h))
		say(l, "host", FINDING_WELL, arena_printf(m->arena, "settings %s, database %s", m->file, m->conf.database));
}

/* Without a token there is less to be seen, and the database has said why. */
static bool take_token(struct look *l, struct context *cx, struct doctor_token *t)
{
	const struct fail *no = doctor_token_put(cx, t);

	if (no)
		say(l, "database", FINDING_WRONG, "a token of its own cannot be written into the database: it is busy, or this user may "
		    "not write it");
	return !no;
}

/* News that every client may hear of, and that change nothing: whoever listens asks for the list of prompts once more. */
static void make_news(void *with)
{
	struct look *l = with;
	struct store *s = l->m->store;
	const struct fail *no = store_begin_remark(s);

	if (!no)
		no = change_put(s, CHANGE_PROMPTS, "", 0, l->m->now);
	if (!no)
		no = store_commit(s);
	store_end(s);
	if (no)
		say(l, "stream", FINDING_WARNING, "news for the stream could not be written: the database is busy");
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static int finish(const struct look *l, bool ended)
{
	if (!l->as_json && l->wrong)
		printf("%d thing%s wrong\n", l->wrong, l->wrong == 1 ? " is" : "s are");
	else if (!l->as_json && ended)
		printf("all is well\n");
	return ended && !l->wrong ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int look(struct look *l, struct doctor_question *q, bool has_settings)
{
	struct context cx = mcpctl_context(l->m);
	struct doctor_token t;
	bool here = has_settings && is_here(l->m, q->url), taken = false, ended;
	int wrong;

	if (here) {
		look_at_host(l, q);
		wrong = l->wrong;
		taken = wrong == 0 && take_token(l, &cx, &t);
		q->token = taken ? t.token.v : NULL;
		q->listening = make_news;
	} else {
		say(l, "host", FINDING_UNSEEN, has_settings ? "files and database: the settings here are those of another server" :
		    "files and database: there are no settings here that can be read");
	}
	q->programs = hostcheck_programs(l->m->arena);
	ended = doctor_run(l->m->arena, q, print_finding, l);
	if (taken && doctor_token_drop(&cx, &t))
		say(l, "database", FINDING_WARNING, "the token of the doctor could not be removed; it ends by itself within 5 minutes");
	return finish(l, ended);
}

int mcpctl_doctor(struct mcpctl *m, int argc, char **argv)
{
	struct look l = { .m = m };
	struct doctor_question q = { 0 };
	struct conf_error e;
	bool has_settings;
	const char *write = NULL, *folder = NULL;
	const struct option options[] = {
		{ "--json", &l.as_json, NULL, NULL }, { "--ca-file", NULL, &q.ca_file, NULL }, { "--write", NULL, &write, NULL },
		{ "--static", NULL, &folder, NULL }, { NULL, NULL, NULL, NULL },
	};
	int n = mcpctl_read_options(m, argc, argv, options);

	if (n < 0 || n > 1)
		return n < 0 ? EXIT_USAGE : mcpctl_misuse(m, "'%s' is not understood", argv[1]);
	if (write)
		return mcpctl_doctor_write(m, write);
	if ((n == 0 || folder) && !mcpctl_open(m))
		return EXIT_FAILURE;
	if (folder)
		return mcpctl_doctor_static(m, folder);
	has_settings = n == 0 || conf_read(m->arena, m->file, &m->conf, &e);
	if (n == 1 && has_settings)
		m->store = store_new(ROLE_MCPCTL, m->conf.database, m->conf.busy_timeout);
	q.url = n ? argv[0] : m->conf.resource[0].uri;
	return look(&l, &q, has_settings);
}
