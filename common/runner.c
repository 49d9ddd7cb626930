/* SPDX-License-Identifier: ISC */
/*
 * runner: the side of the parent.  It adopts whatever its child leaves behind (PR_SET_CHILD_SUBREAPER), so that a daemon
 * cannot get away.  The deadline is a descriptor: nothing here looks at a clock.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner.h"
#include "runner_child.h"
#include "runner_folder.h"

enum { STDIN, STDOUT, STDERR, NEWS, PIPES };		/* the program's descriptors */
enum { READ_AT_ONCE = 64 * 1024, PULSE = 200, REAP_ROUNDS = 1000 };

struct run {
	const struct runner_job *job;
	struct runner_result *r;
	struct arena *arena;
	struct runner_folder folder;
	pid_t pid;
	int end[PIPES];			/* ours; -1 when closed */
	int theirs[PIPES];
	int timer, pulse;		/* descriptors: the deadline, and the time to ask whether to go on */
	int process;			/* one that tells when it has ended, or -1 on an old kernel */
	size_t given;
	struct buf news;
	bool skip;			/* the rest of a line that is too long */
	bool ended;
	int status;			/* as waitpid(2) gives it */
	struct sigaction before;	/* of SIGCHLD */
};

/* ---- start ----------------------------------------------------------------------------------------------------- */

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool open_pipes(struct run *x)
{
	int both[2];

	for (int i = 0; i < PIPES; i++)
		x->end[i] = x->theirs[i] = -1;
	for (int i = 0; i < PIPES; i++) {
		if (pipe2(both, O_CLOEXEC) != 0)
			return false;
		x->end[i] = both[i == STDIN];
		x->theirs[i] = both[i != STDIN];
		if (fcntl(x->end[i], F_SETFL, O_NONBLOCK) != 0)
			return false;
	}
	return true;
}

static bool set_timer(struct run *x)
{
	const struct timespec step = { .tv_nsec = (x->job->pulse ? x->job->pulse : PULSE) * 1000L * 1000 };
	const struct itimerspec limit = { .it_value = { .tv_sec = x->job->timeout } }, often = { step, step };

	x->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	x->pulse = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	return x->timer >= 0 && x->pulse >= 0 && timerfd_settime(x->timer, 0, &limit, NULL) == 0 &&
	    timerfd_settime(x->pulse, 0, &often, NULL) == 0;
}

static char *const *environment(struct run *x)
{
	size_t n = 0;
	char **env;

	while (x->job->env[n])
		n++;
	env = arena_take(x->arena, (n + 3) * sizeof *env);
	for (size_t i = 0; i < n; i++)
		env[i] = arena_copy(x->arena, x->job->env[i]);
	env[n] = arena_printf(x->arena, "HOME=%s", x->folder.path);
	env[n + 1] = arena_printf(x->arena, "TMPDIR=%s", x->folder.path);
	return env;
}

/* Signals wait while there are two of us, so that no handler of ours runs in the child. */
static bool start(struct run *x)
{
	static const struct sigaction usual = { .sa_handler = SIG_DFL };
	char *const *env = environment(x);
	sigset_t all, before;
	pid_t parent = getpid();

	sigaction(SIGCHLD, &usual, &x->before);
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	x->pid = fork();
	if (x->pid == 0)
		runner_become(x->job, env, x->folder.path, x->theirs, parent);
	sigprocmask(SIG_SETMASK, &before, NULL);
	for (int i = 0; i < PIPES; i++)
		close_one(&x->theirs[i]);
	if (x->pid < 0)
		return false;
	setpgid(x->pid, x->pid);
	x->process = (int)syscall(SYS_pidfd_open, x->pid, 0);
	return true;
}

/* ---- meanwhile --------------------------------------------------------------------------------------------------- */

