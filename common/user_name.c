/* SPDX-License-Identifier: ISC */
/* user_name: what begins with a dash would be an option of mcpctl. */
#include <string.h>

#include "user_name.h"
#include "utf8.h"

enum { NAME_MAX_CHARACTERS = 64 };

bool user_name_is(const char *name)
{
	size_t n = strlen(name);
	const char *p;

	if (n == 0 || *name == '-' || !utf8_is(name, n) || utf8_count(name, n) > NAME_MAX_CHARACTERS)
		return false;
	for (p = name; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return false;
	return true;
}
