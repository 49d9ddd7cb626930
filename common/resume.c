/* SPDX-License-Identifier: ISC */
/* resume: from the rows to a stream. */
#include <string.h>
#include <time.h>

#include "arena.h"
#include "program.h"
#include "replay.h"
#include "resume.h"
#include "rpc_session.h"
#include "slot.h"
#include "store_question.h"
#include "store_stream.h"

enum { PORTION = 50, STEP_MS = 100, STEPS_A_SECOND = 1000 / STEP_MS, HOLD_SECONDS = 20, LIFE_SECONDS = 90, RETRY_MS = 500 };

static const struct fail no_event = {
	400, "invalid_request", "Last-Event-ID is not one of this session", RPC_INVALID_REQUEST, 0, 0
};

const struct fail *resume_find(struct context *cx, const struct bearer *who, const char *session, const char *last_event_id,
    struct resume **x)
{
	struct mcp_session *found;
	const struct fail *no;
	bool there;

	*x = arena_take(cx->arena, sizeof **x);
	if ((no = rpc_session_find(cx, who, session, &found)))
		return no;
	if (!replay_read(cx->arena, last_event_id, &(*x)->stream, &(*x)->last))
		return &no_event;
	if ((no = stream_find(cx->store, (*x)->stream, &found->hash, &there)))
		return no;
	return there ? NULL : &no_event;
}

/* True: that was all.  An end that is seen before the events are read is the end behind them. */
static bool give_news(struct context *cx, struct stream *out, struct resume *x)
{
	struct event *e;
	bool ended;
	size_t n;

	if (stream_has_ended(cx->store, x->stream, &ended))
		return true;
	do {
		if (event_since(cx->store, cx->arena, x->stream, x->last, PORTION, &e, &n))
			return true;
		for (size_t i = 0; i < n; i++) {
			stream_event_as(out, replay_id(cx->arena, x->stream, e[i].number), e[i].message, strlen(e[i].message));
			x->last = e[i].number;
		}
	} while (n == PORTION && !out->gone);
	return ended;
}

static void hold(struct context *cx, struct stream *out, struct resume *x)
{
	static const struct timespec step = { .tv_nsec = STEP_MS * 1000 * 1000 };
	int64_t version;

	for (int i = 1; i <= HOLD_SECONDS * STEPS_A_SECOND; i++) {
		nanosleep(&step, NULL);
		if (!store_look(cx->store, &version) && version != x->looked) {
			x->looked = version;
			if (give_news(cx, out, x))
				return;
		}
		if (i % STEPS_A_SECOND)
			continue;
		stream_life(out, LIFE_SECONDS);
		if (!stream_go_on(out))
			return;
	}
}

void resume_give(struct context *cx, struct stream *out, struct resume *x)
{
	int slot;

	stream_prime(out, replay_id(cx->arena, x->stream, x->last), RETRY_MS);
	if (give_news(cx, out, x) || program_take_slot(cx, &slot))
		return;
	hold(cx, out, x);
	slot_drop(slot);
}
