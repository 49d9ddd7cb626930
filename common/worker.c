/* SPDX-License-Identifier: ISC */
/*
 * worker: takes a slot, and then what waits.  Whoever has made a task and found all slots taken goes away; so the one who gives
 * his slot back looks once more.
 */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "arena.h"
#include "crypto.h"
#include "json.h"
#include "log.h"
#include "slot.h"
#include "store.h"
#include "store_change.h"
#include "store_task.h"
#include "work.h"
#include "worker.h"
#include "worker_round.h"

enum { LIVE_EVERY = 5, TELL_EVERY = 2, LOOK_EVERY = 2, SETTLE_TRIES = 60 };

/* ---- while the program works --------------------------------------------------------------------------------------- */

/* Nobody waits for it, and it may come later. */
static bool remark(struct worker *w, bool message)
{
	const struct fail *no = store_begin_remark(w->cx.store);
	bool told = false;

	if (!no && message)
		no = task_tell(w->cx.store, w->task, w->message, w->cx.now, &told);
	else if (!no)
		no = task_live(w->cx.store, w->task, w->cx.now);
	if (!no && told)
		no = change_put(w->cx.store, CHANGE_TASK, w->task->id, w->task->user_id, w->cx.now);
	if (!no)
		no = store_commit(w->cx.store);
	store_end(w->cx.store);
	if (!no)
		w->lived_at = w->cx.now;
	return !no;
}

static bool look(struct worker *w)
{
	const struct fail *no;
	bool mine, allowed;

	no = task_look(w->cx.store, w->task, &mine, &allowed);
	store_end(w->cx.store);
	if (no)
		return true;			/* it may work again later; until then the work goes on */
	if (!mine || !allowed)
		w->stop = !mine ? STOP_GONE : STOP_REVOKED;
	return w->stop == STOP_NONE;
}

bool worker_go_on(void *with)
{
	struct worker *w = with;

	w->cx.now = w->job->now();
	if (*w->job->ended)
		w->stop = STOP_ENDED;
	if (w->stop != STOP_NONE || (w->pulses++ % LOOK_EVERY == 0 && !look(w)))
		return false;
	if (w->news && w->cx.now >= w->told_at + TELL_EVERY && remark(w, true)) {
		w->news = false;
		w->told_at = w->cx.now;
	} else if (w->cx.now >= w->lived_at + LIVE_EVERY) {
		remark(w, false);
	}
	return true;
}

/* ---- one task ------------------------------------------------------------------------------------------------------- */

/* The file may be busy or full for a while, and the work was done. */
static bool settle(struct worker *w, struct task *to)
{
	static const struct timespec pause = { .tv_sec = 1 };
	bool moved;

	for (int i = 0; i < SETTLE_TRIES; i++) {
		if (!work_move(&w->cx, w->task, to, &moved))
			return moved;
		nanosleep(&pause, NULL);
	}
	log_line("a task could not be written back");
	return false;
}

/* Why it was stopped decides what becomes of it; one that is gone is in other hands. */
static void put_aside(struct worker *w, struct task *to)
{
	if (w->stop == STOP_REVOKED)
		work_end(&w->cx, to, TASK_CANCELLED, "The permission for it was taken back.", NULL);
	else
		work_lose(&w->cx, to);
}

/* In rounds, until it has ended, asks, or is taken away. */
static void work_on(struct worker *w)
{
	struct task to;

	do {
		to = *w->task;
		if (look(w))
			worker_round(w, &to);
		w->cx.now = w->job->now();
		if (w->stop == STOP_GONE)
			return;
		if (w->stop != STOP_NONE)
			put_aside(w, &to);
		if (!settle(w, &to))
			return;
		w->task = arena_take(w->cx.arena, sizeof *w->task);
		*w->task = to;
	} while (to.worker);
}

static bool take(struct worker *w)
{
	struct arena *a = w->cx.arena;
	const struct fail *no;

	arena_reset(a);
	w->cx.now = w->lived_at = w->told_at = w->job->now();
	w->stop = STOP_NONE;
	w->news = false;
	w->name = arena_printf(a, "%d.%s", w->slot, crypto_random_text().v);
	no = store_begin(w->cx.store);
	if (!no && !(no = task_take(w->cx.store, a, w->name, w->job->conf->task_ttl, w->cx.now, &w->task)) && w->task)
		no = change_put(w->cx.store, CHANGE_TASK, w->task->id, w->task->user_id, w->cx.now);
	if (!no)
		no = store_commit(w->cx.store);
	store_end(w->cx.store);
	return !no && w->task;
}

/* ---- all that waits ------------------------------------------------------------------------------------------------- */

/* Whoever had this slot before and is still named in a row is dead: the lock is ours. */
static void take_over(struct worker *w)
{
	struct task to, *t;
	bool moved;

	for (;;) {
		arena_reset(w->cx.arena);
		w->cx.now = w->job->now();
		if (task_find_left(w->cx.store, w->cx.arena, w->slot, &t) || !t)
			break;
		to = *t;
		work_lose(&w->cx, &to);
		if (work_move(&w->cx, t, &to, &moved) || !moved)
			break;
	}
	store_end(w->cx.store);
}

static bool any_waits(struct worker *w)
{
	bool any = false;
	const struct fail *no = task_waits(w->cx.store, &any);

	store_end(w->cx.store);
	return !no && any;
}

void worker_run(const struct worker_job *job)
{
	const struct conf *conf = job->conf;
	struct worker w = { .job = job, .scratch = arena_new() };
	int slot;

	w.cx = (struct context){
		.arena = arena_new(), .conf = conf, .store = store_new(ROLE_WORK, conf->database, conf->busy_timeout), .peer = "",
	};
	do {
		if (!slot_take_task(w.scratch, conf->database, (int)conf->task_max, &slot, &w.slot))
			break;
		take_over(&w);
		while (!*job->ended && take(&w)) {
			log_request(w.task->id);
			work_on(&w);
			log_request(NULL);
		}
		slot_drop(slot);
	} while (!*job->ended && any_waits(&w));
	store_drop(w.cx.store);
	arena_drop(w.cx.arena);
	arena_drop(w.scratch);
}
