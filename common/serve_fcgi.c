/* SPDX-License-Identifier: ISC */
/*
 * serve_fcgi: several workers on one listening socket.  The web server starts one process a program; that process
 * forks the workers and only watches them.  With several sockets lighttpd would queue quick calls behind slow ones;
 * on one socket the kernel gives each connection to a worker that is free.  Apache's mod_fcgid starts processes as it needs
 * them, each with a socket of its own, and gives each one request at a time: there is one worker, and another one as soon as that
 * one works on for somebody who has gone, while to mod_fcgid it is free.  And it ends when the settings have changed, because the
 * owner of a shared host can edit them and cannot restart Apache.
 *
 * Workers accept for themselves and hand the connection to libfcgi, which would otherwise wait for the first byte for
 * ever: a peer has READ_SECONDS to say all it has to say.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <fcgiapp.h>

#include "conf.h"
#include "log.h"
#include "serve_front.h"

enum { READ_SECONDS = 10, LIFE_SECONDS = 90, SETTINGS_MS = 1000, LINGER_ROUNDS = 600 };
enum { WORKERS_MAX = 256, RESPAWN_BURST = 8, REQUESTS_MAX = 100000, MEMORY_MAX = 128 * 1024 /* KiB */ };

/* What the watching process hears; blocked in it, so that none is lost between two calls. */
static const int heard[] = { SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGHUP, SIGCHLD };

static volatile sig_atomic_t ended;
static volatile sig_atomic_t connection = -1;
static volatile sig_atomic_t alarmed;

static bool one_of_many;	/* mod_fcgid has started this process */
static bool aside;		/* this worker ends after its request: another one has been asked for */

/* ---- a worker ------------------------------------------------------------------------------------------------ */

static void on_end(int sig)
{
	ended = sig;
}

/*
 * First: whatever the peer has not said by now it will not say; an answer still gets through.  Then: a request that works for so
 * long takes its worker with it, and the next one gets a new worker.  Nobody takes the alarm back between requests: the next
 * one sets it anew.
 */
static void on_alarm(int sig)
{
	int before = errno;

	(void)sig;
	if (connection < 0)
		return;
	if (alarmed)
		_exit(EXIT_FAILURE);
	alarmed = 1;
	shutdown(connection, SHUT_RD);
	alarm(LIFE_SECONDS - READ_SECONDS);
	errno = before;
}

long serve_fcgi_read(void *with, char *to, size_t n)
{
	FCGX_Request *r = with;
	int got = FCGX_GetStr(to, (int)n, r->in);

	if (got > 0)
		return got;
	return FCGX_GetError(r->in) ? -1 : 0;
}

/* Up to the record that ends it: a web server that is still writing when the connection closes takes the answer for broken. */
void serve_fcgi_finish(void *with)
{
	char spare[4096];
	FCGX_Request *r = with;

	FCGX_FClose(r->err);
	FCGX_FClose(r->out);
	while (serve_fcgi_read(with, spare, sizeof spare) > 0)
		continue;
}

int serve_fcgi_write(void *with, const char *from, size_t n)
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

static int fcgi_watch(void *with)
{
	FCGX_Request *r = with;

	return r->ipcFd;
}

/* The peer has said all it had to say: on_alarm() may end the worker at once. */
static void fcgi_take_time(void *with, int seconds)
{
	(void)with;
	alarmed = 1;
	alarm((unsigned)seconds);
}

/* Signals to end wait until the request is over. */
static bool fcgi_is_ending(void *with)
{
	sigset_t set;

	(void)with;
	sigemptyset(&set);
	sigpending(&set);
	return sigismember(&set, SIGTERM) || sigismember(&set, SIGUSR1);
}

/* The web server takes this worker for free from now on. */
static void fcgi_lose(void *with)
{
	(void)with;
	if (one_of_many && !aside)
		aside = kill(getppid(), SIGUSR2) == 0;
}

/* The web server hears of the end of the request; the connection stays ours until FCGX_Finish_r(). */
static void fcgi_leave(void *with)
{
	FCGX_Request *r = with;

	FCGX_FClose(r->err);
	FCGX_FClose(r->out);
	fcgi_lose(with);
}

void serve_signal(int sig, void (*handler)(int), int flags)
{
	struct sigaction act;

	memset(&act, 0, sizeof act);
	act.sa_handler = handler;
	act.sa_flags = flags;
	sigaction(sig, &act, NULL);
}

/*
 * One connection, one request: lighttpd, Apache and nginx close it afterwards.  To libfcgi it looks like a connection that was
 * kept open from an earlier request, which is the one kind that it takes from us.
 */
static void answer(const struct endpoint *ep, FCGX_Request *r, int fd)
{
	const struct front front = {
		.with = r, .read = serve_fcgi_read, .write = serve_fcgi_write, .watch = fcgi_watch,
		.take_time = fcgi_take_time, .is_ending = fcgi_is_ending,
		.leave = fcgi_leave, .lose = fcgi_lose,
	};

	alarmed = 0;
	connection = fd;
	alarm(READ_SECONDS);
	FCGX_InitRequest(r, -1, 0);
	r->ipcFd = fd;
	r->keepConnection = 1;
	if (FCGX_Accept_r(r) >= 0) {
		serve_one(ep, r->envp, &front);
		serve_fcgi_finish(r);
		FCGX_Finish_r(r);
	}
	connection = -1;
	FCGX_Free(r, 1);
}

