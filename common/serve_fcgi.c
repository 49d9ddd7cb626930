/* SPDX-License-Identifier: ISC */
/*
 * serve_fcgi: several workers on one listening socket.  The web server starts one process a program; that process
 * forks the workers and only watches them.  With several sockets lighttpd would queue quick calls behind slow ones;
 * on one socket the kernel gives each connection to a worker that is free.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <fcgiapp.h>

#include "conf.h"
#include "log.h"
#include "serve_front.h"

enum { READ_SECONDS = 10, WORKERS_MAX = 256, RESPAWN_BURST = 8, REQUESTS_MAX = 100000, LINGER_ROUNDS = 1500 };

/* What the watching process hears; blocked in it, so that none is lost between two calls. */
static const int heard[] = { SIGTERM, SIGINT, SIGUSR1, SIGHUP, SIGCHLD };

static long fcgi_read(void *with, char *to, size_t n)
{
	FCGX_Request *r = with;
	int got = FCGX_GetStr(to, (int)n, r->in);

	if (got > 0)
		return got;
	return FCGX_GetError(r->in) ? -1 : 0;
}

static int fcgi_write(void *with, const char *from, size_t n)
{
	FCGX_Request *r = with;
	int piece;

	for (; n > 0; n -= (size_t)piece, from += piece) {
		piece = n > 1 << 20 ? 1 << 20 : (int)n;
		if (FCGX_PutStr(from, piece, r->out) != piece)
			return -1;
	}
	return FCGX_FFlush(r->out);
}

/* A peer that announces a body and does not send it must not hold the worker. */
static void limit_reading(int fd)
{
	static const struct timeval limit = { .tv_sec = READ_SECONDS };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/* SIGTERM and SIGUSR1 end it when idle; a request in work is finished first (libfcgi sees to that). */
static int work(const struct endpoint *ep)
{
	FCGX_Request r;
	int n;

	if (FCGX_Init() != 0 || FCGX_InitRequest(&r, STDIN_FILENO, 0) != 0)
		return EXIT_FAILURE;
	for (n = 0; n < REQUESTS_MAX && FCGX_Accept_r(&r) >= 0; n++) {
		const struct front front = { &r, fcgi_read, fcgi_write };

		limit_reading(r.ipcFd);
		serve_one(ep, r.envp, &front);
		FCGX_Finish_r(&r);
	}
	return EXIT_SUCCESS;
}

static pid_t worker_start(const struct endpoint *ep, const sigset_t *before)
{
	pid_t parent = getpid(), pid = fork();

	if (pid != 0)
		return pid;
	sigprocmask(SIG_SETMASK, before, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EXIT_SUCCESS);
	_exit(work(ep));
}

/* Waits a second before the next start when RESPAWN_BURST workers died within one. */
static void slow_down(void)
{
	static time_t second;
	static int burst;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec != second) {
		second = now.tv_sec;
		burst = 0;
	}
	if (++burst >= RESPAWN_BURST)
		sleep(1);
}

/* Takes note of the workers that have ended; returns how many are left. */
static size_t reap(pid_t *worker, size_t n)
{
	size_t i, left = 0;
	int status;

	for (i = 0; i < n; i++) {
		if (worker[i] > 0 && waitpid(worker[i], &status, WNOHANG) == worker[i]) {
			if (WIFSIGNALED(status) && WTERMSIG(status) != SIGTERM)
				log_line("a worker died of signal %d", WTERMSIG(status));
			worker[i] = 0;
		}
		left += worker[i] > 0;
	}
	return left;
}

/* Keeps n workers alive until told to end; returns the signal that said so. */
static int watch(const struct endpoint *ep, pid_t *worker, size_t n, const sigset_t *set, const sigset_t *before)
{
	size_t i;
	int sig;

	for (;;) {
		for (i = 0; i < n; i++)
			if (worker[i] <= 0)
				worker[i] = worker_start(ep, before);
		sig = sigwaitinfo(set, NULL);
		if (sig > 0 && sig != SIGCHLD)
			return sig;
		if (reap(worker, n) < n)
			slow_down();
	}
}

/*
 * Tells the workers to end and waits for them.  A signal that comes just before a worker sleeps in accept(2) is lost on
 * libfcgi, hence told again and again; who is still there after LINGER_ROUNDS is killed.
 */
static void end(pid_t *worker, size_t n, int sig)
{
	static const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
	int round;
	size_t i;

	for (round = 0; reap(worker, n) > 0; round++) {
		for (i = 0; i < n; i++)
			if (worker[i] > 0)
				kill(worker[i], round < LINGER_ROUNDS ? sig : SIGKILL);
		nanosleep(&pause, NULL);
	}
}

int serve_fcgi(const struct endpoint *ep)
{
	const struct conf *conf = serve_settings(environ);
	size_t n = !conf ? 1 : (size_t)(ep->many ? conf->mcp_workers : conf->workers), i;
	pid_t worker[WORKERS_MAX] = { 0 };
	sigset_t set, before;

	sigemptyset(&set);
	for (i = 0; i < sizeof heard / sizeof *heard; i++)
		sigaddset(&set, heard[i]);
	sigprocmask(SIG_BLOCK, &set, &before);
	end(worker, n, watch(ep, worker, n, &set, &before) == SIGUSR1 ? SIGUSR1 : SIGTERM);
	return EXIT_SUCCESS;
}
