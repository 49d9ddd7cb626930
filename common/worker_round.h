/* SPDX-License-Identifier: ISC */
/* worker_round: one run of the program of a task, and what it came to; for worker.c only. */
#ifndef WORKER_ROUND_H
#define WORKER_ROUND_H

#include "context.h"
#include "store_task.h"
#include "worker.h"

enum { WORKER_MESSAGE_MAX = 240 };

struct worker {
	const struct worker_job *job;
	struct context cx;		/* its arena is the task's */
	struct arena *scratch;
	int slot;
	const char *name;		/* SLOT.RANDOM */
	struct task *task;		/* as it stands in its row */
	enum { STOP_NONE, STOP_GONE, STOP_REVOKED, STOP_ENDED } stop;	/* why it is not gone on with */
	unsigned pulses;
	char message[WORKER_MESSAGE_MAX];	/* the last that the program said of its progress, */
	bool news;			/* and it was not told yet */
	int64_t told_at, lived_at;
};

/* Runs the task once.  *to, a copy of it, becomes what it is then; with a worker still in it another round follows at once. */
void worker_round(struct worker *w, struct task *to) __attribute__((nonnull));

/* Asked every now and then: looks after the row.  False: the program is to be ended, and w->stop says why. */
bool worker_go_on(void *with) __attribute__((nonnull));

#endif
