/* SPDX-License-Identifier: ISC */
/*
 * serve_fcgi: several workers on one listening socket.  The web server starts one process a program; that process
 * forks the workers and only watches them.  With several sockets lighttpd would queue quick calls behind slow ones;
 * on one socket the kernel gives each connection to a worker that is free.
 */
#include <errno.h>
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

enum { READ_SECONDS = 10, WORKERS_MAX = 256, RESPAWN_BURST = 8, REQUESTS_MAX = 100000 };

static volatile sig_atomic_t ended;

static void on_end(int sig)
{
	ended = sig;
}

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

static pid_t worker_start(const struct endpoint *ep)
{
	pid_t parent = getpid(), pid = fork();

	if (pid != 0)
		return pid;
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGUSR1, SIG_DFL);
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

static void watch(const struct endpoint *ep, pid_t *worker, size_t n)
{
	int status;
	pid_t pid;
	size_t i;

	while (!ended) {
		pid = wait(&status);
		for (i = 0; pid > 0 && i < n; i++) {
			if (worker[i] != pid)
				continue;
			if (WIFSIGNALED(status))
				log_line("a worker died of signal %d", WTERMSIG(status));
			slow_down();
			if (!ended)
				worker[i] = worker_start(ep);
		}
		if (pid < 0 && errno == ECHILD)
			sleep(1);
	}
}

static void on_signals(void)
{
	static const int sig[] = { SIGTERM, SIGINT, SIGUSR1, SIGHUP };
	struct sigaction act;
	size_t i;

	memset(&act, 0, sizeof act);
	act.sa_handler = on_end;
	for (i = 0; i < sizeof sig / sizeof *sig; i++)
		sigaction(sig[i], &act, NULL);
}

int serve_fcgi(const struct endpoint *ep)
{
	const struct conf *conf = serve_settings(environ);
	size_t n = !conf ? 1 : (size_t)(ep->many ? conf->mcp_workers : conf->workers), i;
	pid_t worker[WORKERS_MAX];

	on_signals();
	for (i = 0; i < n; i++)
		worker[i] = worker_start(ep);
	watch(ep, worker, n);
	for (i = 0; i < n; i++)
		if (worker[i] > 0)
			kill(worker[i], ended == SIGUSR1 ? SIGUSR1 : SIGTERM);
	while (wait(NULL) > 0 || errno == EINTR)
		continue;
	return EXIT_SUCCESS;
}
