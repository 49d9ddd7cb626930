/* SPDX-License-Identifier: ISC */
/* runner_child: what happens between fork(2) and execve(2); only calls that a signal handler might make.  For runner.c only. */
#ifndef RUNNER_CHILD_H
#define RUNNER_CHILD_H

#include <sys/types.h>

#include "runner.h"

/* Becomes the program.  descriptor: standard input, output, error, news. */
_Noreturn void runner_become(const struct runner_job *job, char *const *env, const char *folder, const int *descriptor,
    pid_t parent);

/* Locks this process in (Landlock).  Best effort: an old kernel does less. */
void runner_lock(const struct runner_job *job, const char *folder);

#endif
