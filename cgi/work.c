/* SPDX-License-Identifier: ISC */
/*
 * work: works on tasks that wait; no web program itself.  mcp starts it and does not wait for it.
 *
 *	stdin	settings PATH; one line, the settings file
 *	exit	0 when nothing is left to do, or enough others are at work; 2 when this was no request or no place to run
 *
 * Which tasks there are, and whose, it finds in the database; nobody tells it.  What it has to complain of stands in work.log
 * beside the database.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "asked.h"
#include "log.h"
#include "sandbox.h"
#include "tool.h"
#include "worker.h"

enum { REQUEST_MAX = 8192, LOG_MAX = 1024 * 1024 };

static volatile sig_atomic_t ended;

static void on_end(int sig)
{
	ended = sig;
}

/* A program that works is not interrupted by them, but ended at its next pulse. */
static void hear_signals(void)
{
	static const int end[] = { SIGTERM, SIGINT, SIGHUP };
	const struct sigaction act = { .sa_handler = on_end };
	sigset_t none;

	for (size_t i = 0; i < sizeof end / sizeof *end; i++)
		sigaction(end[i], &act, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec;
}

/* "settings PATH\n", and nothing more; NULL if it is something else. */
static const char *settings_read(char *text, size_t room)
{
	static const char name[] = "settings ";
	size_t n = 0;
	ssize_t got;

	while (n < room - 1 && (got = read(STDIN_FILENO, text + n, room - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	if (strncmp(text, name, sizeof name - 1) != 0 || strlen(text) != n || strchr(text, '\n') != text + n - 1)
		return NULL;
	text[n - 1] = '\0';
	return text[sizeof name - 1] == '/' ? text + sizeof name - 1 : NULL;
}

/* The web server's log may be a pipe that somebody waits at, or that has no reader any more. */
static void log_open(struct arena *a, const struct conf *conf)
{
	const char *folder = arena_text(a, conf->database, (size_t)(strrchr(conf->database, '/') - conf->database));
	const char *name = arena_printf(a, "%s/work.log", folder);
	struct stat st;
	int fd;

	if (lstat(name, &st) == 0 && st.st_size > LOG_MAX && rename(name, arena_printf(a, "%s.1", name)) != 0)
		log_line("work.log cannot be renamed");
	fd = open(name, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
	if (fd >= 0) {
		dup2(fd, STDERR_FILENO);
		close(fd);
	}
}

/* No root here either; the sanitizers' build is for tests, and these may be root's. */
static bool enter(void)
{
	bool safe = sandbox_enter();

#ifdef __SANITIZE_ADDRESS__
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);		/* for the thread that looks for leaks */
	safe = true;
#endif
	return safe;
}

static int work(struct arena *lasting, const char *file)
{
	struct conf_error e;
	static struct conf conf;

	if (!conf_read(lasting, file, &conf, &e)) {
		log_line("%s:%d: %s", e.file, e.line, e.reason);
		return ASKED_WRONGLY;
	}
	if (chdir("/") != 0)
		return asked_end("cannot go to /");
	log_open(lasting, &conf);
	worker_run(&(const struct worker_job){ .conf = &conf, .now = now, .ended = &ended });
	tool_end();
	return EXIT_SUCCESS;
}

int main(void)
{
	static char text[REQUEST_MAX];
	struct arena *lasting;
	const char *file;
	int status;

	log_program("work");
	if (getenv("GATEWAY_INTERFACE") || getenv("REQUEST_METHOD"))
		return asked_end("is not for a web server to start");
	if (!enter())
		return ASKED_WRONGLY;
	hear_signals();
	if (!(file = settings_read(text, sizeof text)))
		return asked_end("where the settings are cannot be read");
	lasting = arena_new();
	status = work(lasting, file);
	arena_drop(lasting);
	return status;
}
