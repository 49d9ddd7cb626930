/* SPDX-License-Identifier: ISC */
/* mcpctl_task: what is worked on apart from requests, and its end.  What a task was asked and what it came to is its owner's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mcpctl_command.h"
#include "store_task.h"
#include "work.h"

/* Working without a worker is waiting for one. */
static const char *state_of(const struct task *t)
{
	return t->status == TASK_WORKING && !t->worker ? "waiting" : task_word(t->status);
}

static void put_task(struct buf *b, const struct task *t)
{
	mcpctl_put_object(b);
	mcpctl_put_text(b, "id", t->id);
	mcpctl_put_text(b, "state", state_of(t));
	mcpctl_put_text(b, "tool", t->tool);
	if (t->user_id)
		json_put_number(b, "user_id", t->user_id);
	mcpctl_put_text(b, "client_id", t->client_id);
	json_put_number(b, "grant", t->grant_id);
	mcpctl_put_text(b, "resource", t->resource);
	mcpctl_put_text(b, "message", t->message);
	mcpctl_put_bool(b, "restart", t->restart);
	json_put_number(b, "round", t->round);
	json_put_number(b, "runs", t->runs);
	mcpctl_put_second(b, "created_at", t->created_at);
	mcpctl_put_second(b, "updated_at", t->updated_at);
	mcpctl_put_second(b, "alive_at", t->alive_at);
	mcpctl_put_second(b, "expires_at", t->expires_at);
	buf_char(b, '}');
}

static void give_task(void *with, const struct task *t)
{
	struct mcpctl_list *l = with;

	if (l->as_json) {
		put_task(&l->json, t);
		return;
	}
	printf("%s  %s  %s  ", t->id, state_of(t), mcpctl_time(l->m->arena, t->created_at));
	mcpctl_print_plain(t->tool);
	printf("  ");
	mcpctl_print_plain(t->client_id);
	printf("  ");
	mcpctl_print_plain(t->message);
	putchar('\n');
}

static const struct fail *each(struct mcpctl_list *l)
{
	return task_each(l->m->store, l->m->arena, give_task, l);
}

int mcpctl_task_list(struct mcpctl *m, int argc, char **argv)
{
	return mcpctl_list(m, argc, argv, each);
}

/* The task of that id, or NULL: it was said why. */
static struct task *find(struct mcpctl *m, int argc, char **argv, const struct option *options, int *status)
{
	int n = mcpctl_read_options(m, argc, argv, options);
	const struct fail *no;
	struct task *t;

	*status = EXIT_USAGE;
	if (n != 1) {
		if (n >= 0)
			mcpctl_misuse(m, "which task?  Its id is in the list");
		return NULL;
	}
	*status = EXIT_FAILURE;
	if (!mcpctl_open(m))
		return NULL;
	if ((no = task_find_any(m->store, m->arena, argv[0], &t)))
		mcpctl_refused(no);
	else if (!t)
		mcpctl_fail("there is no task '%s' (mcpctl task list)", argv[0]);
	return no ? NULL : t;
}

int mcpctl_task_show(struct mcpctl *m, int argc, char **argv)
{
	bool as_json = false;
	const struct option options[] = { { "--json", &as_json, NULL, NULL }, { NULL, NULL, NULL, NULL } };
	int status;
	struct task *t = find(m, argc, argv, options, &status);
	struct buf b;

	if (!t)
		return status;
	if (as_json) {
		b = buf_new(m->arena);
		put_task(&b, t);
		mcpctl_print_document(&b);
		return EXIT_SUCCESS;
	}
	printf("id        %s\nstate     %s\ntool      ", t->id, state_of(t));
	mcpctl_print_plain(t->tool);
	printf("\nclient    ");
	mcpctl_print_plain(t->client_id);
	printf("\ngrant     %lld\nmessage   ", (long long)t->grant_id);
	mcpctl_print_plain(t->message);
	printf("\nmade      %s\nchanged   %s\nkept      until %s\nrounds    %lld\nruns      %lld%s\n",
	    mcpctl_time(m->arena, t->created_at), mcpctl_time(m->arena, t->updated_at), mcpctl_time(m->arena, t->expires_at),
	    (long long)t->round, (long long)t->runs, t->restart ? ", and may be begun again" : "");
	return EXIT_SUCCESS;
}

int mcpctl_task_cancel(struct mcpctl *m, int argc, char **argv)
{
	const struct option options[] = { { NULL, NULL, NULL, NULL } };
	int status;
	struct task *t = find(m, argc, argv, options, &status), to;
	struct context cx;
	const struct fail *no;
	bool moved = false;

	if (!t)
		return status;
	if (!task_is_open(t))
		return mcpctl_fail("the task has ended: %s", task_word(t->status));
	cx = mcpctl_context(m);
	to = *t;
	work_end(&cx, &to, TASK_CANCELLED, "The operator has cancelled it.", NULL);
	if ((no = work_move(&cx, t, &to, &moved)))
		return mcpctl_refused(no);
	if (!moved)
		return mcpctl_fail("the task went on meanwhile; try again");
	printf("cancelled; its program ends within a second\n");
	return EXIT_SUCCESS;
}
