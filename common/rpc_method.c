/* SPDX-License-Identifier: ISC */
/* rpc_method: the table of the methods. */
#include <string.h>

#include "listen.h"
#include "rpc_complete.h"
#include "rpc_method.h"
#include "rpc_prompts.h"
#include "rpc_resources.h"
#include "rpc_server.h"
#include "rpc_session.h"
#include "rpc_tasks.h"
#include "rpc_tools.h"

static const struct fail unknown_method = {
	404, "invalid_request", "Method not found", RPC_METHOD_NOT_FOUND, 0, 0
};
static const struct fail unknown_method_legacy = {
	200, "invalid_request", "Method not found", RPC_METHOD_NOT_FOUND, 0, 0
};
static const struct fail no_events = {
	406, "invalid_request", "The answer is a stream: Accept must have text/event-stream", RPC_INVALID_REQUEST, 0, 0
};

/* Nothing is said here: the caller has a stream to begin. */
static const struct fail *listen_to(struct rpc_run *r)
{
	if (!r->way)
		return &unknown_method;
	if (!r->way->listener)
		return &no_events;
	return listen_new(r->cx, r->who, r->m, r->way->listener);
}

static const struct method {
	const char *name;
	enum revision first, last;
	const struct fail *(*run)(struct rpc_run *r);
	const char *(*scope)(struct context *cx, const struct rpc_message *m);	/* NULL: any token will do */
} methods[] = {
	{ "tools/call", REVISION_OLDEST, REVISION_MODERN, rpc_tools_call, rpc_tools_scope },
	{ "tools/list", REVISION_OLDEST, REVISION_MODERN, rpc_tools_list, NULL },
	{ "completion/complete", REVISION_OLDEST, REVISION_MODERN, rpc_complete, rpc_complete_scope },
	{ "prompts/get", REVISION_OLDEST, REVISION_MODERN, rpc_prompts_get, rpc_prompts_scope },
	{ "prompts/list", REVISION_OLDEST, REVISION_MODERN, rpc_prompts_list, NULL },
	{ "resources/list", REVISION_OLDEST, REVISION_MODERN, rpc_resources_list, NULL },
	{ "resources/read", REVISION_OLDEST, REVISION_MODERN, rpc_resources_read, rpc_resources_scope },
	{ "resources/templates/list", REVISION_OLDEST, REVISION_MODERN, rpc_resources_templates, NULL },
	{ "tasks/get", REVISION_MODERN, REVISION_MODERN, rpc_tasks_get, NULL },
	{ "tasks/update", REVISION_MODERN, REVISION_MODERN, rpc_tasks_update, NULL },
	{ "tasks/cancel", REVISION_MODERN, REVISION_MODERN, rpc_tasks_cancel, NULL },
	{ "subscriptions/listen", REVISION_MODERN, REVISION_MODERN, listen_to, NULL },
	{ "server/discover", REVISION_MODERN, REVISION_MODERN, rpc_server_discover, NULL },
	{ "initialize", REVISION_OLDEST, REVISION_LAST_LEGACY, rpc_server_initialize, NULL },
	{ "logging/setLevel", REVISION_OLDEST, REVISION_LAST_LEGACY, rpc_session_set_level, NULL },
	{ "resources/subscribe", REVISION_OLDEST, REVISION_LAST_LEGACY, rpc_session_subscribe, NULL },
	{ "resources/unsubscribe", REVISION_OLDEST, REVISION_LAST_LEGACY, rpc_session_unsubscribe, NULL },
	{ "ping", REVISION_OLDEST, REVISION_LAST_LEGACY, rpc_server_ping, NULL },
};

static const struct method *find(const struct rpc_message *m)
{
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (strcmp(methods[i].name, m->method) == 0 && m->revision >= methods[i].first && m->revision <= methods[i].last)
			return &methods[i];
	return NULL;
}

const char *rpc_method_scope(struct context *cx, const struct rpc_message *m)
{
	const struct method *method = m->kind == RPC_REQUEST ? find(m) : NULL;

	return method && method->scope ? method->scope(cx, m) : NULL;
}

const struct fail *rpc_method_run(struct context *cx, const struct bearer *who, struct rpc_message *m, const struct way *way,
    struct buf *b)
{
	struct rpc_run r = { .cx = cx, .who = who, .m = m, .way = way, .revision = m->revision, .b = b };
	const struct method *method = find(m);

	if (method)
		return method->run(&r);
	return m->revision >= REVISION_MODERN ? &unknown_method : &unknown_method_legacy;
}
