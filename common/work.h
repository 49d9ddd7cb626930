/* SPDX-License-Identifier: ISC */
/*
 * work: the life of a task (extension io.modelcontextprotocol/tasks): it waits for its turn, is worked on, asks, is answered, and
 * ends one time in one way.  A task is its person's at one client and one endpoint; for everybody else it is not there.  What
 * changes is committed together with the notice for those who listen.
 */
#ifndef WORK_H
#define WORK_H

#include "context.h"
#include "fail.h"
#include "store_task.h"
#include "store_token.h"

struct json_object;

extern const struct fail work_unknown;		/* -32602, for all that is not one's own */
extern const struct fail work_answers;		/* -32602: these are no answers */
extern const struct fail work_other_answer;	/* -32602: one is none to what was asked */

enum { WORK_RUNS_MAX = 3, WORK_ROUNDS_MAX = 100 };

/*
 * A new task of this person and client at this endpoint; of *t is read: tool, request, restart, life, state, answers.  It is
 * committed, and nobody works on it yet.
 */
const struct fail *work_new(struct context *cx, const struct bearer *who, struct task *t)
    __attribute__((nonnull, warn_unused_result));

/*
 * The task of that id.  If its worker has died, or its time is over, it is looked after first: run again, or failed.
 */
const struct fail *work_find(struct context *cx, const struct bearer *who, const char *id, struct task **t)
    __attribute__((nonnull, warn_unused_result));

/* Responses by the keys of its questions.  With the last of them it waits for its turn again. */
const struct fail *work_answer(struct context *cx, const struct bearer *who, const char *id, struct json_object *responses)
    __attribute__((nonnull(1, 2, 3), warn_unused_result));

/* Ends it, if it has not ended. */
const struct fail *work_cancel(struct context *cx, const struct bearer *who, const char *id)
    __attribute__((nonnull, warn_unused_result));

/* ---- from one state to the next; also for workers and the operator ---- */

/* Commits it.  *moved is false when somebody else was faster; then nothing was changed. */
const struct fail *work_move(struct context *cx, const struct task *was, struct task *to, bool *moved)
    __attribute__((nonnull, warn_unused_result));

/* The states themselves: *to, a copy of the task as it was, becomes so. */
void work_end(struct context *cx, struct task *to, enum task_status status, const char *message, const char *outcome)
    __attribute__((nonnull(1, 2, 4)));
void work_fail(struct context *cx, struct task *to, int code, const char *message) __attribute__((nonnull));
void work_queue(struct context *cx, struct task *to, const char *message) __attribute__((nonnull));

/* Its worker has died, or must end: again, or failed. */
void work_lose(struct context *cx, struct task *to) __attribute__((nonnull));

/* May a token see it, and answer it?  Only with the scope that the tool asks for. */
bool work_may(struct context *cx, const struct bearer *who, const struct task *t) __attribute__((nonnull));

#endif
