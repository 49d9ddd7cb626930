/* SPDX-License-Identifier: ISC */
/*
 * work_start: fork(2) twice, so that nobody of ours has to wait for it, and setsid(2) between, so that a web server that ends its
 * process group does not end it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "beside.h"
#include "child.h"
#include "log.h"
#include "work_start.h"

bool work_is_there(struct arena *a)
{
	return beside(a, "work") != NULL;
}

/* ---- after fork(2): only calls that a signal handler might make --------------------------------------------------- */

static _Noreturn void become(const char *path, int line)
{
	static char name[] = "work", found[] = "PATH=/usr/bin:/bin";
	char *const argv[] = { name, NULL }, *const environment[] = { found, NULL };
	int nothing = open("/dev/null", O_RDWR);

	child_reset_signals();
	if (nothing >= 0 && dup2(line, STDIN_FILENO) >= 0 && dup2(nothing, STDOUT_FILENO) >= 0 && dup2(nothing, STDERR_FILENO) >= 0) {
		child_close_from(STDERR_FILENO + 1);
		execve(path, argv, environment);
	}
	_exit(127);
}

static _Noreturn void let_go(const char *path, int line)
{
	pid_t pid;

	setsid();
	pid = fork();
	if (pid == 0)
		become(path, line);
	_exit(pid < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

/* ---- before ------------------------------------------------------------------------------------------------------- */

/* Signals wait while there are two of us, so that no handler of ours runs in the child. */
static bool fork_into(const char *path, int line)
{
	const struct sigaction usual = { .sa_handler = SIG_DFL };
	struct sigaction before_child;
	sigset_t all, before;
	int status = EXIT_FAILURE;
	pid_t pid;

	sigaction(SIGCHLD, &usual, &before_child);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0)
		let_go(path, line);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	sigprocmask(SIG_SETMASK, &before, NULL);
	sigaction(SIGCHLD, &before_child, NULL);
	return pid > 0 && status == EXIT_SUCCESS;
}

/* The line fits into a pipe, so that it is written before anybody reads. */
bool work_start(struct arena *a, const struct conf *conf)
{
	const char *path = beside(a, "work"), *text = arena_printf(a, "settings %s\n", conf->file);
	size_t n = strlen(text);
	bool started = false;
	int line[2];

	if (!path || n > PIPE_BUF) {
		log_line("the program work cannot be started: %s", path ? "the settings have too long a name" : "it is not there");
		return false;
	}
	if (pipe2(line, O_CLOEXEC) == 0) {
		started = write(line[1], text, n) == (ssize_t)n;
		close(line[1]);
		started = started && fork_into(path, line[0]);
		close(line[0]);
	}
	if (!started)
		log_line("the program work cannot be started: %s", strerror(errno));
	return started;
}
