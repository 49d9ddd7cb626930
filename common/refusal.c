/* SPDX-License-Identifier: ISC */
/* refusal: a wrong request costs its sender one of a number, and costs us one small row. */
#include "audit.h"
#include "limit.h"
#include "refusal.h"
#include "store.h"
#include "voice.h"

const struct fail *refusal_check(struct request *rq)
{
	return limit_check(&rq->cx, LIMIT_TOKEN, limit_address(&rq->cx));
}

/* A count that cannot be written is not worth an error. */
static void count(struct context *cx)
{
	const struct fail *no;

	store_end(cx->store);
	no = store_begin_remark(cx->store);
	if (!no)
		no = limit_take(cx, LIMIT_TOKEN, limit_address(cx));
	if (!no)
		no = store_commit(cx->store);
	store_end(cx->store);
}

void refusal_give(struct request *rq, struct response *rs, const char *event, const struct fail *no)
{
	voice_json(rq, rs, no);
	if (no->status >= 500 || no->status == 429 || no->status == 405 || no->status == 404)
		return;
	if (rq->cx.conf->rate_limits)
		count(&rq->cx);
	audit_refusal(&rq->cx, event, no);
}
