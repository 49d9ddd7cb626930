/* SPDX-License-Identifier: ISC */
/*
 * fetch_child: one socket pair to a child of its own process group, a timer, and the end of the child in every case.
 * The timer is a descriptor, so that nothing here looks at a clock.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "beside.h"
#include "buf.h"
#include "child.h"
#include "fetch_child.h"
#include "log.h"

enum { HEAD_MAX = 256, WHY_MAX = 120, READ_AT_ONCE = 8192 };

struct child {
	pid_t pid;
	int line;			/* our end of its standard input and output */
	int timer;
	struct buf request;		/* what is still to be said */
	size_t said;
	struct buf answer;
	struct sigaction before;	/* of SIGCHLD */
};

static enum fetch_result unreachable(struct fetch *f, const char *why)
{
	f->why = why;
	return FETCH_UNREACHABLE;
}

/* ---- the child, before it is another program: only calls that a signal handler might make ---------------------- */

static _Noreturn void become(const char *path, int line, pid_t parent)
{
	static char name[] = "fetch", found[] = "PATH=/usr/bin:/bin";
	char *const argv[] = { name, NULL }, *const environment[] = { found, NULL };

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	child_reset_signals();
	if (dup2(line, STDIN_FILENO) >= 0 && dup2(line, STDOUT_FILENO) >= 0) {
		child_close_from(STDERR_FILENO + 1);
		execve(path, argv, environment);
	}
	_exit(127);
}

/* ---- start and end ---------------------------------------------------------------------------------------------- */

/* Signals wait while there are two of us, so that no handler of ours runs in the child. */
static pid_t fork_into(const char *path, int line)
{
	sigset_t all, before;
	pid_t parent = getpid(), pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0)
		become(path, line, parent);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid > 0)
		setpgid(pid, pid);
	return pid;
}

/* A web server may have us started with SIGCHLD ignored; then there would be nothing to wait for. */
static bool child_start(struct child *c, const char *path)
{
	static const struct itimerspec limit = { .it_value = { .tv_sec = FETCH_SECONDS + 1 } };
	const struct sigaction usual = { .sa_handler = SIG_DFL };
	int line[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line) != 0)
		return false;
	c->line = line[0];
	c->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	sigaction(SIGCHLD, &usual, &c->before);
	if (c->timer >= 0 && timerfd_settime(c->timer, 0, &limit, NULL) == 0)
		c->pid = fork_into(path, line[1]);
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
static void tell(struct child *c)
{
	ssize_t n = send(c->line, c->request.v + c->said, c->request.len - c->said, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n >= 0)
		c->said += (size_t)n;
	else if (errno != EAGAIN && errno != EINTR)
		c->said = c->request.len;
	if (c->said == c->request.len)
		shutdown(c->line, SHUT_WR);
}

/* 1: go on, 0: all was heard, -1: no use. */
static int hear(struct child *c, size_t max)
{
	ssize_t n = recv(c->line, buf_room(&c->answer, READ_AT_ONCE), READ_AT_ONCE, MSG_DONTWAIT);

	if (n < 0 && errno == ECONNRESET)
		n = 0;			/* it ended without having heard all */
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 1 : -1;
	c->answer.len += (size_t)n;
	c->answer.v[c->answer.len] = '\0';
	if (c->answer.len > max)
		return -1;
	return n > 0;
}

