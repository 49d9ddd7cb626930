/* SPDX-License-Identifier: ISC */
/* task_json: one writer for all places where a task is told. */
#include "json.h"
#include "rfc3339.h"
#include "task_json.h"

enum { POLL_MILLISECONDS = 2000 };

void task_put_summary(struct buf *b, const struct context *cx, const struct task *t)
{
	json_put_member(b, "taskId", t->id);
	json_put_member(b, "status", task_word(t->status));
	json_put_member(b, "statusMessage", *t->message ? t->message : NULL);
	json_put_member(b, "createdAt", rfc3339_text(cx->arena, t->created_at));
	json_put_member(b, "lastUpdatedAt", rfc3339_text(cx->arena, t->updated_at));
	json_put_number(b, "ttlMs", (t->expires_at - t->created_at) * 1000);
	if (task_is_open(t))
		json_put_number(b, "pollIntervalMs", POLL_MILLISECONDS);
}

void task_put_json(struct buf *b, const struct context *cx, const struct task *t, enum revision revision)
{
	static const char *const member[TASK_STATUSES] = {
		[TASK_INPUT_REQUIRED] = "inputRequests", [TASK_COMPLETED] = "result", [TASK_FAILED] = "error",
	};
	const char *value = t->status == TASK_INPUT_REQUIRED ? t->asked : t->outcome;

	if (revision < REVISION_MODERN)
		return;
	task_put_summary(b, cx, t);
	if (member[t->status] && value) {
		json_put_name(b, member[t->status]);
		buf_text(b, value);
	}
}
