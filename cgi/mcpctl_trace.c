/* SPDX-License-Identifier: ISC */
/*
 * mcpctl_trace: how far did a client come, and why not further?  Rows of the audit that carry the id of one authorization attempt
 * are its steps; the audit is read backwards until enough attempts have been seen from their beginning.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "audit.h"
#include "mcpctl_command.h"
#include "store_audit.h"
#include "store_list.h"

enum { PORTION = 1000, DEFAULT_COUNT = 10, MOST = 1000, OVERLAP = 3600 };

struct step {
	const char *event, *outcome, *why, *request;
	int64_t at, last;
	int times;			/* the same several times in a row */
	struct step *next;
};

struct attempt {
	const char *id;
	const char *client_id, *user, *resource, *address;
	int64_t at;
	bool begun;			/* its first request was seen */
	struct step *steps;
};

struct walk {
	struct mcpctl *m;
	const char *only;		/* an attempt or a request; NULL: the last `want` attempts */
	size_t want;
	struct lh_table *by_id;		/* of struct attempt */
	struct attempt **begun;
	size_t n, room;
	int64_t below, rows;		/* of the portion */
	int64_t enough;			/* no attempt that we want has rows before */
	bool as_json;
};

static int compare_time(const void *one, const void *other)
{
	const struct attempt *a = *(struct attempt *const *)one, *b = *(struct attempt *const *)other;

	return a->at < b->at ? 1 : a->at > b->at ? -1 : 0;
}

static const char *keep(struct walk *w, const char *text)
{
	return text ? arena_copy(w->m->arena, text) : NULL;
}

static struct attempt *attempt_of(struct walk *w, const char *id)
{
	struct attempt *t;
	void *found;

	if (lh_table_lookup_ex(w->by_id, id, &found))
		return found;
	t = arena_take(w->m->arena, sizeof *t);
	t->id = keep(w, id);
	lh_table_insert(w->by_id, t->id, t);
	return t;
}

static void begin(struct walk *w, struct attempt *t)
{
	struct attempt **more;

	t->begun = true;
	if (w->n == w->room) {
		w->room = w->room ? 2 * w->room : 64;
		more = arena_take(w->m->arena, w->room * sizeof *more);
		if (w->n)
			memcpy(more, w->begun, w->n * sizeof *more);
		w->begun = more;
	}
	w->begun[w->n++] = t;
	if (w->n == w->want)
		w->enough = t->at - OVERLAP;
}

/* Rows come newest first: each stands before what is known already. */
static void put_step(struct walk *w, struct attempt *t, const struct audit *row)
{
	struct step *s = t->steps;

	if (s && strcmp(s->event, row->event) == 0 && strcmp(s->outcome, row->outcome) == 0 && strcmp(s->why, row->why) == 0) {
		s->times++;
	} else {
		s = arena_take(w->m->arena, sizeof *s);
		*s = (struct step){ .event = keep(w, row->event), .outcome = keep(w, row->outcome), .why = keep(w, row->why),
		    .last = row->at, .times = 1, .next = t->steps };
		t->steps = s;
	}
	s->at = row->at;
	s->request = keep(w, row->request);
	t->at = row->at;
	if (row->client_id)
		t->client_id = keep(w, row->client_id);
	if (row->user && !t->user)
		t->user = keep(w, row->user);
	if (row->resource && !t->resource)
		t->resource = keep(w, row->resource);
	t->address = keep(w, row->address);
}

static bool is_wanted(const struct walk *w, const struct audit *row, const char *id)
{
	if (w->only)
		return strcmp(w->only, id) == 0 || strcmp(w->only, row->request) == 0;
	return *id && strcmp(row->event, AUDIT_CALL) != 0;
}

