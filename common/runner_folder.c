/* SPDX-License-Identifier: ISC */
/* runner_folder: mkdtemp(3) and flock(2); removed from the leaves to the root. */
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner_folder.h"

enum { FOLDERS_OPEN = 16, PASSES = 32 };

static bool locked_out;			/* the last pass met a folder that its owner had closed */

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)at;
	if (kind == FTW_DNR) {
		chmod(path, 0700);
		locked_out = true;
		return 0;
	}
	if (kind != FTW_DP)
		unlink(path);
	else if (rmdir(path) != 0)
		chmod(path, 0700);
	return 0;
}

static void remove_all(const char *path)
{
	int pass = 0;

	do {
		locked_out = false;
		chmod(path, 0700);
		nftw(path, remove_one, FOLDERS_OPEN, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	} while (++pass < PASSES && (locked_out || access(path, F_OK) == 0));
}

/* A lock that can be had is one that nobody holds: its process is gone. */
static void sweep(struct arena *a, const char *work)
{
	DIR *all = opendir(work);
	struct dirent *entry;
	int fd;

	while (all && (entry = readdir(all))) {
		if (strncmp(entry->d_name, "run.", 4) != 0)
			continue;
		fd = openat(dirfd(all), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0) {
			if (fchmodat(dirfd(all), entry->d_name, 0700, 0) != 0)
				unlinkat(dirfd(all), entry->d_name, 0);
			continue;
		}
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			remove_all(arena_printf(a, "%s/%s", work, entry->d_name));
		close(fd);
	}
	if (all)
		closedir(all);
}

/* Somebody's sweep may come between making and locking: then it is gone, and another one is made. */
bool runner_folder_new(struct arena *a, const char *work, struct runner_folder *f)
{
	mkdir(work, 0700);
	sweep(a, work);
	for (int tries = 0; tries < 8; tries++) {
		char *path = arena_printf(a, "%s/run.XXXXXX", work);

		if (!mkdtemp(path))
			return false;
		f->path = path;
		f->lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (f->lock >= 0 && flock(f->lock, LOCK_EX | LOCK_NB) == 0 && access(path, F_OK) == 0)
			return true;
		if (f->lock >= 0)
			close(f->lock);
	}
	return false;
}

void runner_folder_drop(struct runner_folder *f)
{
	remove_all(f->path);
	close(f->lock);
}
