/* SPDX-License-Identifier: ISC */
/* audit: rows from what the request has learnt. */
#include "arena.h"
#include "audit.h"
#include "conf.h"
#include "limit.h"
#include "store.h"
#include "store_audit.h"

enum { DAY = 86400 };

static const struct fail *put(struct context *cx, const char *event, const char *outcome, const char *why)
{
	const struct audit row = {
		.at = cx->now, .attempt = cx->trail.attempt ? cx->trail.attempt : "", .request = cx->id, .event = event,
		.outcome = outcome, .why = why, .user = cx->trail.user, .client_id = cx->trail.client_id,
		.resource = cx->trail.resource, .address = limit_address(cx),
	};

	return audit_put(cx->store, &row, cx->now - cx->conf->audit_days * DAY);
}

const struct fail *audit_note(struct context *cx, const char *event)
{
	if (cx->conf->audit == AUDIT_OFF)
		return NULL;
	return put(cx, event, "ok", cx->trail.why ? cx->trail.why : "");
}

/* One small transaction that waits for nobody; what cannot be written is not worth an error. */
static void put_alone(struct context *cx, const char *event, const char *outcome, const char *why, enum conf_limit limit)
{
	const struct fail *no;

	store_end(cx->store);
	no = store_begin_remark(cx->store);
	if (!no)
		no = limit_take(cx, limit, limit_address(cx));
	if (!no)
		no = put(cx, event, outcome, why);
	if (!no)
		no = store_commit(cx->store);
	store_end(cx->store);
}

void audit_refusal(struct context *cx, const char *event, const struct fail *no)
{
	const char *why = cx->trail.why ? cx->trail.why : no->description;

	if (cx->conf->audit != AUDIT_OFF && no->status < 500)
		put_alone(cx, event, no->error ? no->error : "refused", why, LIMIT_AUDIT);
}

void audit_remark(struct context *cx, const char *event)
{
	if (cx->conf->audit != AUDIT_OFF)
		put_alone(cx, event, "ok", cx->trail.why ? cx->trail.why : "", LIMIT_CALLS);
}