static bool look(void *with, const struct audit *row)
{
	struct walk *w = with;
	bool first = strcmp(row->event, AUDIT_ASK) == 0;
	const char *id = *row->attempt ? row->attempt : first || w->only ? row->request : "";
	struct attempt *t;

	w->below = row->id;
	w->rows++;
	if (w->enough && row->at < w->enough)
		return false;
	if (!is_wanted(w, row, id))
		return true;
	t = attempt_of(w, id);
	put_step(w, t, row);
	if ((first || w->only) && !t->begun)
		begin(w, t);
	return true;
}

/* Reads as much of the audit as it takes. */
static const struct fail *walk(struct walk *w)
{
	struct arena *portion = arena_new();
	const struct fail *no;

	w->by_id = lh_kchar_table_new(64, NULL);
	w->below = INT64_MAX;
	do {
		w->rows = 0;
		no = audit_last(w->m->store, portion, w->below, PORTION, look, w);
		arena_reset(portion);
	} while (!no && w->rows == PORTION);
	arena_drop(portion);
	lh_table_free(w->by_id);
	if (w->n)
		qsort(w->begun, w->n, sizeof *w->begun, compare_time);
	if (w->n > w->want)
		w->n = w->want;
	return no;
}

/* ---- what is shown ---- */

static const char *const chain[] = { AUDIT_ASK, AUDIT_SIGN_IN, AUDIT_CONSENT, AUDIT_TOKEN, AUDIT_FIRST_CALL };
enum { CHAIN = sizeof chain / sizeof *chain };

/* The step that would have followed, NULL when the last one went wrong or nothing is left to come. */
static const char *missing_step(const struct attempt *t)
{
	const struct step *s;
	int i, reached = -1;

	for (s = t->steps; s; s = s->next) {
		for (i = 0; i < CHAIN; i++)
			if (strcmp(chain[i], s->event) == 0 && i > reached && strcmp(s->outcome, "ok") == 0)
				reached = i;
		if (!s->next && strcmp(s->outcome, "ok") != 0)
			return NULL;
		if (strcmp(s->event, AUDIT_REVOKE) == 0)
			return NULL;
	}
	return reached >= 0 && reached + 1 < CHAIN ? chain[reached + 1] : NULL;
}

/* A person may still be reading, an app may still be on its way. */
static const char *not_reached(const struct walk *w, const struct attempt *t)
{
	return w->m->now - t->at < w->m->conf.request_ttl ? "not yet" : "did not come to this";
}

static const char *name_of(struct walk *w, const char *id)
{
	const char *name = NULL;

	return id && !list_client_name(w->m->store, w->m->arena, id, &name) && name && *name ? name : NULL;
}

static void print_step(struct walk *w, const struct step *s)
{
	printf("    %-11s ", s->event);
	if (strcmp(s->outcome, "ok") == 0) {
		printf("ok");
		if (*s->why)
			printf(": ");
	}
	if (*s->why || strcmp(s->outcome, "ok") != 0)
		mcpctl_print_plain(*s->why ? s->why : s->outcome);
	if (strcmp(s->outcome, "ok") != 0 && *s->why)
		printf(" (%s)", s->outcome);
	if (s->times > 1)
		printf("  (%d times, last %s)", s->times, mcpctl_time(w->m->arena, s->last));
	putchar('\n');
}

static void print_attempt(struct walk *w, const struct attempt *t)
{
	const char *name = name_of(w, t->client_id), *missing = w->only ? NULL : missing_step(t);
	const struct step *s;

	printf("%s  %s  ", mcpctl_time(w->m->arena, t->at), t->id);
	if (name) {
		mcpctl_print_plain(name);
		printf(" (");
	}
	mcpctl_print_plain(t->client_id ? t->client_id : "no client");
	printf(name ? ")  " : "  ");
	mcpctl_print_plain(t->user ? t->user : "nobody");
	printf("  ");
	mcpctl_print_plain(t->address);
	putchar('\n');
	for (s = t->steps; s; s = s->next)
		print_step(w, s);
	if (missing)
		printf("    %-11s %s\n", missing, not_reached(w, t));
}

