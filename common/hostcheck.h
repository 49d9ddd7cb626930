/* SPDX-License-Identifier: ISC */
/*
 * hostcheck: looks at the files of an installation: who may read, change or replace them, whether the database can be used, which
 * programs are missing.  Changes nothing.
 */
#ifndef HOSTCHECK_H
#define HOSTCHECK_H

#include <stdbool.h>

#include "arena.h"
#include "conf.h"
#include "finding.h"

struct hostcheck {
	struct arena *arena;
	const struct conf *conf;
	void (*each)(void *with, const struct finding *f);	/* only what is wrong, or a warning */
	void *with;
};

/* Programs, settings, database, in this order.  False: something is wrong; the first such thing ends it. */
bool hostcheck_run(const struct hostcheck *h) __attribute__((nonnull, warn_unused_result));

/* The folder that a file lies in. */
const char *hostcheck_folder(struct arena *a, const char *file) __attribute__((nonnull, returns_nonnull));

/* The folder of the web programs, if they are installed beside this one; or NULL. */
const char *hostcheck_programs(struct arena *a);

/*
 * Every path at which a web server might hand out this file, whatever its document root is: the ends of its real path.  NULL at
 * the end; at most `most` of them.
 */
const char **hostcheck_web_paths(struct arena *a, const char *file, size_t most) __attribute__((nonnull, returns_nonnull));

#endif
