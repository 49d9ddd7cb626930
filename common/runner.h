/* SPDX-License-Identifier: ISC */
/*
 * runner: one run of a program that the owner of the site wrote, in any language, for somebody who may be nobody's
 * friend.  No shell, three pipes and one for news, a deadline, limits, a private folder, and where the kernel can
 * (Landlock), only the files and the network that it was given.  However it ends, nothing of it is left: no process, no
 * folder.
 */
#ifndef RUNNER_H
#define RUNNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "buf.h"

enum { RUNNER_LINE_MAX = 64 * 1024 };

struct runner_job {
	const char *const *argv;	/* the first is an absolute path; NULL at the end */
	const char *const *env;		/* NAME=value, NULL at the end; HOME and TMPDIR are added */
	const char *input;		/* standard input */
	size_t input_len;
	int timeout;			/* seconds */
	size_t output_max, stderr_max;	/* bytes that are kept; more output ends the program */
	int64_t memory, cpu, file_max;	/* bytes of address space, seconds, bytes of one file */
	bool network;			/* may it open TCP connections? */
	const char *const *read, *const *write;	/* absolute folders beyond the usual, or NULL */
	const char *site;		/* the folder that it comes from: read */
	const char *work;		/* where its private folder is made */

	/* Meanwhile; each may be NULL. */
	void *with;
	void (*line)(void *with, const char *text, size_t n);	/* of descriptor 3, without its end; too long ones are dropped */
	bool (*go_on)(void *with);	/* asked every `pulse` milliseconds; false: it is ended, RUNNER_STOPPED */
	int pulse;
	int watch;			/* a descriptor whose hang-up makes go_on be asked at once, or -1 */
};

enum runner_end { RUNNER_EXITED, RUNNER_SIGNALLED, RUNNER_TIMEOUT, RUNNER_STOPPED, RUNNER_NOT_STARTED };

struct runner_result {
	enum runner_end end;
	int status;			/* exit status, or signal; 127: the file could not be executed */
	struct buf output, errors;
	bool cut;			/* there was more output; the program was ended */
	const char *why;		/* RUNNER_NOT_STARTED: for the log */
};

/* Runs it to its end.  Not while somebody else waits for children of this process. */
void runner_run(struct arena *a, const struct runner_job *job, struct runner_result *r) __attribute__((nonnull));

/*
 * Why a file is not run: not a file, somebody else's, writable by others, itself or its folder; `program`: not
 * executable.  NULL: it may be run.
 */
const char *runner_refusal(const char *path, bool program) __attribute__((nonnull));

/* What this kernel can keep a program from, in words: "Landlock 4: files, TCP". */
const char *runner_layers(struct arena *a) __attribute__((nonnull));

#endif
