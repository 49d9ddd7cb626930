/* SPDX-License-Identifier: ISC */
/*
 * site_watch: has somebody put a file into the site, changed one, or taken one away?  Looked at by names and stamps, which
 * works on every file system, and reads no file.
 */
#ifndef SITE_WATCH_H
#define SITE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "context.h"
#include "site.h"

enum watched { WATCHED_TOOLS, WATCHED_PROMPTS, WATCHED_RESOURCES, WATCHED };

/* What was there at the last look.  All zero before the first. */
struct site_watch {
	uint64_t list[WATCHED];		/* names of all files, and stamps of definitions: what lists are made of */
	uint64_t all[WATCHED];		/* names and stamps of all files */
};

/* What has changed since the last look: sets of 1 << enum watched. */
struct site_news {
	unsigned lists;			/* something came or went, or is defined in another way */
	unsigned files;			/* or has another content */
};

/* Looks at the three shelves. */
struct site_news site_watch_look(struct context *cx, struct site_watch *w) __attribute__((nonnull));

/* The stamp of one file; all zero when there is none. */
struct site_stamp site_watch_stamp(const char *path) __attribute__((nonnull));

#endif
