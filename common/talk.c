/* SPDX-License-Identifier: ISC */
/*
 * talk: one socket pair to a child of its own process group, a timer, and the end of the child in every case.
 * The timer is a descriptor, so that nothing here looks at a clock.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "log.h"
#include "talk.h"

enum { READ_AT_ONCE = 8192 };

struct child {
	pid_t pid;
	int line;			/* our end of its standard input and output */
	int timer;
	size_t told;			/* of what is to be said */
	struct sigaction before;	/* of SIGCHLD */
};

/* ---- the child, before it is another program: only calls that a signal handler might make ---------------------- */

static _Noreturn void become(const struct talk *t, int line, pid_t parent)
{
	static char found[] = "PATH=/usr/bin:/bin";
	char *const argv[] = { (char *)(uintptr_t)t->name, NULL }, *const environment[] = { found, NULL };

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	child_reset_signals();
	if (dup2(line, STDIN_FILENO) >= 0 && dup2(line, STDOUT_FILENO) >= 0) {
		child_close_from(STDERR_FILENO + 1);
		execve(t->path, argv, environment);
	}
	_exit(127);
}

/* ---- start and end ---------------------------------------------------------------------------------------------- */

/* Signals wait while there are two of us, so that no handler of ours runs in the child. */
static pid_t fork_into(const struct talk *t, int line)
{
	sigset_t all, before;
	pid_t parent = getpid(), pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0)
		become(t, line, parent);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid > 0)
		setpgid(pid, pid);
	return pid;
}

/* A web server may have us started with SIGCHLD ignored; then there would be nothing to wait for. */
static bool child_start(struct child *c, const struct talk *t)
{
	const struct itimerspec limit = { .it_value = { .tv_sec = t->seconds } };
	const struct sigaction usual = { .sa_handler = SIG_DFL };
	int line[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line) != 0)
		return false;
	c->line = line[0];
	c->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	sigaction(SIGCHLD, &usual, &c->before);
	if (c->timer >= 0 && timerfd_settime(c->timer, 0, &limit, NULL) == 0)
		c->pid = fork_into(t, line[1]);
	close(line[1]);
	if (c->pid > 0)
		return true;
	sigaction(SIGCHLD, &c->before, NULL);
	close(c->line);
	if (c->timer >= 0)
		close(c->timer);
	return false;
}

static void child_end(struct child *c)
{
	if (kill(-c->pid, SIGKILL) != 0)
		kill(c->pid, SIGKILL);
	while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	sigaction(SIGCHLD, &c->before, NULL);
	close(c->line);
	close(c->timer);
}

/* ---- the talk ----------------------------------------------------------------------------------------------------- */

/* A child that does not want to hear it may still have an answer. */
static void tell(struct child *c, const struct talk *t)
{
	ssize_t n = send(c->line, t->said->v + c->told, t->said->len - c->told, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n >= 0)
		c->told += (size_t)n;
	else if (errno != EAGAIN && errno != EINTR)
		c->told = t->said->len;
	if (c->told == t->said->len)
		shutdown(c->line, SHUT_WR);
}

/* 1: go on, 0: all was heard, -1: no use. */
static int hear(struct child *c, struct talk *t)
{
	ssize_t n = recv(c->line, buf_room(&t->heard, READ_AT_ONCE), READ_AT_ONCE, MSG_DONTWAIT);

	if (n < 0 && errno == ECONNRESET)
		n = 0;			/* it ended without having heard all */
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 1 : -1;
	t->heard.len += (size_t)n;
	t->heard.v[t->heard.len] = '\0';
	if (t->heard.len > t->most)
		return -1;
	if (t->more)
		t->more(t->with, &t->heard);
	return n > 0;
}

/* True when the child has said all it had to say, in time. */
static bool hear_all(struct child *c, struct talk *t)
{
	int more = 1;

	while (more > 0) {
		struct pollfd at[2] = { { .fd = c->line, .events = POLLIN }, { .fd = c->timer, .events = POLLIN } };

		if (c->told < t->said->len)
			at[0].events |= POLLOUT;
		if (poll(at, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			return false;
		}
		if (at[1].revents)
			return false;
		if ((at[0].revents & POLLOUT) && c->told < t->said->len)
			tell(c, t);
		if (at[0].revents & (POLLIN | POLLHUP | POLLERR))
			more = hear(c, t);
	}
	return more == 0;
}

enum talk_end talk(struct arena *a, struct talk *t)
{
	struct child c = { 0 };
	bool heard;

	t->heard = buf_new(a);
	if (!child_start(&c, t)) {
		log_line("the program %s cannot be started: %s", t->name, strerror(errno));
		return TALK_NOT_STARTED;
	}
	heard = hear_all(&c, t);
	child_end(&c);
	if (!heard)
		log_line("the program %s was ended", t->name);
	return heard ? TALK_HEARD : TALK_ENDED;
}
