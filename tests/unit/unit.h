/* SPDX-License-Identifier: ISC */
/*
 * unit: what every unit test begins with: cmocka behind the headers that it wants, table rows that say which
 * of them has failed, and folders that are gone afterwards.
 */
#ifndef UNIT_H
#define UNIT_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* For the rows of a table: the message names the row. */
#define row_check(condition, ...) do { if (!(condition)) fail_msg(__VA_ARGS__); } while (0)

/* Are two texts the same?  NULL is only like NULL. */
static inline bool same_text(const char *one, const char *two)
{
	return one && two ? strcmp(one, two) == 0 : one == two;
}

/* Text for a message. */
static inline const char *shown(const char *text)
{
	return text ? text : "(NULL)";
}

/* A new, empty folder that others may walk through but not look into; free() its name. */
static inline char *folder_new(void)
{
	const char *under = getenv("TMPDIR");
	char *name = NULL;

	if (asprintf(&name, "%s/mcp-cgi-unit.XXXXXX", under && *under ? under : "/tmp") < 0 || !mkdtemp(name) ||
	    chmod(name, 0711) != 0)
		abort();
	return name;
}

static inline int folder_drop_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st, (void)kind, (void)at;
	return remove(path);
}

/* The folder and all in it are gone. */
static inline void folder_drop(char *name)
{
	nftw(name, folder_drop_one, 16, FTW_DEPTH | FTW_PHYS);
	free(name);
}

/* A file with these bytes and this mode, whatever the umask is. */
static inline void file_put(const char *path, const void *bytes, size_t n, mode_t mode)
{
	FILE *f = fopen(path, "w");

	if (!f || fwrite(bytes, 1, n, f) != n || fclose(f) != 0 || chmod(path, mode) != 0)
		abort();
}

#endif
