/* SPDX-License-Identifier: ISC */
/*
 * beside: the kernel knows how this one was started.  Apache's suexec does it by the bare name in the current folder, which no
 * web program changes.
 */
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "beside.h"

const char *beside(struct arena *a, const char *name)
{
	const char *self = (const char *)getauxval(AT_EXECFN), *slash = self ? strrchr(self, '/') : NULL;
	const char *path = slash ? arena_printf(a, "%.*s/%s", (int)(slash - self), self, name) : arena_printf(a, "./%s", name);

	return self && access(path, X_OK) == 0 ? path : NULL;
}