static void put_attempt(struct walk *w, struct buf *b, const struct attempt *t)
{
	const struct step *s;

	mcpctl_put_object(b);
	mcpctl_put_text(b, "id", t->id);
	mcpctl_put_second(b, "at", t->at);
	mcpctl_put_text(b, "client_id", t->client_id);
	mcpctl_put_text(b, "client_name", name_of(w, t->client_id));
	mcpctl_put_text(b, "user", t->user);
	mcpctl_put_text(b, "resource", t->resource);
	mcpctl_put_text(b, "address", t->address);
	mcpctl_put_text(b, "missing", missing_step(t));
	buf_text(b, ",\"steps\":[");
	for (s = t->steps; s; s = s->next) {
		mcpctl_put_object(b);
		mcpctl_put_text(b, "event", s->event);
		mcpctl_put_text(b, "outcome", s->outcome);
		mcpctl_put_text(b, "why", s->why);
		mcpctl_put_text(b, "request", s->request);
		mcpctl_put_second(b, "at", s->at);
		mcpctl_put_second(b, "last", s->last);
		mcpctl_put_second(b, "times", s->times);
		buf_char(b, '}');
	}
	buf_text(b, "]}");
}

static void give(struct walk *w)
{
	struct buf b = buf_new(w->m->arena);
	size_t i;

	buf_char(&b, '[');
	for (i = 0; i < w->n; i++) {
		if (w->as_json)
			put_attempt(w, &b, w->begun[i]);
		else
			print_attempt(w, w->begun[i]);
	}
	buf_char(&b, ']');
	if (w->as_json)
		mcpctl_print_document(&b);
}

/* A number of at most four digits says how many; anything longer is a reference, which has at least eight. */
static bool read_word(struct walk *w, const char *word)
{
	size_t n = strlen(word);

	if (n >= 8 && n <= 16 && strspn(word, "0123456789abcdef") == n) {
		w->only = word;
		w->want = MOST;
		return true;
	}
	w->want = strspn(word, "0123456789") == n && n < 5 ? strtoul(word, NULL, 10) : 0;
	return w->want >= 1 && w->want <= MOST;
}

/* The request that was named belongs to an attempt: all of that. */
static const struct fail *walk_whole(struct walk *w)
{
	struct walk whole = { .m = w->m, .only = w->begun[0]->id, .want = w->want, .as_json = w->as_json };
	const struct fail *no = walk(&whole);

	*w = whole;
	return no;
}

int mcpctl_trace(struct mcpctl *m, int argc, char **argv)
{
	struct walk w = { .m = m, .want = DEFAULT_COUNT };
	const struct option options[] = { { "--json", &w.as_json, NULL, NULL }, { NULL, NULL, NULL, NULL } };
	const struct fail *no;
	int n = mcpctl_read_options(m, argc, argv, options);

	if (n < 0 || n > 1)
		return n < 0 ? EXIT_USAGE : mcpctl_misuse(m, "'%s' is not understood", argv[1]);
	if (n == 1 && !read_word(&w, argv[0]))
		return mcpctl_misuse(m, "'%s' is neither a number from 1 to %d nor the reference of an error page", argv[0], MOST);
	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	no = walk(&w);
	if (!no && w.only && w.n && strcmp(w.begun[0]->id, w.only) != 0)
		no = walk_whole(&w);
	if (no)
		return mcpctl_refused(no);
	if (w.only && !w.n)
		return mcpctl_fail("nothing is known of %s%s", w.only, m->conf.audit == AUDIT_OFF ? ": the settings say audit = off" : "");
	give(&w);
	if (!w.n && !w.as_json)
		printf(m->conf.audit == AUDIT_OFF ? "nothing is written down: the settings say audit = off\n" : "nobody has asked yet\n");
	return EXIT_SUCCESS;
}
