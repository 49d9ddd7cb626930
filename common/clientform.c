/* SPDX-License-Identifier: ISC */
/* clientform: a wrong request costs its sender one of a number, and costs us one small row. */
#include "audit.h"
#include "clientform.h"
#include "form.h"
#include "limit.h"
#include "store.h"
#include "voice.h"

static const struct fail not_a_form = FAIL(400, "invalid_request",
    "The body must be application/x-www-form-urlencoded");

const struct fail *clientform_read(struct request *rq, const char *const *field, size_t n, const char **value)
{
	const struct fail *no = limit_check(&rq->cx, LIMIT_TOKEN, limit_address(&rq->cx));

	if (no)
		return no;
	if (!http_content_type_is(rq, "application/x-www-form-urlencoded"))
		return &not_a_form;
	return form_read(rq->cx.arena, rq->body, rq->body_len, field, n, value);
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

void clientform_refuse(struct request *rq, struct response *rs, const char *event, const struct fail *no)
{
	voice_json(rq, rs, no);
	if (no->status >= 500 || no->status == 429 || no->status == 405 || no->status == 404)
		return;
	if (rq->cx.conf->rate_limits)
		count(&rq->cx);
	audit_refusal(&rq->cx, event, no);
}
