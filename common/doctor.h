/* SPDX-License-Identifier: ISC */
/*
 * doctor: looks at a server from outside, as clients do, by the program doctor, which has the network and neither settings nor
 * database.  For mcpctl and setup.
 */
#ifndef DOCTOR_H
#define DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "finding.h"

enum {
	DOCTOR_SECONDS = 150,		/* for everything, if nothing else is asked */
	DOCTOR_FILES_MAX = 64,
};

/* What is to be looked at; all but url may be 0 or NULL. */
struct doctor_question {
	const char *url;		/* the MCP endpoint, or the origin, which is looked at for /mcp */
	const char *token;		/* a token for that endpoint: without one there are things that cannot be seen */
	const char *issuer;		/* what the settings say */
	const char *resource;
	const char *programs;		/* folder of the web programs, for the lines that mend something */
	const char *ca_file;		/* PEM file that stands for the system's authorities */
	const char *const *file;	/* paths on the web at which there must be nothing, NULL at the end */
	int64_t max_body;		/* bytes that the settings allow; 0: it is not known */
	int plain_port;			/* where plain http would be; 0: 80, beside https at its usual port */
	int seconds;			/* for everything; 0: DOCTOR_SECONDS */

	/*
	 * Somebody listens with the token, and waits for news of prompts: called with the `with` of doctor_run(), it makes such
	 * news.  NULL: that the first event comes is taken for enough.
	 */
	void (*listening)(void *with);
};

/*
 * Calls each(with, finding) as soon as something is known; the texts live as long as the arena.  False: the program doctor
 * is not there or has not come to an end, and the last finding says so.  Not for threads, and not while somebody else waits for
 * children of this process.
 */
bool doctor_run(struct arena *a, const struct doctor_question *q, void (*each)(void *with, const struct finding *f), void *with)
    __attribute__((nonnull(1, 2, 3), warn_unused_result));

#endif
