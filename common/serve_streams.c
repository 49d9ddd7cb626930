/* SPDX-License-Identifier: ISC */
/*
 * serve_streams: hundreds of streams in one process.  A connection arrives, is read by libfcgi as soon as its request is there
 * as a whole, and is answered like any other; what stays is written from here on without ever waiting for a reader.  Nothing
 * in this loop blocks, so that one slow client keeps nobody else from hearing.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fcgiapp.h>

#include "conf.h"
#include "log.h"
#include "serve_front.h"
#include "serve_record.h"
#include "stream.h"

enum {
	ARRIVE_MS = 10000,		/* that a request may take to come in */
	LEAVE_MS = 5000,		/* that the last words may take to go out */
	END_MS = 2000,			/* the same when the process ends */
	LONG_SECONDS = 2,		/* for a request that cannot be looked at as a whole: it will be refused for its length */
	SPARE = 64,			/* connections beside the streams that may stay */
};

enum state { ARRIVING, OPEN, LEAVING };

struct line {
	enum state state;
	bool waits;			/* ARRIVING: for the next round */
	int64_t since;			/* in this state, or its last comment */
	struct outbox out;
	struct front front;
	struct response rs;
	struct stream s;
};

/* A request while libfcgi has it. */
struct asked {
	FCGX_Request r;			/* first: libfcgi's functions get a pointer to it */
	struct line *line;
	bool kept;
};

static struct {
	struct line **line;
	struct pollfd *poll;
	size_t n, most;
} all;

static volatile sig_atomic_t ended;
static volatile sig_atomic_t reading = -1;

static void on_end(int sig)
{
	ended = sig;
}

static void on_alarm(int sig)
{
	int before = errno;

	(void)sig;
	if (reading >= 0)
		shutdown(reading, SHUT_RD);
	errno = before;
}

/* ---- one connection ---------------------------------------------------------------------------------------------- */

static void line_drop(struct line *l)
{
	if (l->state == OPEN)
		l->rs.stay->drop(l->rs.stay_with);
	outbox_drop(&l->out);
	if (l->out.fd >= 0)
		close(l->out.fd);
	free(l);
}

/* It has said its last words: they may still have to go out. */
static void line_end(struct line *l)
{
	l->rs.stay->drop(l->rs.stay_with);
	l->state = LEAVING;
	l->since = serve_milliseconds();
	if (!outbox_put_end(&l->out))
		l->s.gone = true;
}

static int line_write(void *with, const char *from, size_t n)
{
	struct line *l = with;

	return outbox_put(&l->out, from, n) ? 0 : -1;
}

/* The stream moves from the request to the line; the head goes out while the request's memory is still there. */
static int keep(void *with, struct stream *s)
{
	struct asked *asked = with;
	struct line *l = asked->line;
	struct context cx;

	asked->kept = true;
	l->state = OPEN;
	l->since = serve_milliseconds();
	l->out.id = asked->r.requestId;
	l->front = (struct front){ .with = l, .write = line_write };
	l->rs = *s->rs;
	l->s = (struct stream){ .front = &l->front, .rs = &l->rs };
	serve_round(&cx);
	l->rs.stay->begin(&cx, &l->s, l->rs.stay_with);
	l->rs.arena = cx.arena;
	serve_round_end();
	return l->s.gone ? -1 : 0;
}

/* Reads and answers the request that is there.  False: the connection is done with. */
static bool line_answer(const struct endpoint *ep, struct line *l)
{
	struct asked asked = { .line = l };
	const struct front front = { .with = &asked, .read = serve_fcgi_read, .write = serve_fcgi_write, .keep = keep };

	reading = l->out.fd;
	alarm(LONG_SECONDS);
	FCGX_InitRequest(&asked.r, -1, 0);
	asked.r.ipcFd = l->out.fd;
	asked.r.keepConnection = 1;
	if (FCGX_Accept_r(&asked.r) >= 0) {
		serve_one(ep, asked.r.envp, &front);
		if (!asked.kept)
			serve_fcgi_finish(&asked.r);
	} else if (asked.r.ipcFd < 0) {
		l->out.fd = -1;		/* libfcgi has closed it */
	}
	reading = -1;
	alarm(0);
	FCGX_Free(&asked.r, 0);
	return asked.kept && !l->s.gone;
}

/* False: the connection is done with. */
static bool line_arrive(const struct endpoint *ep, struct line *l)
{
	switch (record_arrival(l->out.fd)) {
	case ARRIVAL_WHOLE:
	case ARRIVAL_LONG:
		return line_answer(ep, l);
	case ARRIVAL_NOT_YET:
		l->waits = true;
		return serve_milliseconds() - l->since < ARRIVE_MS;
	case ARRIVAL_GONE:
		break;
	}
	return false;
}

/* What poll(2) tells of a line.  False: the connection is done with. */
static bool line_hear(const struct endpoint *ep, struct line *l, short events)
{
	if (l->state == ARRIVING)
		return events ? line_arrive(ep, l) : true;
	if (events & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL))
		return false;
	if ((events & POLLOUT) && !outbox_send(&l->out))
		return false;
	return l->state != LEAVING || !outbox_is_empty(&l->out);
}

