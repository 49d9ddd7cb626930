/* SPDX-License-Identifier: ISC */
/* rpc_capability: a site may get any kind of content while clients are connected, so that all of it is announced. */
#include "json.h"
#include "rpc_capability.h"
#include "rpc_tasks.h"
#include "task_json.h"

#define CONTENT "\"tools\":{},\"resources\":{},\"prompts\":{},\"completions\":{}"
#define TASKS ",\"extensions\":{\"" TASK_EXTENSION "\":{}}"

void rpc_capability_put(struct buf *b, struct context *cx, enum revision r)
{
	json_put_name(b, "capabilities");
	buf_text(b, "{" CONTENT);
	if (r >= REVISION_MODERN && rpc_tasks_are_there(cx))
		buf_text(b, TASKS);
	buf_char(b, '}');
}
