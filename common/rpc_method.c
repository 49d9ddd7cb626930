/* SPDX-License-Identifier: ISC */
/* rpc_method: each function checks its parameters first and writes its response last. */
#include <string.h>

#include "arena.h"
#include "audit.h"
#include "conf.h"
#include "json.h"
#include "crypto.h"
#include "listen.h"
#include "log.h"
#include "rpc_ask.h"
#include "rpc_call.h"
#include "rpc_capability.h"
#include "rpc_method.h"
#include "rpc_state.h"
#include "scope.h"
#include "tool.h"

/* What a client may keep: who we are for an hour, the list for five minutes (MCP 2026-07-28, "Caching"). */
#define CACHE_DISCOVER "3600000"
#define CACHE_LIST "300000"

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

static const struct fail no_events = {
	406, "invalid_request", "The answer is a stream: Accept must have text/event-stream", RPC_INVALID_REQUEST, 0, 0
};
static const struct fail no_capability = {
	400, "invalid_request", "Missing required client capability", RPC_MISSING_CAPABILITY, 0, 0
};

enum { PAGE = 100 };			/* tools of one list */

/* One request on its way to its response. */
struct run {
	struct context *cx;
	const struct bearer *who;
	struct rpc_message *m;
	const struct way *way;
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

static void begin_as(const struct run *r, const char *kind)
{
	buf_text(r->b, "{\"jsonrpc\":\"2.0\",\"id\":");
	buf_text(r->b, r->m->id);
	buf_text(r->b, ",\"result\":{");
	rpc_shape_put(r->b, r->revision, PART_RESULT_TYPE, "resultType", kind);
}

static void begin(const struct run *r)
{
	begin_as(r, "complete");
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

/* -- the methods -- */

/* The list must be one from which every version can be put into params._meta: those that initialize are not in it. */
static const struct fail *discover(struct run *r)
{
	begin(r);
	json_put_words(r->b, "supportedVersions", rpc_shape_name(REVISION_MODERN));
	rpc_capability_put(r->b, r->cx, r->revision);
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
	rpc_capability_put(r->b, r->cx, r->revision);
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

/* The name behind which a page begins, with a check on it: a text that nobody gave out is no cursor. */
static const char *cursor_of(struct arena *a, const char *name)
{
	struct digest d = crypto_digest_text(arena_printf(a, "cursor %s", name));

	return arena_printf(a, "%s.%.16s", crypto_base64url(a, name, strlen(name)), crypto_base64url(a, d.v, sizeof d.v));
}

static const struct fail *read_cursor(const struct run *r, const char **after)
{
	struct arena *a = r->cx->arena;
	const char *cursor = json_text(r->m->params, "cursor"), *dot = cursor ? strchr(cursor, '.') : NULL;
	size_t n = 0;

	*after = NULL;
	if (!json_get(r->m->params, "cursor"))
		return NULL;
	if (dot)
		*after = crypto_base64url_read(a, cursor, (size_t)(dot - cursor), &n);
	return *after && strlen(*after) == n && strcmp(cursor_of(a, *after), cursor) == 0 ? NULL : &no_cursor;
}

/*
 * The list is the same for every token: a client asks for more scope when it meets the 403 of a tool that it can see.
 */
static const struct fail *tools_list(struct run *r)
{
	const char *after, *last;
	const struct fail *no = read_cursor(r, &after);

	if (no)
		return no;
	begin(r);
	json_put_name(r->b, "tools");
	last = tool_put_list(r->b, r->cx, r->revision, after, PAGE);
	if (last)
		json_put_member(r->b, "nextCursor", cursor_of(r->cx->arena, last));
	put_cache(r, CACHE_LIST, "private");
	return end(r);
}

/* -- what a round came to -- */

/* A program's own error, in the protocol's form. */
static const struct fail *put_error(const struct run *r, struct json_object *error)
{
	buf_text(r->b, "{\"jsonrpc\":\"2.0\",\"id\":");
	buf_text(r->b, r->m->id);
	buf_text(r->b, ",\"error\":");
	json_put(r->b, error);
	buf_char(r->b, '}');
	return NULL;
}

/*
 * Before there are rounds in the protocol, only a session could carry a question: then answer has a sentence instead, and
 * nothing was appended.
 */
static const struct fail *put_question(struct run *r, struct call *c, struct answer *answer)
{
	const char *needed, *wrong, *state = NULL;
	struct json_object *questions = rpc_ask_questions(c, answer->ask, &needed, &wrong);
	const struct fail *no;

	if (!wrong && r->revision < REVISION_MODERN)
		wrong = "The tool has a question, and this client cannot be asked.";
	if (wrong) {
		log_line("%s", wrong);
		answer_wrong(c, answer, wrong);
		answer->ask = NULL;
		answer->state = NULL;
		return NULL;
	}
	if (needed && json_object_object_length(questions) == 0) {
		r->m->data = needed;
		return &no_capability;
	}
	if ((answer->state || c->answers) && !(state = rpc_state_seal(c, r->m, answer->state, &no)))
		return no;
	begin_as(r, "input_required");
	if (json_object_object_length(questions) > 0) {
		json_put_name(r->b, "inputRequests");
		json_put(r->b, questions);
	}
	json_put_member(r->b, "requestState", state);
	return end(r);
}

static const struct fail *put_answer(struct run *r, struct call *c, struct answer *answer)
{
	const struct fail *no;

	if (answer->error)
		return put_error(r, answer->error);
	if (answer->ask || answer->state) {
		if ((no = put_question(r, c, answer)) || answer->ask || answer->state)
			return no;
	}
	begin(r);
	if (answer->result)
		rpc_shape_put_result(r->b, r->revision, answer->result);
	else
		rpc_shape_put_members(r->b, r->revision, &answer->text);
	return end(r);
}

static const struct fail *tools_call(struct run *r)
{
	struct json_object *arguments;
	struct answer answer;
	const struct tool *t;
	const struct fail *no;
	struct call c;

	if ((no = rpc_call_tool(r->cx, r->m, &t, &arguments)))
		return no;
	if (!scope_covers(r->cx->conf, r->who->scope, t->scope))
		return &fail_unavailable;	/* it changed since the scope was checked */
	if ((no = rpc_call_read(r->cx, r->who, r->m, r->way, &c)) ||
	    (no = tool_run(t, &c, arguments, &answer)))
		return no;
	if (r->cx->conf->audit == AUDIT_CALLS) {
		r->cx->trail.why = arena_printf(r->cx->arena, "%s%s", t->name, answer.failed ? ": refused" : "");
		audit_remark(r->cx, AUDIT_CALL);
	}
	return answer.stopped ? NULL : put_answer(r, &c, &answer);
}

/* Nothing is said here: the caller has a stream to begin. */
static const struct fail *listen_to(struct run *r)
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
	const struct fail *(*run)(struct run *r);
} methods[] = {
	{ "tools/call", REVISION_OLDEST, REVISION_MODERN, tools_call },
	{ "tools/list", REVISION_OLDEST, REVISION_MODERN, tools_list },
	{ "subscriptions/listen", REVISION_MODERN, REVISION_MODERN, listen_to },
	{ "server/discover", REVISION_MODERN, REVISION_MODERN, discover },
	{ "initialize", REVISION_OLDEST, REVISION_LAST_LEGACY, initialize },
	{ "ping", REVISION_OLDEST, REVISION_LAST_LEGACY, ping },
};

const char *rpc_method_scope(struct context *cx, const struct rpc_message *m)
{
	struct json_object *arguments;
	const struct tool *t;

	if (m->kind != RPC_REQUEST || strcmp(m->method, "tools/call") != 0 || rpc_call_tool(cx, m, &t, &arguments))
		return NULL;
	return arena_copy(cx->arena, t->scope);		/* the file may change before the tool runs */
}

const struct fail *rpc_method_run(struct context *cx, const struct bearer *who, struct rpc_message *m, const struct way *way,
    struct buf *b)
{
	struct run r = { .cx = cx, .who = who, .m = m, .way = way, .revision = m->revision, .b = b };

	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (strcmp(methods[i].name, m->method) == 0 && r.revision >= methods[i].first &&
		    r.revision <= methods[i].last)
			return methods[i].run(&r);
	return m->revision >= REVISION_MODERN ? &unknown_method : &unknown_method_legacy;
}
