/* SPDX-License-Identifier: ISC */
/* audit: rows from what the request has learnt. */
#include "arena.h"
#include "audit.h"
#include "buf.h"
#include "conf.h"
#include "crypto.h"
#include "limit.h"
#include "store.h"
#include "store_audit.h"

enum { DAY = 86400, WORD_MAX = 40, SHOWN = 5 };

static bool is_of_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/*
 * A secret in the wrong parameter is a secret all the same: what is a word of that length is cut after its first
 * characters.  NULL stays NULL.
 */
static const char *masked(struct arena *a, const char *text, size_t longest)
{
	struct buf b = buf_new(a);
	size_t n;

	for (; text && *text; text += n) {
		for (n = 0; is_of_word(text[n]); n++)
			continue;
		if (n == 0)
			buf_put(&b, text, n = 1);
		else if (n > longest)
			buf_printf(&b, "%.*s...", SHOWN, text);
		else
			buf_put(&b, text, n);
	}
	return text ? b.v : NULL;
}

static const struct fail *put(struct context *cx, const char *event, const char *outcome, const char *why)
{
	const struct audit row = {
		.at = cx->now, .attempt = cx->trail.attempt ? cx->trail.attempt : "", .request = cx->id, .event = event,
		.outcome = outcome, .why = masked(cx->arena, why, WORD_MAX), .user = cx->trail.user,
		.client_id = masked(cx->arena, cx->trail.client_id, SECRET_TEXT - 1), .resource = cx->trail.resource,
		.address = limit_address(cx),
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
