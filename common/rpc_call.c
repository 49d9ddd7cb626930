/* SPDX-License-Identifier: ISC */
/* rpc_call: the parameters of a call, each looked at before anything runs. */
#include <math.h>
#include <string.h>

#include <json-c/json.h>

#include "arena.h"
#include "buf.h"
#include "json.h"
#include "rpc_ask.h"
#include "rpc_call.h"
#include "rpc_state.h"
#include "store_mcp_session.h"

#define META "io.modelcontextprotocol/"

static const struct fail no_name = {
	200, "invalid_request", "params.name must be the name of a tool", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail no_arguments = {
	200, "invalid_request", "params.arguments must be an object", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail unknown_tool = {
	200, "invalid_request", "Unknown tool", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail no_level = {
	200, "invalid_request", "params._meta key " META "logLevel must be a level", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail no_token = {
	200, "invalid_request", "params._meta.progressToken must be a string or an integer", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail no_state = {
	200, "invalid_request", "params.requestState must be a string", RPC_INVALID_PARAMS, 0, 0
};

/* Old clients say once for a session what they want to hear; until then we choose ("Log Levels"). */
static const struct fail *read_level(struct call *c)
{
	const char *name = json_text(c->meta, META "logLevel");

	c->level = c->revision >= REVISION_MODERN ? LEVEL_NONE : LEVEL_INFO;
	if (c->session && *c->session->level)
		c->level = call_level(c->session->level);
	if (c->revision < REVISION_MODERN || !json_has(c->meta, META "logLevel"))
		return NULL;
	c->level = name ? call_level(name) : LEVEL_NONE;
	return c->level == LEVEL_NONE ? &no_level : NULL;
}

static const struct fail *read_token(struct call *c)
{
	struct json_object *token = json_get(c->meta, "progressToken");
	struct buf b = buf_new(c->cx->arena);

	if (!token)
		return NULL;
	if (!json_object_is_type(token, json_type_string) && !json_object_is_type(token, json_type_int))
		return &no_token;
	json_put(&b, token);
	c->progress_token = b.v;
	return NULL;
}

/* What was answered before is in requestState, what was answered now in inputResponses. */
static const struct fail *read_round(struct call *c, struct rpc_message *m)
{
	const char *state = json_text(m->params, "requestState");
	const struct fail *no;

	if (c->revision < REVISION_MODERN)
		return NULL;
	if (json_has(m->params, "requestState") && !state)
		return &no_state;
	if (state && (no = rpc_state_open(c, m, state)))
		return no;
	return rpc_ask_answers(c, m);
}

/* What a session remembers: what can be asked, and from 2025-11-25 on answers that are kept ("Resumability and Redelivery"). */
static const struct fail *read_session(struct call *c)
{
	const char *text = c->session->capabilities;

	if (!json_read(c->cx->arena, text, strlen(text), &c->capabilities))
		return &fail_internal;
	c->kept = c->revision >= REVISION_2025_11_25 && c->way.say && c->way.keep;
	if (c->kept)
		c->way.keep(c->way.with, &c->session->hash);
	return NULL;
}

const struct fail *rpc_call_read(struct context *cx, const struct bearer *who, struct rpc_message *m, const struct way *way,
    struct call *c)
{
	const struct fail *no;

	*c = (struct call){
		.cx = cx, .who = who, .revision = m->revision, .meta = json_get(m->params, "_meta"), .state = "",
		.progress = -HUGE_VAL, .session = m->session, .request = m->id, .cancels = m->revision >= REVISION_MODERN,
	};
	c->way.watch = -1;
	if (way)
		c->way = *way;
	if (m->revision >= REVISION_MODERN)
		c->capabilities = json_get(c->meta, META "clientCapabilities");
	if ((c->session && (no = read_session(c))) || (no = read_level(c)) || (no = read_token(c)))
		return no;
	return read_round(c, m);
}

const struct fail *rpc_call_tool(struct context *cx, const struct rpc_message *m, const struct tool **t,
    struct json_object **arguments)
{
	const char *name = json_text(m->params, "name");

	*arguments = json_get(m->params, "arguments");
	if (!name)
		return &no_name;
	if (!(*t = tool_find(cx, name)))
		return &unknown_tool;
	if (*arguments && !json_object_is_type(*arguments, json_type_object))
		return &no_arguments;
	return *arguments || json_read(cx->arena, "{}", 2, arguments) ? NULL : &fail_internal;
}
