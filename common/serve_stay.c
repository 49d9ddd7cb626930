/* SPDX-License-Identifier: ISC */
/* serve_stay: a stream that has its process to itself: round after round until one side ends it. */
#include <poll.h>
#include <time.h>

#include "serve_front.h"
#include "stream.h"

enum { LIFE_SECONDS = 60 };		/* from one round to the next; far too long for anything but a process that hangs */

int64_t serve_milliseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Until the next round, or until the client hangs up where that can be seen. */
static void rest(struct stream *s)
{
	struct pollfd p = { .fd = stream_watch(s), .events = POLLRDHUP };

	if (poll(&p, p.fd >= 0, STREAM_ROUND) > 0)
		s->gone = true;
}

static bool is_ending(const struct stream *s)
{
	return s->front->is_ending && s->front->is_ending(s->front->with);
}

/* False: that was the last one. */
static bool go_round(struct stream *s, const struct streams *kind, bool comment)
{
	bool on = !is_ending(s);
	struct context cx;

	serve_round(&cx);
	s->rs->arena = cx.arena;
	kind->look(&cx);
	if (on)
		on = kind->tick(&cx, s, s->rs->stay_with);
	else
		kind->end(&cx, s, s->rs->stay_with);
	serve_round_end();
	return on && (!comment || stream_go_on(s)) && !s->gone;
}

static void begin(struct stream *s, const struct streams *kind)
{
	struct context cx;

	serve_round(&cx);
	kind->begin(&cx, s, s->rs->stay_with);
	serve_round_end();
}

int serve_stay(struct stream *s)
{
	const struct streams *kind = s->rs->stay;
	int64_t said = serve_milliseconds();
	bool comment;

	if (stream_is_shared(s))
		return s->front->keep(s->front->with, s);
	stream_life(s, LIFE_SECONDS);
	begin(s, kind);
	do {
		rest(s);
		stream_life(s, LIFE_SECONDS);
		comment = serve_milliseconds() - said >= STREAM_COMMENT;
		if (comment)
			said = serve_milliseconds();
	} while (!s->gone && go_round(s, kind, comment));
	kind->drop(s->rs->stay_with);
	return s->gone ? -1 : 0;
}
