/* SPDX-License-Identifier: ISC */
/* rpc_capability: a site may get any kind of content while clients are connected, so that all of it is announced. */
#include "beside.h"
#include "json.h"
#include "rpc_capability.h"
#include "rpc_tasks.h"
#include "task_json.h"

/* Changes are heard of by those who listen, whatever the revision; where the program for that is not installed, nobody can. */
#define CHANGING "\"tools\":{\"listChanged\":true},\"resources\":{\"listChanged\":true,\"subscribe\":true}," \
    "\"prompts\":{\"listChanged\":true}"
#define SILENT "\"tools\":{},\"resources\":{},\"prompts\":{}"

void rpc_capability_put(struct buf *b, struct context *cx, enum revision r)
{
	json_put_name(b, "capabilities");
	buf_text(b, beside(cx->arena, "listen") ? "{" CHANGING : "{" SILENT);
	buf_text(b, r < REVISION_MODERN ? ",\"logging\":{},\"completions\":{}" : ",\"completions\":{}");
	if (r >= REVISION_MODERN && rpc_tasks_are_there(cx))
		buf_text(b, ",\"extensions\":{\"" TASK_EXTENSION "\":{}}");
	buf_char(b, '}');
}