/* One that once needed so much does not give it all back, and should not keep it for ever. */
static bool has_grown(void)
{
	struct rusage used;

	return getrusage(RUSAGE_SELF, &used) == 0 && used.ru_maxrss > MEMORY_MAX;
}

/* Waits for the next request.  False: this worker should end instead, because the settings have changed. */
static bool await_request(void)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };

	while (!ended && !serve_settings_changed())
		if (poll(&p, 1, SETTINGS_MS) > 0)
			return true;
	return false;
}

/* Signals to end are heard between two requests only: they would shorten every sleep of a request that waits. */
static int work(const struct endpoint *ep)
{
	sigset_t set;
	FCGX_Request r;
	int fd, n = 0;

	if (FCGX_Init() != 0)
		return EXIT_FAILURE;
	serve_signal(SIGTERM, on_end, 0);
	serve_signal(SIGUSR1, on_end, 0);
	serve_signal(SIGALRM, on_alarm, SA_RESTART);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	while (!ended && !aside && n < REQUESTS_MAX && !has_grown() && (!one_of_many || await_request())) {
		fd = accept4(STDIN_FILENO, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0 && errno != EINTR && errno != ECONNABORTED)
			return EXIT_FAILURE;
		if (fd < 0)
			continue;
		sigprocmask(SIG_BLOCK, &set, NULL);
		answer(ep, &r, fd);
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		n++;
	}
	return EXIT_SUCCESS;
}

/* ---- the process that watches ----------------------------------------------------------------------------------- */

static pid_t worker_start(const struct endpoint *ep, const sigset_t *before)
{
	pid_t parent = getpid(), pid = fork();

	if (pid != 0)
		return pid;
	sigprocmask(SIG_SETMASK, before, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EXIT_SUCCESS);
	_exit(ep->streams ? serve_streams(ep) : work(ep));
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

/* The only worker goes on by itself, and leaves room for another one. */
static void set_aside(pid_t *worker)
{
	size_t i;

	for (i = 1; i < WORKERS_MAX; i++)
		if (worker[i] <= 0) {
			worker[i] = worker[0];
			worker[0] = 0;
			return;
		}
}

/* Keeps n workers alive until told to end; returns the signal that said so. */
static int watch(const struct endpoint *ep, pid_t *worker, size_t n, const sigset_t *set, const sigset_t *before)
{
	static const struct timespec second = { .tv_sec = 1 };
	size_t i;
	int sig;

	for (;;) {
		for (i = 0; i < n; i++)
			if (worker[i] <= 0)
				worker[i] = worker_start(ep, before);
		sig = sigtimedwait(set, NULL, &second);		/* a fork(2) that failed is tried again */
		if (sig == SIGUSR2 && one_of_many)
			set_aside(worker);
		else if (sig > 0 && sig != SIGCHLD && sig != SIGUSR2)
			return sig;
		reap(worker + n, WORKERS_MAX - n);
		if (sig == SIGCHLD && reap(worker, n) < n)
			slow_down();
	}
}

/*
 * Tells the workers to end and waits for them.  A signal that comes just before a worker sleeps in accept(2) does not
 * wake it, hence it is told again; who is still there after LINGER_ROUNDS is killed.
 */
static void end(pid_t *worker, size_t n, int sig)
{
	static const struct timespec pause = { .tv_nsec = 50 * 1000 * 1000 };
	int round;
	size_t i;

	for (round = 0; reap(worker, n) > 0; round++) {
		for (i = 0; i < n; i++)
			if (worker[i] > 0)
				kill(worker[i], round < LINGER_ROUNDS ? sig : SIGKILL);
		nanosleep(&pause, NULL);
	}
}

/*
 * mod_fcgid says nothing of itself in the environment, but names each socket PARENT.NUMBER, PARENT being its own process (2.3.9,
 * fcgid_proc_unix.c).
 */
static bool is_one_of_many(void)
{
	struct sockaddr_un a = { 0 };
	socklen_t len = sizeof a - 1;
	char mine[32], *name;
	int n = snprintf(mine, sizeof mine, "/%ld.", (long)getppid());

	if (getsockname(STDIN_FILENO, (struct sockaddr *)&a, &len) != 0 || a.sun_family != AF_UNIX)
		return false;
	name = strrchr(a.sun_path, '/');
	return name && strncmp(name, mine, (size_t)n) == 0 && name[n] && name[(size_t)n + strspn(name + n, "0123456789")] == '\0';
}

int serve_fcgi(const struct endpoint *ep)
{
	const struct conf *conf = (one_of_many = is_one_of_many()) ? NULL : serve_settings(environ);
	size_t n = !conf || ep->streams ? 1 : (size_t)(ep->many ? conf->mcp_workers : conf->workers), i;
	pid_t worker[WORKERS_MAX] = { 0 };
	sigset_t set, before;

	sigemptyset(&set);
	for (i = 0; i < sizeof heard / sizeof *heard; i++)
		sigaddset(&set, heard[i]);
	sigprocmask(SIG_BLOCK, &set, &before);
	end(worker, WORKERS_MAX, watch(ep, worker, n, &set, &before) == SIGUSR1 ? SIGUSR1 : SIGTERM);
	return EXIT_SUCCESS;
}
