/* SPDX-License-Identifier: ISC */
/*
 * runner_folder: a private folder for one run, gone when it is given back; the next run clears away what a killed
 * process left.
 */
#ifndef RUNNER_FOLDER_H
#define RUNNER_FOLDER_H

#include <stdbool.h>

#include "arena.h"

struct runner_folder {
	const char *path;
	int lock;		/* descriptor: it is in use as long as somebody holds the lock */
};

/* False: it cannot be made. */
bool runner_folder_new(struct arena *a, const char *work, struct runner_folder *f) __attribute__((nonnull, warn_unused_result));

/* Removes it with all that is in it; links are not followed. */
void runner_folder_drop(struct runner_folder *f) __attribute__((nonnull));

#endif
