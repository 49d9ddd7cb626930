/* SPDX-License-Identifier: ISC */
/* rpc_method: each function checks its parameters first and writes its response last. */
#include <string.h>

#include "arena.h"
#include "audit.h"
#include "conf.h"
#include "json.h"
#include "rpc_method.h"
#include "tool.h"

/* What a client may keep: who we are for an hour, the list for five minutes (MCP 2026-07-28, "Caching"). */
#define CACHE_DISCOVER "3600000"
#define CACHE_LIST "300000"

#define CAPABILITIES "{\"tools\":{}}"

#define INSTRUCTIONS \
    "A knowledge base that the user shares with others. Search it with search_knowledge_base before you answer what " \
    "its documents may settle, and name the documents you used. Add to it with create_document only what the user " \
    "wants to keep."

static const struct fail unknown_method = {
	404, "invalid_request", "Method not found", RPC_METHOD_NOT_FOUND, 0, 0
};
static const struct fail unknown_method_legacy = {
	200, "invalid_request", "Method not found", RPC_METHOD_NOT_FOUND, 0, 0
};
static const struct fail no_version = {
	200, "invalid_request", "params.protocolVersion must be a string", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail no_cursor = {
	200, "invalid_request", "params.cursor is not one that this server gave", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail no_name = {
	200, "invalid_request", "params.name must be the name of a tool", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail no_arguments = {
	200, "invalid_request", "params.arguments must be an object", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail unknown_tool = {
	200, "invalid_request", "Unknown tool", RPC_INVALID_PARAMS, 0, 0
};

/* One request on its way to its response. */
struct run {
	struct context *cx;
	const struct bearer *who;
	const struct rpc_message *m;
	enum revision revision;
	struct buf *b;
};

/* -- the envelope of a result -- */

static void put_server(const struct run *r)
{
	buf_char(r->b, '{');
	json_put_member(r->b, "name", "mcp-cgi");
	rpc_shape_put(r->b, r->revision, PART_TITLE, "title", r->cx->conf->site_name);
	json_put_member(r->b, "version", MCP_CGI_VERSION);
	buf_char(r->b, '}');
}

static void begin(const struct run *r)
{
	buf_text(r->b, "{\"jsonrpc\":\"2.0\",\"id\":");
	buf_text(r->b, r->m->id);
	buf_text(r->b, ",\"result\":{");
	rpc_shape_put(r->b, r->revision, PART_RESULT_TYPE, "resultType", "complete");
}

static const struct fail *end(const struct run *r)
{
	if (rpc_shape_has(r->revision, PART_SERVER_INFO)) {
		json_put_name(r->b, "_meta");
		buf_text(r->b, "{\"io.modelcontextprotocol/serverInfo\":");
		put_server(r);
		buf_char(r->b, '}');
	}
	buf_text(r->b, "}}");
	return NULL;
}

static void put_cache(const struct run *r, const char *ttl, const char *scope)
{
	rpc_shape_put_json(r->b, r->revision, PART_CACHE, "ttlMs", ttl);
	rpc_shape_put(r->b, r->revision, PART_CACHE, "cacheScope", scope);
}

static void put_json(const struct run *r, const char *name, const char *json)
{
	json_put_name(r->b, name);
	buf_text(r->b, json);
}

/* -- the methods -- */

/* The list must be one from which every version can be put into params._meta: those that initialize are not in it. */
static const struct fail *discover(struct run *r)
{
	begin(r);
	json_put_words(r->b, "supportedVersions", rpc_shape_name(REVISION_MODERN));
	put_json(r, "capabilities", CAPABILITIES);
	json_put_member(r->b, "instructions", INSTRUCTIONS);
	put_cache(r, CACHE_DISCOVER, "public");
	return end(r);
}

/* The version that was asked for if it is one that initializes, else the last such ("Version Negotiation"). */
static const struct fail *initialize(struct run *r)
{
	const char *asked = json_text(r->m->params, "protocolVersion");

	if (!asked)
		return &no_version;
	if (!rpc_shape_find(asked, &r->revision) || r->revision > REVISION_LAST_LEGACY)
		r->revision = REVISION_LAST_LEGACY;
	begin(r);
	json_put_member(r->b, "protocolVersion", rpc_shape_name(r->revision));
	put_json(r, "capabilities", CAPABILITIES);
	json_put_name(r->b, "serverInfo");
	put_server(r);
	json_put_member(r->b, "instructions", INSTRUCTIONS);
	return end(r);
}

static const struct fail *ping(struct run *r)
{
	begin(r);
	return end(r);
}

/*
 * One page, so that there is no cursor to come back with.  The list is the same for every token: a client asks for more
 * scope when it meets the 403 of a tool that it can see.
 */
static const struct fail *tools_list(struct run *r)
{
	if (json_get(r->m->params, "cursor"))
		return &no_cursor;
	begin(r);
	json_put_name(r->b, "tools");
	tool_put_list(r->b, r->cx->resource, r->revision);
	put_cache(r, CACHE_LIST, "private");
	return end(r);
}

static const struct fail *call_read(const struct context *cx, const struct rpc_message *m,
    const struct tool **t, struct json_object **arguments)
{
	const char *name = json_text(m->params, "name");

	*arguments = json_get(m->params, "arguments");
	if (!name)
		return &no_name;
	if (!(*t = tool_find(cx->resource, name)))
		return &unknown_tool;
	return *arguments && !json_object_is_type(*arguments, json_type_object) ? &no_arguments : NULL;
}

/* What the tool said, or what the caller did wrong, which the model reads and mends ("Error Handling" of tools). */
static void put_content(const struct run *r, const struct tool_call *call)
{
	put_json(r, "content", "[{\"type\":\"text\",\"text\":");
	if (call->wrong)
		json_put_text(r->b, call->wrong);
	else
		json_put_textn(r->b, call->result.v, call->result.len);
	buf_text(r->b, "}]");
	if (call->wrong)
		put_json(r, "isError", "true");
	else
		rpc_shape_put_json(r->b, r->revision, PART_STRUCTURED_CONTENT, "structuredContent", call->result.v);
}

static const struct fail *tools_call(struct run *r)
{
	struct tool_call call = { .cx = r->cx, .who = r->who, .result = buf_new(r->cx->arena) };
	const struct tool *t;
	const struct fail *no;

	if ((no = call_read(r->cx, r->m, &t, &call.arguments)))
		return no;
	if (!call.arguments && !json_read(r->cx->arena, "{}", 2, &call.arguments))
		return &fail_internal;
	if ((no = tool_run(t, &call)))
		return no;
	if (r->cx->conf->audit == AUDIT_CALLS) {
		r->cx->trail.why = arena_printf(r->cx->arena, "%s%s", t->name, call.wrong ? ": refused" : "");
		audit_remark(r->cx, AUDIT_CALL);
	}
	begin(r);
	put_content(r, &call);
	return end(r);
}

static const struct method {
	const char *name;
	enum revision first, last;
	const struct fail *(*run)(struct run *r);
} methods[] = {
	{ "tools/call", REVISION_OLDEST, REVISION_MODERN, tools_call },
	{ "tools/list", REVISION_OLDEST, REVISION_MODERN, tools_list },
	{ "server/discover", REVISION_MODERN, REVISION_MODERN, discover },
	{ "initialize", REVISION_OLDEST, REVISION_LAST_LEGACY, initialize },
	{ "ping", REVISION_OLDEST, REVISION_LAST_LEGACY, ping },
};

const char *rpc_method_scope(const struct context *cx, const struct rpc_message *m)
{
	struct json_object *arguments;
	const struct tool *t;

	if (m->kind != RPC_REQUEST || strcmp(m->method, "tools/call") != 0 || call_read(cx, m, &t, &arguments))
		return NULL;
	return t->scope;
}

const struct fail *rpc_method_run(struct context *cx, const struct bearer *who, const struct rpc_message *m,
    struct buf *b)
{
	struct run r = { .cx = cx, .who = who, .m = m, .revision = m->revision, .b = b };

	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (strcmp(methods[i].name, m->method) == 0 && r.revision >= methods[i].first &&
		    r.revision <= methods[i].last)
			return methods[i].run(&r);
	return m->revision >= REVISION_MODERN ? &unknown_method : &unknown_method_legacy;
}
