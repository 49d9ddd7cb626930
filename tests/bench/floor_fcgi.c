/* SPDX-License-Identifier: ISC */
/*
 * floor_fcgi: the least that a FastCGI program can do: it reads the request and answers FLOOR_BYTES bytes of JSON.
 * FLOOR_WORKERS processes on one socket, as the real programs have, so that only their work makes the difference.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include <fcgiapp.h>

enum { BYTES_MAX = 1 << 20, WORKERS_MAX = 64 };

static long number(const char *name, long most)
{
	const char *text = getenv(name);
	long n = text ? strtol(text, NULL, 10) : 0;

	return n < 2 ? 2 : n > most ? most : n;
}

static void answer(FCGX_Request *r, const char *body, size_t n)
{
	char spare[4096];

	while (FCGX_GetStr(spare, sizeof spare, r->in) > 0)
		continue;
	FCGX_FPrintF(r->out, "Status: 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
	    "X-Content-Type-Options: nosniff\r\nContent-Length: %d\r\n\r\n", (int)n);
	FCGX_PutStr(body, (int)n, r->out);
	FCGX_Finish_r(r);
}

static int work(void)
{
	static char body[BYTES_MAX];
	size_t n = (size_t)number("FLOOR_BYTES", BYTES_MAX);
	FCGX_Request r;

	memset(body, ' ', n);
	body[0] = '{';
	body[n - 1] = '}';
	if (FCGX_Init() != 0 || FCGX_InitRequest(&r, STDIN_FILENO, 0) != 0)
		return EXIT_FAILURE;
	while (FCGX_Accept_r(&r) >= 0)
		answer(&r, body, n);
	return EXIT_SUCCESS;
}

int main(void)
{
	long workers = number("FLOOR_WORKERS", WORKERS_MAX), i;

	for (i = 1; i < workers; i++)
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			return work();
		}
	return work();
}
