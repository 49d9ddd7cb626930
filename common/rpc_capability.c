/* SPDX-License-Identifier: ISC */
/* rpc_capability: a site may get any kind of content while clients are connected, so that all of it is announced. */
#include "json.h"
#include "rpc_capability.h"
#include "rpc_tasks.h"
#include "task_json.h"

/* Changes of lists are heard by those who listen: subscriptions/listen is of the newest revision. */
#define NEW "\"tools\":{\"listChanged\":true},\"resources\":{\"listChanged\":true,\"subscribe\":true}," \
    "\"prompts\":{\"listChanged\":true}"
#define OLD "\"tools\":{},\"resources\":{\"subscribe\":true},\"prompts\":{},\"logging\":{}"

void rpc_capability_put(struct buf *b, struct context *cx, enum revision r)
{
	bool heard = r >= REVISION_MODERN;

	json_put_name(b, "capabilities");
	buf_text(b, heard ? "{" NEW : "{" OLD);
	buf_text(b, ",\"completions\":{}");
	if (heard && rpc_tasks_are_there(cx))
		buf_text(b, ",\"extensions\":{\"" TASK_EXTENSION "\":{}}");
	buf_char(b, '}');
}
