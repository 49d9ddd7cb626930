/* SPDX-License-Identifier: ISC */
/* listen_hook: what may be read may be heard of. */
#include "conf.h"
#include "kb.h"
#include "listen_hook.h"
#include "scope.h"
#include "site_resource.h"
#include "store_document.h"
#include "task_json.h"
#include "work.h"

const struct fail *listen_may_hear(struct context *cx, const struct bearer *who, const char *uri, bool *may)
{
	const struct site_resource *r = site_resource_find(cx, uri);
	int64_t id;

	*may = r && scope_covers(cx->conf, who->scope, r->scope);
	if (!*may || !r->builtin)
		return NULL;
	*may = false;
	return kb_id(uri, &id) ? document_may_read(cx->store, id, who->user_id, may) : NULL;
}

const char *listen_path(struct context *cx, const char *uri)
{
	const struct site_resource *r = site_resource_find(cx, uri);

	return r && r->item && !r->program && !r->builtin ? r->item->path : NULL;
}

const struct fail *listen_may_hear_task(struct context *cx, const struct bearer *who, const char *id, bool *may)
{
	const struct task whose = { .id = id, .user_id = who->user_id, .client_id = who->client_id, .resource = cx->resource->uri };
	struct task *t;
	const struct fail *no = task_find(cx->store, cx->arena, &whose, cx->now, &t);

	*may = !no && t && work_may(cx, who, t);
	return no;
}

bool listen_put_task(struct context *cx, struct buf *b, const struct task *whose)
{
	struct task *t;

	if (task_find(cx->store, cx->arena, whose, cx->now, &t) || !t)
		return false;
	task_put_json(b, cx, t, REVISION_MODERN);
	return true;
}