static void give(struct run *x)
{
	ssize_t n = 0;

	if (x->given < x->job->input_len)
		n = write(x->end[STDIN], x->job->input + x->given, x->job->input_len - x->given);
	if (n >= 0)
		x->given += (size_t)n;
	if (x->given == x->job->input_len || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_one(&x->end[STDIN]);
}

/* Reads what is there.  0: nothing more for now or ever. */
static size_t hear(struct run *x, int which, char *to)
{
	ssize_t n = read(x->end[which], to, READ_AT_ONCE);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		close_one(&x->end[which]);
	return n > 0 ? (size_t)n : 0;
}

static void keep(struct buf *b, const char *bytes, size_t n, size_t most)
{
	if (n > most - b->len)
		n = most - b->len;
	buf_put(b, bytes, n);
}

static void tell_lines(struct run *x, const char *bytes, size_t n)
{
	const char *end = bytes + n, *at;

	for (; bytes < end; bytes = at + 1) {
		at = memchr(bytes, '\n', (size_t)(end - bytes));
		n = (size_t)((at ? at : end) - bytes);
		if (x->news.len + n > RUNNER_LINE_MAX)
			x->skip = true;
		else if (!x->skip)
			buf_put(&x->news, bytes, n);
		if (!at)
			return;
		if (!x->skip && x->job->line)
			x->job->line(x->job->with, x->news.v, x->news.len);
		x->news.len = 0;
		x->skip = false;
	}
}

/* False: it has said more than is kept. */
static bool hear_all(struct run *x)
{
	static char piece[READ_AT_ONCE];
	size_t n;

	while (x->end[STDERR] >= 0 && (n = hear(x, STDERR, piece)) > 0)
		keep(&x->r->errors, piece, n, x->job->stderr_max);
	while (x->end[NEWS] >= 0 && (n = hear(x, NEWS, piece)) > 0)
		tell_lines(x, piece, n);
	while (x->end[STDOUT] >= 0 && (n = hear(x, STDOUT, piece)) > 0) {
		x->r->cut = n > x->job->output_max - x->r->output.len;
		keep(&x->r->output, piece, n, x->job->output_max);
		if (x->r->cut)
			return false;
	}
	return true;
}

static void look_for_end(struct run *x)
{
	if (!x->ended)
		x->ended = waitpid(x->pid, &x->status, WNOHANG) == x->pid;
}

/* Is it time to ask?  Also while the program talks without a pause. */
static bool is_time(struct run *x)
{
	uint64_t times;

	return read(x->pulse, &times, sizeof times) == sizeof times;
}

/* Until it has ended, or must. */
static enum runner_end attend(struct run *x)
{
	bool asked = false;

	for (;;) {
		struct pollfd at[] = {
			{ .fd = x->end[STDIN], .events = POLLOUT }, { .fd = x->end[STDOUT], .events = POLLIN },
			{ .fd = x->end[STDERR], .events = POLLIN }, { .fd = x->end[NEWS], .events = POLLIN },
			{ .fd = x->timer, .events = POLLIN }, { .fd = x->process, .events = POLLIN },
			{ .fd = x->pulse, .events = POLLIN }, { .fd = asked ? -1 : x->job->watch, .events = POLLRDHUP },
		};
		int n = poll(at, sizeof at / sizeof *at, -1);

		if (at[STDIN].revents)
			give(x);
		if (!hear_all(x))
			return RUNNER_EXITED;
		look_for_end(x);
		if (x->ended) {
			hear_all(x);
			return WIFSIGNALED(x->status) ? RUNNER_SIGNALLED : RUNNER_EXITED;
		}
		if (n >= 0 && at[4].revents)
			return RUNNER_TIMEOUT;
		if ((is_time(x) || (n > 0 && at[7].revents)) && x->job->go_on && !x->job->go_on(x->job->with))
			return RUNNER_STOPPED;
		asked = asked || (n > 0 && at[7].revents);		/* hung up, and it may go on all the same */
	}
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

/* The first child of this process; adopted ones are among them.  0: none. */
static pid_t some_child(void)
{
	char name[64], text[32] = "";
	int fd;
	ssize_t n;

	snprintf(name, sizeof name, "/proc/self/task/%d/children", (int)getpid());
	fd = open(name, O_RDONLY | O_CLOEXEC);
	n = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
	if (fd >= 0)
		close(fd);
	return n > 0 ? (pid_t)strtol(text, NULL, 10) : 0;
}

/* All of it, however it hid: its group, and what was left to us. */
static void end(struct run *x)
{
	pid_t pid;

	kill(-x->pid, SIGKILL);
	kill(x->pid, SIGKILL);
	while (!x->ended && waitpid(x->pid, &x->status, 0) < 0 && errno == EINTR)
		continue;
	kill(-x->pid, SIGKILL);
	for (int round = 0; round < REAP_ROUNDS && (pid = some_child()) > 0; round++) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
	prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
	sigaction(SIGCHLD, &x->before, NULL);
}

static void tidy(struct run *x)
{
	for (int i = 0; i < PIPES; i++) {
		close_one(&x->end[i]);
		close_one(&x->theirs[i]);
	}
	close_one(&x->timer);
	close_one(&x->pulse);
	close_one(&x->process);
}

static void run(struct run *x)
{
	struct runner_result *r = x->r;

	if (!open_pipes(x) || !set_timer(x) || !start(x)) {
		r->why = strerror(errno);
		if (x->before.sa_handler != SIG_ERR)
			sigaction(SIGCHLD, &x->before, NULL);
		return;
	}
	r->end = attend(x);
	end(x);
	if (r->end == RUNNER_EXITED && !r->cut)
		r->status = WEXITSTATUS(x->status);
	else if (r->end == RUNNER_SIGNALLED)
		r->status = WTERMSIG(x->status);
}

void runner_run(struct arena *a, const struct runner_job *job, struct runner_result *r)
{
	struct run x = { .job = job, .r = r, .arena = a, .timer = -1, .pulse = -1, .process = -1, .news = buf_new(a),
		.before = { .sa_handler = SIG_ERR } };

	*r = (struct runner_result){ .end = RUNNER_NOT_STARTED, .output = buf_new(a), .errors = buf_new(a) };
	if (!runner_folder_new(a, job->work, &x.folder)) {
		r->why = "no private folder can be made";
		return;
	}
	run(&x);
	tidy(&x);
	runner_folder_drop(&x.folder);
}

const char *runner_refusal(const char *path, bool program)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');
	struct stat st;

	if (!slash || (size_t)(slash - path) >= sizeof folder || stat(path, &st) != 0)
		return "is not there";
	if (!S_ISREG(st.st_mode))
		return "is not a file";
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return "belongs to somebody else";
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return "may be written by others (chmod go-w)";
	if (program && access(path, X_OK) != 0)
		return "is not executable (chmod +x)";
	snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
	if (stat(folder, &st) != 0 || (st.st_uid != 0 && st.st_uid != geteuid()) ||
	    ((st.st_mode & (S_IWGRP | S_IWOTH)) && !(st.st_mode & S_ISVTX)))
		return "stands in a folder that others may write to";
	return NULL;
}
