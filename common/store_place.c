/* SPDX-License-Identifier: ISC */
/* store_place: where the file may lie, and whose it may be. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store.h"

/* Who may write to the folder may put a log of his own beside the file, and with it any content. */
static const char *folder_check(const char *file)
{
	const char *slash = strrchr(file, '/');
	size_t n = slash && slash > file ? (size_t)(slash - file) : 1;
	char folder[PATH_MAX] = ".";
	struct stat st;

	if (slash && n < sizeof folder)
		*(char *)mempcpy(folder, file, n) = '\0';
	if (n >= sizeof folder)
		errno = ENAMETOOLONG;
	if (n >= sizeof folder || stat(folder, &st) != 0)
		return strerror(errno);
	if (st.st_uid != geteuid() && st.st_uid != 0 && geteuid() != 0)
		return "lies in a folder that belongs to somebody else";
	return st.st_mode & (S_IWGRP | S_IWOTH) ? "lies in a folder that others may write to (chmod 700)" : NULL;
}

const char *store_file_check(const char *file)
{
	struct stat st;

	if (lstat(file, &st) != 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "is not a regular file";
	if (st.st_uid != geteuid() && geteuid() != 0)
		return "belongs to somebody else than the user the programs run as";
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return "must be private to its owner (chmod 600)";
	if (!(st.st_mode & S_IWUSR))	/* the log beside it would be made with the same bits, and outlast them */
		return "can only be read (chmod 600)";
	return folder_check(file);
}
