/* SPDX-License-Identifier: ISC */
/* replay: rows beside a stream.  A file that is busy costs the resumption, not the answer. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "log.h"
#include "replay.h"
#include "store_stream.h"

enum { NUMBER_DIGITS = 9 };

void replay_keep(struct replay *r, struct context *cx, const struct digest *session)
{
	r->cx = cx;
	r->session = *session;
	r->on = true;
}

static const struct fail *done(struct replay *r, const struct fail *no, const char *what)
{
	struct store *s = r->cx->store;

	if (!no)
		no = store_commit(s);
	store_end(s);
	if (no)
		log_line("%s: %s", what, no->description);
	return no;
}

const char *replay_id(struct arena *a, const char *stream, int64_t number)
{
	return arena_printf(a, "%s.%" PRId64, stream, number);
}

const char *replay_begin(struct replay *r)
{
	const struct fail *no;
	bool put = false;

	if (!r->on)
		return NULL;
	r->id = crypto_random_text();
	no = store_begin_passing(r->cx->store);
	if (!no)
		no = stream_put(r->cx->store, r->id.v, &r->session, r->cx->now, &put);
	r->on = !done(r, no, "a stream is not kept") && put;
	return r->on ? replay_id(r->cx->arena, r->id.v, 0) : NULL;
}

const char *replay_put(struct replay *r, const char *json, int64_t end)
{
	const struct event e = { .number = r->number + 1, .message = json };
	const struct fail *no;

	if (!r->on || (!end && r->kept >= STREAM_EVENTS_MAX))
		return NULL;
	no = store_begin_passing(r->cx->store);
	if (!no)
		no = event_put(r->cx->store, r->id.v, &e);
	if (!no && end)
		no = stream_end(r->cx->store, r->id.v, end);
	if (done(r, no, "an event is not kept"))
		return NULL;
	r->number++;
	r->kept++;
	return replay_id(r->cx->arena, r->id.v, r->number);
}

void replay_end(struct replay *r, int64_t now)
{
	const struct fail *no;

	if (!r->on)
		return;
	no = store_begin_passing(r->cx->store);
	if (!no)
		no = stream_end(r->cx->store, r->id.v, now);
	done(r, no, "a stream has no end");
}

bool replay_read(struct arena *a, const char *id, const char **stream, int64_t *number)
{
	const char *dot = strchr(id, '.');
	size_t digits = dot ? strspn(dot + 1, "0123456789") : 0;

	if (!dot || dot - id != RANDOM_TEXT || digits == 0 || digits > NUMBER_DIGITS || dot[1 + digits])
		return false;
	*stream = arena_text(a, id, RANDOM_TEXT);
	*number = strtol(dot + 1, NULL, 10);
	return true;
}
