/* SPDX-License-Identifier: ISC */
/* work_start: the program work, which works on tasks, from a program that does not wait for it. */
#ifndef WORK_START_H
#define WORK_START_H

#include <stdbool.h>

#include "arena.h"
#include "conf.h"

/* Is there a program work beside this one? */
bool work_is_there(struct arena *a) __attribute__((nonnull));

/*
 * Starts one in a session of its own, with nothing of ours but the name of the settings on its standard input; it looks for
 * itself what there is to do, and ends at once where enough of them are at work.  False: it could not be started; logged.
 */
bool work_start(struct arena *a, const struct conf *conf) __attribute__((nonnull));

#endif
