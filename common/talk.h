/* SPDX-License-Identifier: ISC */
/*
 * talk: one question to a program of ours, and all that it answers.  The child has three descriptors, no environment but a PATH,
 * a process group of its own, and a limited time.
 */
#ifndef TALK_H
#define TALK_H

#include <stddef.h>

#include "arena.h"
#include "buf.h"

enum talk_end {
	TALK_HEARD,			/* it has said all it had to say, in time */
	TALK_NOT_STARTED,		/* logged */
	TALK_ENDED,			/* it was too slow or said too much, and was ended; logged */
};

struct talk {
	const char *path, *name;	/* of the program */
	int seconds;
	const struct buf *said;		/* its standard input */
	size_t most;			/* bytes of its standard output */
	struct buf heard;		/* filled in */
	void (*more)(void *with, const struct buf *heard);	/* something was added to it; or NULL */
	void *with;
};

/* Runs the program and waits for its end.  Not for threads, and not while somebody else waits for children of this process. */
enum talk_end talk(struct arena *a, struct talk *t) __attribute__((nonnull, warn_unused_result));

#endif