/* True when the child has said all it had to say, in time. */
static bool talk(struct child *c, size_t max)
{
	int more = 1;

	while (more > 0) {
		struct pollfd at[2] = { { .fd = c->line, .events = POLLIN }, { .fd = c->timer, .events = POLLIN } };

		if (c->said < c->request.len)
			at[0].events |= POLLOUT;
		if (poll(at, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			return false;
		}
		if (at[1].revents)
			return false;
		if ((at[0].revents & POLLOUT) && c->said < c->request.len)
			tell(c);
		if (at[0].revents & (POLLIN | POLLHUP | POLLERR))
			more = hear(c, max);
	}
	return more == 0;
}

/* ---- what it said -------------------------------------------------------------------------------------------------- */

/* ok LIFETIME LENGTH, and exactly so many bytes */
static bool ok_read(const struct buf *b, char *head, char *body, struct fetch *f)
{
	intmax_t lifetime;
	uintmax_t len;
	char *end;

	errno = 0;
	lifetime = strtoimax(head, &end, 10);
	if (errno || end == head || *end != ' ' || lifetime < -1)
		return false;
	head = end + 1;
	if (*head < '0' || *head > '9')
		return false;
	len = strtoumax(head, &end, 10);
	if (errno || *end || len != b->len - (size_t)(body - b->v))
		return false;
	f->lifetime = lifetime;
	f->body = body;
	f->len = (size_t)len;
	return true;
}

static bool is_phrase(const char *s)
{
	size_t n;

	for (n = 0; s[n]; n++)
		if (s[n] < 0x20 || s[n] > 0x7e || n == WHY_MAX)
			return false;
	return n > 0;
}

/* refused KIND WORDS */
static bool refusal_read(char *head, struct fetch *f, enum fetch_result *got)
{
	static const struct {
		const char *name;
		enum fetch_result result;
	} kind[] = {
		{ "gone", FETCH_GONE }, { "invalid", FETCH_INVALID }, { "unreachable", FETCH_UNREACHABLE },
		{ "forbidden", FETCH_FORBIDDEN },
	};
	char *words = strchr(head, ' ');
	size_t i;

	if (!words || !is_phrase(words + 1))
		return false;
	*words++ = '\0';
	for (i = 0; i < sizeof kind / sizeof *kind; i++)
		if (strcmp(head, kind[i].name) == 0) {
			*got = kind[i].result;
			f->why = words;
			return true;
		}
	return false;
}

static enum fetch_result answer_read(struct child *c, struct fetch *f)
{
	char *head = c->answer.v, *end = memchr(head, '\n', c->answer.len < HEAD_MAX ? c->answer.len : HEAD_MAX);
	enum fetch_result got;

	if (end && !memchr(head, '\0', (size_t)(end - head))) {
		*end++ = '\0';
		if (strncmp(head, "ok ", 3) == 0 && ok_read(&c->answer, head + 3, end, f))
			return FETCH_OK;
		if (strncmp(head, "refused ", 8) == 0 && !*end && refusal_read(head + 8, f, &got))
			return got;
	}
	log_line("the program fetch ended without an answer");
	return unreachable(f, "the program fetch ended without an answer");
}

/* A line break would be another line of the request. */
static bool is_request(const struct fetch *f)
{
	return *f->url && strlen(f->url) <= FETCH_URL_MAX && !strchr(f->url, '\n') &&
	    (!f->ca_file || (*f->ca_file && strlen(f->ca_file) < PATH_MAX && !strchr(f->ca_file, '\n')));
}

static void request_put(struct buf *b, const struct fetch *f)
{
	buf_printf(b, "url %s\n", f->url);
	if (f->ca_file)
		buf_printf(b, "ca_file %s\n", f->ca_file);
	buf_printf(b, "loopback %d\nwhat %s\n", f->loopback, f->keys ? "keys" : "document");
}

enum fetch_result fetch_ask(struct arena *a, struct fetch *f)
{
	struct child c = { .request = buf_new(a), .answer = buf_new(a) };
	const char *path;
	bool heard;

	f->body = NULL;
	f->len = 0;
	f->lifetime = -1;
	f->why = "";
	if (!is_request(f)) {
		f->why = "a URL that is not fetched";
		return FETCH_FORBIDDEN;
	}
	path = beside(a, "fetch");
	if (!path) {
		log_line("there is no program fetch beside this one");
		return unreachable(f, "there is no program fetch");
	}
	request_put(&c.request, f);
	if (!child_start(&c, path)) {
		log_line("the program fetch cannot be started: %s", strerror(errno));
		return unreachable(f, "the program fetch cannot be started");
	}
	heard = talk(&c, HEAD_MAX + (f->keys ? FETCH_KEYS_MAX : FETCH_DOCUMENT_MAX));
	child_end(&c);
	if (!heard) {
		log_line("the program fetch was ended");
		return unreachable(f, "the program fetch was ended");
	}
	return answer_read(&c, f);
}
