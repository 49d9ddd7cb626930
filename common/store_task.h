/* SPDX-License-Identifier: ISC */
/*
 * store_task: tasks, which outlive the request that made them (extension io.modelcontextprotocol/tasks).  A task is changed by
 * task_move() alone, which goes from the state that was read to another, or does nothing when somebody else was faster.
 */
#ifndef STORE_TASK_H
#define STORE_TASK_H

#include "store.h"

enum task_status { TASK_WORKING, TASK_INPUT_REQUIRED, TASK_COMPLETED, TASK_FAILED, TASK_CANCELLED, TASK_STATUSES };

struct task {
	const char *id;			/* 256 random bits as text */
	int64_t user_id;		/* 0: a machine's */
	const char *client_id;
	int64_t grant_id;		/* of the token that it was made with */
	const char *resource;
	const char *tool;
	const char *request;		/* JSON object: arguments, capabilities and what else the tool is told */
	bool restart;			/* may be run again when its worker has died */
	int64_t life;			/* seconds that a run may take */
	enum task_status status;
	const char *message;		/* "" if none */
	int64_t round;			/* how often it has asked */
	int64_t runs;			/* how often it was begun in this round */
	const char *state;		/* the program's own; or NULL */
	const char *asked, *answers;	/* JSON objects, or NULL */
	const char *outcome;		/* JSON object: result or error; NULL before the end */
	int64_t created_at, updated_at, expires_at;
	const char *worker;		/* NULL: nobody works on it */
	int64_t alive_at;
};

/* The protocol's word. */
const char *task_word(enum task_status status) __attribute__((returns_nonnull));

/* Has it not ended? */
bool task_is_open(const struct task *t) __attribute__((nonnull));

/* A new one, which waits for its turn.  Drops a few that are over. */
const struct fail *task_put(struct store *s, const struct task *t) __attribute__((nonnull, warn_unused_result));

/* *t is NULL when this person (0: none) has none of that id with this client there. */
const struct fail *task_find(struct store *s, struct arena *a, const struct task *whose, int64_t now, struct task **t)
    __attribute__((nonnull, warn_unused_result));

/* For mcpctl: whoever's it is. */
const struct fail *task_find_any(struct store *s, struct arena *a, const char *id, struct task **t)
    __attribute__((nonnull, warn_unused_result));

/* How many one has that are kept, and how many of them are not finished. */
const struct fail *task_count(struct store *s, int64_t user_id, const char *client_id, int64_t now, int64_t *kept, int64_t *open)
    __attribute__((nonnull, warn_unused_result));

/*
 * After `was` was read: to the state in *to (status, message, round, runs, state, asked, answers, outcome, updated_at,
 * expires_at, worker).  *moved is false when it is not in that state or not in those hands any more.
 */
const struct fail *task_move(struct store *s, const struct task *was, const struct task *to, bool *moved)
    __attribute__((nonnull, warn_unused_result));

/* ---- for workers ---- */

/* Takes the one that has waited longest; *t is NULL when none waits. */
const struct fail *task_take(struct store *s, struct arena *a, const char *worker, int64_t ttl, int64_t now, struct task **t)
    __attribute__((nonnull, warn_unused_result));

/* *t: one that is held by a worker with that slot, or NULL. */
const struct fail *task_find_left(struct store *s, struct arena *a, int slot, struct task **t)
    __attribute__((nonnull, warn_unused_result));

const struct fail *task_waits(struct store *s, bool *any) __attribute__((nonnull, warn_unused_result));

/* *mine: still worked on by this worker; *allowed: grant, person and client are still let in. */
const struct fail *task_look(struct store *s, const struct task *t, bool *mine, bool *allowed)
    __attribute__((nonnull, warn_unused_result));

/* The name of a person; NULL for nobody. */
const struct fail *task_user(struct store *s, struct arena *a, int64_t user_id, const char **name)
    __attribute__((nonnull, warn_unused_result));

const struct fail *task_live(struct store *s, const struct task *t, int64_t now) __attribute__((nonnull, warn_unused_result));
const struct fail *task_tell(struct store *s, const struct task *t, const char *message, int64_t now, bool *told)
    __attribute__((nonnull, warn_unused_result));

/* ---- for the operator ---- */

/* Calls each(with, task) for all, oldest first; without request, questions, answers and outcome. */
const struct fail *task_each(struct store *s, struct arena *a, void (*each)(void *with, const struct task *t), void *with)
    __attribute__((nonnull(1, 2, 3), warn_unused_result));

#endif
