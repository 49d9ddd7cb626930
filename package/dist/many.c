/* SPDX-License-Identifier: ISC */
/*
 * many: several programs in one file, which is what it is called: for a tarball, where ten static programs would bring ten
 * copies of the same libraries.  PROGRAMS and NAMES come from dist.mk.  The name is the kernel's word and not argv[0]; what stands
 * behind a dot is left out, for hosts where a CGI program must be called NAME.cgi.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#define PROGRAM(name) int name##_main(void);
PROGRAMS
#undef PROGRAM

#define PROGRAM(name) { #name, name##_main },
#define NAME(text, name) { text, name##_main },

static const struct { const char *name; int (*main)(void); } programs[] = { PROGRAMS NAMES };

int main(void)
{
	const char *self = (const char *)getauxval(AT_EXECFN), *slash = self ? strrchr(self, '/') : NULL;
	const char *name = slash ? slash + 1 : self ? self : "";
	size_t n = strcspn(name, "."), i;

	for (i = 0; i < sizeof programs / sizeof *programs; i++)
		if (strlen(programs[i].name) == n && memcmp(programs[i].name, name, n) == 0)
			return programs[i].main();
	fprintf(stderr, "%s: no program of mcp-cgi has this name\n", name);
	return EXIT_FAILURE;
}
