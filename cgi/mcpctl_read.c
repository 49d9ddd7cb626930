/* SPDX-License-Identifier: ISC */
/* mcpctl_read: files and lines that the operator hands in. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mcpctl.h"

const char *mcpctl_read_line(struct mcpctl *m, size_t n)
{
	char *line = arena_take(m->arena, n + 3), *end;

	if (!fgets(line, (int)n + 3, stdin)) {
		mcpctl_fail("standard input holds nothing");
		return NULL;
	}
	end = line + strcspn(line, "\r\n");
	memset(end, 0, strlen(end));
	return line;
}

char *mcpctl_read_file(struct mcpctl *m, const char *file, size_t most, size_t *n)
{
	char *text = arena_take(m->arena, most + 2);
	FILE *f = fopen(file, "re");

	if (!f) {
		mcpctl_fail("%s: %s", file, strerror(errno));
		return NULL;
	}
	*n = fread(text, 1, most + 1, f);
	if (ferror(f) || *n > most) {
		if (ferror(f))
			mcpctl_fail("%s: %s", file, strerror(errno));
		else
			mcpctl_fail("%s: has more than %zu bytes", file, most);
		text = NULL;
	}
	fclose(f);
	return text;
}
