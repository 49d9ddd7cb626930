/* SPDX-License-Identifier: ISC */
/*
 * context: what a decision stands on: the request's memory, its one instant, the settings, the rows.  The domain is
 * given this and nothing else, so that it knows neither HTTP nor the environment nor the clock.
 */
#ifndef CONTEXT_H
#define CONTEXT_H

#include <stdint.h>

struct arena;
struct conf;
struct store;

struct context {
	struct arena *arena;
	int64_t now;			/* seconds since 1970; one instant for the whole request */
	const struct conf *conf;
	struct store *store;		/* opened by the first statement that is asked of it */
	const char *peer;		/* REMOTE_ADDR, or "" */
	char id[17];			/* names the request in the log and in a server_error */
};

#endif
