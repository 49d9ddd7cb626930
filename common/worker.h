/* SPDX-License-Identifier: ISC */
/*
 * worker: works on tasks one after the other, until none waits any more.  Of workers there are as many as the settings say, each
 * with a slot of its own; one more has nothing to do.  It runs the same programs in the same way as a request would.
 */
#ifndef WORKER_H
#define WORKER_H

#include <signal.h>

#include "conf.h"

struct worker_job {
	const struct conf *conf;
	int64_t (*now)(void);		/* seconds since 1970 */
	const volatile sig_atomic_t *ended;	/* not 0: it must end, and gives back what it works on */
};

/* Works until nothing is to be done, or it must end. */
void worker_run(const struct worker_job *job) __attribute__((nonnull));

#endif
