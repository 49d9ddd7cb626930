/* SPDX-License-Identifier: ISC */
/*
 * fetch: gets one JSON document from the web for the program that has started it; no web program itself.
 *
 *	stdin	url URL, ca_file PATH, loopback 0|1, what document|keys; a line each, only url is needed
 *	stdout	ok LIFETIME LENGTH, and behind that line the bytes; or
 *		refused gone|invalid|unreachable|forbidden WORDS
 *	exit	0 when something was said; 2, with a line on stderr, when this was no request or no place to run
 *
 * It has the network, and nothing else: no settings, no database, no environment, no descriptor but three.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "asked.h"
#include "buf.h"
#include "fetch.h"
#include "log.h"

enum { REQUEST_MAX = 8192, WRITE_SECONDS = 1 };

/* The last resort: also a name service that hangs ends here.  Only what a signal handler may do. */
static void on_alarm(int sig)
{
	static const char words[] = "refused unreachable out of time\n";

	(void)sig;
	_exit(write(STDOUT_FILENO, words, sizeof words - 1) < 0 ? ASKED_WRONGLY : EXIT_SUCCESS);
}

static void alarm_set(void)
{
	static const struct itimerval limit = { .it_value = { .tv_sec = FETCH_SECONDS } };
	struct sigaction act = { .sa_handler = on_alarm };
	sigset_t none;

	sigemptyset(&none);
	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &limit, NULL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void limit(__rlimit_resource_t what, rlim_t n)
{
	const struct rlimit both = { n, n };

	setrlimit(what, &both);
}

/* The sanitizers need terabytes of addresses, and a thread that looks for leaks. */
static void enter(void)
{
	close_range(3, ~0U, 0);
	umask(077);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_CPU, FETCH_SECONDS);
	limit(RLIMIT_NOFILE, 32);
	limit(RLIMIT_FSIZE, 1024 * 1024);
#ifndef __SANITIZE_ADDRESS__
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	limit(RLIMIT_NPROC, 0);
	limit(RLIMIT_AS, 256UL * 1024 * 1024);
#endif
	if (chdir("/") != 0 || clearenv() != 0)
		abort();
}

static bool is_one_of(const char *value, const char *no, const char *yes, bool *which)
{
	*which = strcmp(value, yes) == 0;
	return *which || strcmp(value, no) == 0;
}

/* One line, `name value`. */
static bool line_read(char *line, struct fetch *f)
{
	char *value = strchr(line, ' ');

	if (!value || !value[1])
		return false;
	*value++ = '\0';
	if (strcmp(line, "url") == 0 && !f->url)
		f->url = value;
	else if (strcmp(line, "ca_file") == 0 && !f->ca_file)
		f->ca_file = value;
	else if (strcmp(line, "loopback") == 0)
		return is_one_of(value, "0", "1", &f->loopback);
	else if (strcmp(line, "what") == 0)
		return is_one_of(value, "document", "keys", &f->keys);
	else
		return false;
	return true;
}

static bool request_read(char *text, struct fetch *f)
{
	char *end;

	for (; *text; text = end + 1) {
		end = strchr(text, '\n');
		if (!end)
			return false;
		*end = '\0';
		if (!line_read(text, f))
			return false;
	}
	return f->url != NULL;
}

/* Whoever does not read what he has asked for has WRITE_SECONDS for it. */
static int say(const struct buf *b)
{
	static const struct itimerval limit = { .it_value = { .tv_sec = WRITE_SECONDS } };
	size_t at = 0;
	ssize_t n;

	signal(SIGALRM, SIG_DFL);
	setitimer(ITIMER_REAL, &limit, NULL);
	for (; at < b->len; at += (size_t)n) {
		n = write(STDOUT_FILENO, b->v + at, b->len - at);
		if (n <= 0)
			return asked_end("the answer cannot be written");
	}
	return EXIT_SUCCESS;
}

static int answer(struct arena *a, struct fetch *f)
{
	static const char *const kind[] = {
		[FETCH_GONE] = "gone", [FETCH_INVALID] = "invalid", [FETCH_UNREACHABLE] = "unreachable",
		[FETCH_FORBIDDEN] = "forbidden",
	};
	enum fetch_result got = fetch_get(a, f);
	struct buf b = buf_new(a);

	if (got == FETCH_OK) {
		buf_printf(&b, "ok %" PRId64 " %zu\n", f->lifetime, f->len);
		buf_put(&b, f->body, f->len);
	} else {
		buf_printf(&b, "refused %s %s\n", kind[got], f->why);
	}
	return say(&b);
}

int main(void)
{
	static char text[REQUEST_MAX];
	struct fetch f = { 0 };
	struct arena *a;
	const char *why;
	size_t len;
	int status;

	log_program("fetch");
	if ((why = asked_wrongly()))
		return asked_end(why);
	alarm_set();
	enter();
	if (!asked_read(text, sizeof text, &len) || strlen(text) != len || !request_read(text, &f))
		return asked_end("what is to be fetched cannot be read");
	a = arena_new();
	status = answer(a, &f);
	arena_drop(a);
	return status;
}
