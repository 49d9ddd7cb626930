/* SPDX-License-Identifier: ISC */
/*
 * serve_cgi: plain CGI, without libfcgi, which would take SIGTERM away even here.  A body that does not arrive within
 * READ_SECONDS is given up; a process that hangs for any other reason ends by its alarm.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "beside.h"
#include "log.h"
#include "serve_front.h"

enum { READ_SECONDS = 10, LIFE_SECONDS = 60 };

/* A web server that ends us may mean that the client has gone: an answer that is under way looks at it. */
static volatile sig_atomic_t told_to_end;

struct pipe_front {
	int64_t deadline;	/* milliseconds of the monotonic clock */
};

/* A blocking descriptor is asked with poll first, so that a stalled upload cannot hold the process. */
static long pipe_read(void *with, char *to, size_t n)
{
	struct pipe_front *f = with;
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	ssize_t got;
	int ready;

	do {
		int64_t left = f->deadline - serve_milliseconds();

		ready = left > 0 ? poll(&p, 1, (int)left) : 0;
		if (ready == 0)
			return -2;
		got = ready > 0 ? read(STDIN_FILENO, to, n) : -1;
	} while (got < 0 && (errno == EINTR || errno == EAGAIN));
	return got;
}

static int pipe_write(void *with, const char *from, size_t n)
{
	ssize_t put;

	(void)with;
	while (n > 0) {
		put = write(STDOUT_FILENO, from, n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		from += put;
		n -= (size_t)put;
	}
	return 0;
}

static void on_end(int sig)
{
	told_to_end = sig;
}

/*
 * By a signal, or by the other end of the answer that is closed.  POLLRDHUP would say nothing: Apache's mod_cgid has ended its
 * side of the socket as soon as the body is through.
 */
static bool pipe_is_over(void *with)
{
	struct pollfd p = { .fd = STDOUT_FILENO };

	(void)with;
	return told_to_end != 0 || (poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR)));
}

/* From now on SIGTERM is heard by the pump and not by the process, and the alarm comes later. */
static void pipe_take_time(void *with, int seconds)
{
	const struct sigaction act = { .sa_handler = on_end };

	(void)with;
	sigaction(SIGTERM, &act, NULL);
	alarm((unsigned)seconds);
}

/* The web server sees the end of the answer; what is written afterwards goes nowhere.  mod_cgid has one socket for both. */
static void pipe_leave(void *with)
{
	int fd, nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)with;
	for (fd = STDIN_FILENO; fd <= STDOUT_FILENO; fd++)
		if (nowhere < 0 || dup2(nowhere, fd) < 0)
			close(fd);
	if (nowhere >= 0)
		close(nowhere);
}

bool serve_is_fcgi(void)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof peer;

	return getpeername(STDIN_FILENO, (struct sockaddr *)&peer, &len) != 0 && errno == ENOTCONN;
}

/* Before anything is read.  A program that cannot be started is no reason not to answer. */
static void hand_over(const struct endpoint *ep)
{
	const struct request rq = { .env = environ };
	struct arena *a = arena_new();
	const char *name = ep->other(&rq), *path = name ? beside(a, name) : NULL;

	if (path) {
		execv(path, (char *[]){ arena_copy(a, name), NULL });
		log_line("cannot start %s: %s", name, strerror(errno));
	}
	arena_drop(a);
}

int serve_cgi(const struct endpoint *ep, const char *name)
{
	struct pipe_front f = { .deadline = serve_milliseconds() + READ_SECONDS * 1000 };
	const struct front front = {
		.with = &f, .read = pipe_read, .write = pipe_write, .is_gone = pipe_is_over, .take_time = pipe_take_time,
		.is_ending = pipe_is_over,
		.leave = pipe_leave,
	};
	int rc;

	if (!getenv("REQUEST_METHOD")) {
		fprintf(stderr, "%s is a CGI and FastCGI program: a web server runs it.  See %s(8).\n", name, name);
		return 2;
	}
	if (ep && ep->other)
		hand_over(ep);
	alarm(LIFE_SECONDS);
	rc = ep ? serve_one(ep, environ, &front) : serve_nothing(&front, false);
	serve_leave();
	return ep && rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
