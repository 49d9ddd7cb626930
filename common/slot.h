/* SPDX-License-Identifier: ISC */
/*
 * slot: no more than so many at once on the whole machine, whichever process they are in: password hashes, each of which takes
 * tens of megabytes; requests that wait for something, each of which takes a worker.
 */
#ifndef SLOT_H
#define SLOT_H

#include <stdbool.h>

#include "arena.h"
#include "conf.h"
#include "fail.h"

/*
 * Waits for one of two slots for a password hash, marked by locked files beside `file`, for ten seconds at most; then
 * fail_unavailable.  The slot is given back by slot_drop(), and by the kernel if the process dies.  *slot is a descriptor.
 */
const struct fail *slot_take(struct arena *a, const char *file, int *slot) __attribute__((nonnull, warn_unused_result));

/* The same for one of `most` requests that wait, for a quarter of a second; then slot_busy. */
const struct fail *slot_take_waiter(struct arena *a, const char *file, int most, int *slot)
    __attribute__((nonnull, warn_unused_result));

/* The same for one of `most` streams that are a process each, without waiting; then slot_busy. */
const struct fail *slot_take_stream(struct arena *a, const char *file, int most, int *slot)
    __attribute__((nonnull, warn_unused_result));

extern const struct fail slot_busy;		/* 503, come back soon */

/*
 * One of `most` slots for those who work on tasks: *slot is a descriptor, *number says which one it is.  False: all are taken,
 * and that is nothing to complain about.
 */
bool slot_take_task(struct arena *a, const char *file, int most, int *slot, int *number)
    __attribute__((nonnull, warn_unused_result));

/* Has nobody that slot for a task?  Whoever had it has given it back, or is dead. */
bool slot_task_is_free(struct arena *a, const char *file, int number) __attribute__((nonnull));
/* How many requests of mcp may wait: one worker at least is left for those who do not. */
int slot_waiters(const struct conf *conf) __attribute__((nonnull));

void slot_drop(int slot);

#endif
