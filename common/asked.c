/* SPDX-License-Identifier: ISC */
/* asked: a question on standard input, and who may ask. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "asked.h"
#include "log.h"

/* A connection must not become standard output because that was closed. */
static bool has_three_descriptors(void)
{
	return fcntl(STDIN_FILENO, F_GETFD) >= 0 && fcntl(STDOUT_FILENO, F_GETFD) >= 0 && fcntl(STDERR_FILENO, F_GETFD) >= 0;
}

const char *asked_wrongly(void)
{
	if (getenv("GATEWAY_INTERFACE") || getenv("REQUEST_METHOD"))
		return "is not for a web server to start";
	return has_three_descriptors() ? NULL : "needs standard input, output and error";
}

bool asked_read(char *to, size_t n, size_t *len)
{
	ssize_t got;

	for (*len = 0; *len < n && (got = read(STDIN_FILENO, to + *len, n - *len)) != 0; *len += (size_t)got)
		if (got < 0)
			return false;
	if (*len == n)
		return false;
	to[*len] = '\0';
	return true;
}

int asked_end(const char *why)
{
	log_line("%s", why);
	return ASKED_WRONGLY;
}