/* A round of a line.  False: the connection is done with. */
static bool line_tick(const struct endpoint *ep, struct context *cx, struct line *l)
{
	int64_t now = serve_milliseconds();

	if (l->state == ARRIVING) {
		l->waits = false;
		return line_arrive(ep, l);
	}
	if (l->state == LEAVING)
		return !outbox_is_empty(&l->out) && now - l->since < LEAVE_MS;
	if (!l->rs.stay->tick(cx, &l->s, l->rs.stay_with)) {
		line_end(l);
	} else if (now - l->since >= STREAM_COMMENT) {
		l->since = now;
		stream_go_on(&l->s);
	}
	return !l->s.gone;
}

/* ---- all of them -------------------------------------------------------------------------------------------------- */

static void take_out(size_t i)
{
	line_drop(all.line[i]);
	all.line[i] = all.line[--all.n];
}

/* Lines that are waited for are looked at by the round; arrived ones at once. */
static void accept_all(const struct endpoint *ep)
{
	while (all.n < all.most) {
		int fd = accept4(STDIN_FILENO, NULL, NULL, SOCK_CLOEXEC);
		struct line *l = fd >= 0 ? calloc(1, sizeof *l) : NULL;

		if (!l) {
			if (fd >= 0)
				close(fd);
			return;
		}
		l->out.fd = fd;
		l->since = serve_milliseconds();
		all.line[all.n++] = l;
		if (!line_arrive(ep, l))
			take_out(all.n - 1);
	}
}

static short wanted(const struct line *l)
{
	if (l->state == ARRIVING)
		return l->waits ? 0 : POLLIN;
	return outbox_is_empty(&l->out) ? POLLRDHUP : POLLRDHUP | POLLOUT;
}

static void wait_until(int64_t next, const sigset_t *before)
{
	int64_t left = next - serve_milliseconds();
	const struct timespec t = { .tv_sec = left > 0 ? left / 1000 : 0, .tv_nsec = left > 0 ? left % 1000 * 1000000 : 0 };

	all.poll[0] = (struct pollfd){ .fd = all.n < all.most ? STDIN_FILENO : -1, .events = POLLIN };
	for (size_t i = 0; i < all.n; i++)
		all.poll[i + 1] = (struct pollfd){ .fd = all.line[i]->out.fd, .events = wanted(all.line[i]) };
	if (ppoll(all.poll, all.n + 1, all.n ? &t : NULL, before) <= 0)
		for (size_t i = 0; i <= all.n; i++)
			all.poll[i].revents = 0;
}

static size_t count_open(void)
{
	size_t n = 0;

	for (size_t i = 0; i < all.n; i++)
		n += all.line[i]->state == OPEN;
	return n;
}

/* Requests that have arrived are answered before, because a request and a round each have a memory that they end with. */
static void go_round(const struct endpoint *ep)
{
	struct context cx;

	for (size_t i = all.n; i-- > 0; )
		if (all.line[i]->state == ARRIVING && !line_tick(ep, NULL, all.line[i]))
			take_out(i);
	serve_round(&cx);
	if (count_open() > 0)
		ep->streams->look(&cx);
	for (size_t i = all.n; i-- > 0; )
		if (all.line[i]->state != ARRIVING && !line_tick(ep, &cx, all.line[i]))
			take_out(i);
	serve_round_end();
}

/* Everybody hears that it is over. */
static void end_all(const sigset_t *before)
{
	int64_t until = serve_milliseconds() + END_MS;
	struct context cx;

	serve_round(&cx);
	for (size_t i = 0; i < all.n; i++)
		if (all.line[i]->state == OPEN) {
			all.line[i]->rs.stay->end(&cx, &all.line[i]->s, all.line[i]->rs.stay_with);
			line_end(all.line[i]);
		}
	serve_round_end();
	all.most = 0;
	while (all.n > 0 && serve_milliseconds() < until) {
		for (size_t i = all.n; i-- > 0; )
			if (all.line[i]->state != LEAVING || all.line[i]->s.gone || !outbox_send(&all.line[i]->out) ||
			    outbox_is_empty(&all.line[i]->out))
				take_out(i);
		if (all.n > 0)
			wait_until(serve_milliseconds() + STREAM_ROUND, before);
	}
	while (all.n > 0)
		take_out(all.n - 1);
}

static bool begin(sigset_t *before)
{
	const struct conf *conf = serve_settings(environ);
	sigset_t set;

	all.most = (size_t)(conf ? conf->listen_max : 0) + SPARE;
	all.line = calloc(all.most, sizeof *all.line);
	all.poll = calloc(all.most + 1, sizeof *all.poll);
	if (!all.line || !all.poll || FCGX_Init() != 0 || fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK) != 0)
		return false;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, before);
	serve_signal(SIGTERM, on_end, 0);
	serve_signal(SIGUSR1, on_end, 0);
	serve_signal(SIGALRM, on_alarm, SA_RESTART);
	return true;
}

int serve_streams(const struct endpoint *ep)
{
	int64_t next = serve_milliseconds();
	sigset_t before;

	if (!begin(&before))
		return EXIT_FAILURE;
	while (!ended) {
		size_t n = all.n;

		wait_until(next, &before);
		for (size_t i = n; i-- > 0; )
			if (!line_hear(ep, all.line[i], all.poll[i + 1].revents))
				take_out(i);
		if (all.poll[0].revents)
			accept_all(ep);
		if (all.n > 0 && serve_milliseconds() >= next) {
			go_round(ep);
			next = serve_milliseconds() + STREAM_ROUND;
		}
	}
	end_all(&before);
	serve_end();
	free(all.line);
	free(all.poll);
	return EXIT_SUCCESS;
}
