/* SPDX-License-Identifier: ISC */
/*
 * fuzz: what every fuzz target begins with.  A target is handed bytes, gives them to one entrance of the
 * program, and says with must() what has to be true of whatever comes out; the sanitizers say the rest.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "utf8.h"

/* libFuzzer's two entrances. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

#define must(condition) do { \
	if (!(condition)) { \
		fprintf(stderr, "%s:%d: must(%s)\n", __FILE__, __LINE__, #condition); \
		abort(); \
	} \
} while (0)

/* The bytes as a C string, which ends at a NUL if there is one inside. */
static inline char *fuzz_text(struct arena *a, const uint8_t *data, size_t size)
{
	return arena_text(a, (const char *)data, size);
}

/* Cuts the first line off a text, and moves *rest behind it. */
static inline char *fuzz_line(char **rest)
{
	char *line = *rest, *end = strchr(line, '\n');

	if (end)
		*end++ = '\0';
	*rest = end ? end : line + strlen(line);
	return line;
}

/* A new private file, in TMPDIR if there is one; gives its name and its descriptor. */
static inline int fuzz_file(char *name, size_t n)
{
	const char *under = getenv("TMPDIR");
	int fd;

	must(snprintf(name, n, "%s/mcp-cgi-fuzz.XXXXXX", under && *under ? under : "/tmp") < (int)n);
	fd = mkstemp(name);
	must(fd >= 0);
	return fd;
}

/* No control character, nothing beyond ASCII. */
static inline bool fuzz_is_printable(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
			return false;
	return true;
}

#endif
