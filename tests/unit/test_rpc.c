/* SPDX-License-Identifier: ISC */
/* test_rpc: every way to post a message, and the status and code that it ends in. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bearer.h"
#include "conf.h"
#include "json.h"
#include "rpc.h"
#include "store.h"
#include "store_client.h"
#include "store_user.h"
#include "tool.h"

#define V "2026-07-28"
#define CLAIM(v) "\"io.modelcontextprotocol/protocolVersion\":\"" v "\""
#define CAPS "\"io.modelcontextprotocol/clientCapabilities\":{}"
#define META(v) "\"_meta\":{" CLAIM(v) "," CAPS "}"
#define HEAD(id, method) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"" method "\""
#define NOTE(method) "{\"jsonrpc\":\"2.0\",\"method\":\"" method "\""
#define MODERN(method) HEAD("7", method) ",\"params\":{" META(V) "}}"
#define CALL(arguments, meta) \
    HEAD("7", "tools/call") ",\"params\":{\"name\":\"search_knowledge_base\"" arguments meta "}}"
#define ASK(version, more) HEAD("0", "initialize") ",\"params\":{\"protocolVersion\":\"" version "\"" more "}}"
#define QUERY ",\"arguments\":{\"query\":\"x\"}"
#define LIST HEAD("1", "tools/list") "}"
#define PING HEAD("2", "ping") "}"
#define CREATE HEAD("3", "tools/call") ",\"params\":{\"name\":\"create_document\"," \
    "\"arguments\":{\"title\":\"t\",\"content\":\"c\"}}}"
#define SEARCH "search_knowledge_base"

static char folder[] = "/tmp/test_rpc.XXXXXX", file[64];
static const struct conf conf = {
	.site_name = "Test", .resource = { { .uri = "https://mcp.example.org/mcp", .path = "/mcp" } }, .resources = 1,
	.scope = { { "read:knowledge", "Search", "" }, { "write:knowledge", "Add", "" } }, .scopes = 2,
	.offline = { "offline_access", "Stay", "" }, .audit = AUDIT_OFF,
};
static const struct bearer ada = {
	.user_id = 1, .user_name = "ada", .client_id = "c", .scope = "read:knowledge write:knowledge",
	.resource = "https://mcp.example.org/mcp",
};
static const struct bearer reader = { .user_id = 1, .user_name = "eve", .scope = "read:knowledge" };
static struct context cx = { .now = 1785231000, .peer = "", .id = "0123456789abcdef", .conf = &conf, .resource = &conf.resource[0] };

static int set_up(void **state)
{
	const struct client client = {
		.id = "c", .kind = "registered", .name = "C", .auth_method = "none", .redirect_uris = "[]", .grant_types = "",
		.scope = "", .metadata = "{}",
	};
	bool made;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(file, sizeof file, "%s/t.db", folder);
	assert_true(store_create(file));
	cx.arena = arena_new();
	cx.store = store_new(ROLE_MCPCTL, file, 1000);
	assert_null(user_put(cx.store, "ada", "$scrypt$", cx.now, &made));
	store_set_role(cx.store, ROLE_REGISTER);
	assert_null(client_put(cx.store, &client, 10));
	store_set_role(cx.store, ROLE_MCP);
	return 0;
}

static int tear_down(void **state)
{
	char side[80];

	(void)state;
	store_drop(cx.store);
	arena_drop(cx.arena);
	tool_end();
	unlink(file);
	for (int i = 0; i < 2; i++) {
		snprintf(side, sizeof side, "%s%s", file, i ? "-wal" : "-shm");
		unlink(side);
	}
	return rmdir(folder);
}

static struct json_object *parse(const struct buf *b)
{
	struct json_object *value;

	assert_true(json_read(cx.arena, b->v, b->len, &value));
	assert_null(strchr(b->v, '\n'));
	return value;
}

static struct rpc_reply post(const char *version, const char *method, const char *name, const char *body)
{
	struct rpc_post in = {
		.body = body, .body_len = strlen(body), .headers = { .version = version, .method = method, .name = name },
	};
	struct rpc_reply out;

	assert_null(rpc_answer(&cx, &ada, &in, &out));
	return out;
}

static struct json_object *result(const struct rpc_reply *r)
{
	struct json_object *value = json_get(parse(&r->body), "result");

	assert_int_equal(r->status, 200);
	assert_true(json_object_is_type(value, json_type_object));
	return value;
}

static const struct {
	const char *version, *method, *name, *body;
	int status;
	int code;		/* of the error; 0: there is none */
} eras[] = {
	/* not JSON, not a message */
	{ NULL, NULL, NULL, "", 400, -32700 },
	{ V, "tools/list", NULL, "{", 400, -32700 },
	{ NULL, NULL, NULL, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}{}", 400, -32700 },
	{ NULL, NULL, NULL, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"method\":\"tools/list\"}", 400, -32600 },
	{ NULL, NULL, NULL, "null", 400, -32600 },
	{ NULL, NULL, NULL, "\"x\"", 400, -32600 },
	{ NULL, NULL, NULL, "5", 400, -32600 },
	{ NULL, NULL, NULL, "{}", 400, -32600 },
	{ NULL, NULL, NULL, "{\"id\":1,\"method\":\"ping\"}", 400, -32600 },
	{ NULL, NULL, NULL, "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}", 400, -32600 },
	{ NULL, NULL, NULL, "{\"jsonrpc\":\"2.0\",\"id\":1}", 400, -32600 },
	{ NULL, NULL, NULL, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":5}", 400, -32600 },
	{ NULL, NULL, NULL, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":null,\"result\":{}}", 400, -32600 },
	{ NULL, NULL, NULL, HEAD("null", "ping") "}", 400, -32600 },
	{ NULL, NULL, NULL, HEAD("1.5", "ping") "}", 400, -32600 },
	{ NULL, NULL, NULL, HEAD("true", "ping") "}", 400, -32600 },
	{ NULL, NULL, NULL, HEAD("[1]", "ping") "}", 400, -32600 },
	{ NULL, NULL, NULL, HEAD("1", "ping") ",\"params\":[]}", 400, -32600 },
	{ NULL, NULL, NULL, HEAD("1", "ping") ",\"params\":\"x\"}", 400, -32600 },
	{ NULL, NULL, NULL, HEAD("1", "ping") ",\"params\":null}", 200, 0 },

	/* arrays */
	{ NULL, NULL, NULL, "[]", 400, -32600 },
	{ "2025-06-18", NULL, NULL, "[]", 400, -32600 },
	{ NULL, NULL, NULL, "[" PING "," MODERN("tools/list") "]", 400, -32600 },
	{ NULL, NULL, NULL, "[" PING ",5]", 400, -32600 },
	{ NULL, NULL, NULL, "[" PING "," HEAD("null", "ping") "}]", 400, -32600 },
	{ NULL, NULL, NULL, "[" HEAD("1", "initialize") "}]", 400, -32600 },
	{ V, NULL, NULL, "[" PING "]", 400, -32600 },
	{ V, "tools/list", NULL, "[" MODERN("tools/list") "]", 400, -32600 },
	{ "2025-06-18", NULL, NULL, "[" PING "]", 400, -32600 },
	{ "2025-11-25", NULL, NULL, "[" PING "]", 400, -32600 },
	{ "1999-01-01", NULL, NULL, "[" PING "]", 400, -32600 },
	{ NULL, NULL, NULL, "[" NOTE("notifications/initialized") "}]", 202, 0 },

	/* responses to requests that were never sent */
	{ NULL, NULL, NULL, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", 202, 0 },
	{ "2025-11-25", NULL, NULL, "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-1,\"message\":\"\"}}", 202, 0 },
	{ V, NULL, NULL, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", 202, 0 },
	{ NULL, NULL, NULL, "{\"id\":1,\"result\":{}}", 400, -32600 },

	/* initialize */
	{ NULL, NULL, NULL, ASK("2025-11-25", ""), 200, 0 },
	{ "2025-11-25", "initialize", NULL, ASK("2025-11-25", ""), 200, 0 },
	{ "1900-01-01", NULL, NULL, ASK("2025-11-25", ""), 200, 0 },
	{ NULL, NULL, NULL, ASK("2025-11-25", ",\"_meta\":{" CLAIM(V) "}"), 200, 0 },
	{ NULL, NULL, NULL, ASK("x", "," META("2025-11-25")), 200, 0 },
	{ NULL, NULL, NULL, HEAD("0", "initialize") ",\"params\":{}}", 200, -32602 },
	{ NULL, NULL, NULL, HEAD("0", "initialize") ",\"params\":{\"protocolVersion\":1}}", 200, -32602 },
	{ V, NULL, NULL, ASK("2025-11-25", ""), 400, -32020 },
	{ V, "initialize", NULL, MODERN("initialize"), 404, -32601 },
	{ NULL, "initialize", NULL, MODERN("initialize"), 400, -32020 },

	/* claims */
	{ V, "tools/list", NULL, HEAD("1", "tools/list") ",\"params\":{\"_meta\":{" CLAIM(V) "}}}", 400, -32602 },
	{ NULL, NULL, NULL, HEAD("1", "tools/list") ",\"params\":{\"_meta\":{" CLAIM(V) "}}}", 400, -32602 },
	{ V, "tools/list", NULL, HEAD("1", "tools/list") ",\"params\":{\"_meta\":{"
	    "\"io.modelcontextprotocol/protocolVersion\":5," CAPS "}}}", 400, -32602 },
	{ V, "tools/list", NULL, HEAD("1", "tools/list") ",\"params\":{\"_meta\":{" CLAIM(V)
	    ",\"io.modelcontextprotocol/clientCapabilities\":[]}}}", 400, -32602 },
	{ V, "tools/list", NULL, HEAD("1", "tools/list") ",\"params\":{\"_meta\":{" CLAIM(V) "," CAPS
	    ",\"io.modelcontextprotocol/clientInfo\":{\"name\":\"x\"}}}}", 400, -32602 },
	{ V, "tools/list", NULL, HEAD("1", "tools/list") ",\"params\":{\"_meta\":{" CLAIM(V) "," CAPS
	    ",\"io.modelcontextprotocol/clientInfo\":{\"name\":\"x\",\"version\":\"1\"}}}}", 200, 0 },
	{ V, "tools/list", NULL, HEAD("1", "tools/list") ",\"params\":{" META("v999.0.0") "}}", 400, -32020 },
	{ "2025-11-25", "tools/list", NULL, MODERN("tools/list"), 400, -32020 },
	{ "v999.0.0", "tools/list", NULL, HEAD("1", "tools/list") ",\"params\":{" META("v999.0.0") "}}", 400, -32022 },
	{ NULL, NULL, NULL, HEAD("1", "tools/list") ",\"params\":{" META("v999.0.0") "}}", 400, -32022 },
	{ "2025-11-25", "tools/list", NULL, HEAD("1", "tools/list") ",\"params\":{" META("2025-11-25") "}}", 400, -32022 },
	{ "1900-01-01", "tools/list", NULL, HEAD("1", "tools/list") ",\"params\":{" META("1900-01-01") "}}", 400, -32022 },
	{ NULL, "tools/list", NULL, MODERN("tools/list"), 400, -32020 },
	{ V, NULL, NULL, MODERN("tools/list"), 400, -32020 },
	{ V, "prompts/list", NULL, MODERN("tools/list"), 400, -32020 },
	{ V, "TOOLS/LIST", NULL, MODERN("tools/list"), 400, -32020 },
	{ V, "tools/list, tools/list", NULL, MODERN("tools/list"), 400, -32020 },
	{ V, "tools/list", NULL, MODERN("tools/list"), 200, 0 },
	{ " \t" V " ", "  tools/list\t", "ignored", MODERN("tools/list"), 200, 0 },

	/* Mcp-Name */
	{ V, "tools/call", SEARCH, CALL(QUERY ",", META(V)), 200, 0 },
	{ V, "tools/call", "  " SEARCH "  ", CALL(QUERY ",", META(V)), 200, 0 },
	{ V, "tools/call", "=?base64?c2VhcmNoX2tub3dsZWRnZV9iYXNl?=", CALL(QUERY ",", META(V)), 200, 0 },
	{ V, "tools/call", "=?base64?c2VhcmNoX2tub3dsZWRnZV9iYXN=?=", CALL(",", META(V)), 400, -32020 },
	{ V, "tools/call", "=?base64?c2Vh!!!!?=", CALL(",", META(V)), 400, -32020 },
	{ V, "tools/call", "=?base64?/w==?=", CALL(",", META(V)), 400, -32020 },
	{ V, "tools/call", "=?base64?AA==?=", CALL(",", META(V)), 400, -32020 },
	{ V, "tools/call", "=?BASE64?c2VhcmNoX2tub3dsZWRnZV9iYXNl?=", CALL(",", META(V)), 400, -32020 },
	{ V, "tools/call", "c2VhcmNoX2tub3dsZWRnZV9iYXNl", CALL(",", META(V)), 400, -32020 },
	{ V, "tools/call", "search\xff", CALL(",", META(V)), 400, -32020 },
	{ V, "tools/call", "other", CALL(",", META(V)), 400, -32020 },
	{ V, "tools/call", NULL, CALL(",", META(V)), 400, -32020 },
	{ V, "tools/call", NULL, HEAD("1", "tools/call") ",\"params\":{" META(V) "}}", 200, -32602 },
	{ V, "tools/call", NULL, HEAD("1", "tools/call") ",\"params\":{\"name\":\"\"," META(V) "}}", 200, -32602 },
	{ V, "tools/call", "=?base64?" "?=", HEAD("1", "tools/call") ",\"params\":{\"name\":\"\"," META(V) "}}", 200, -32602 },
	{ V, "tools/call", "none", HEAD("1", "tools/call") ",\"params\":{\"name\":\"none\"," META(V) "}}", 200, -32602 },
	{ V, "prompts/get", NULL, HEAD("1", "prompts/get") ",\"params\":{\"name\":\"x\"," META(V) "}}", 400, -32020 },
	{ V, "resources/read", "x:y", HEAD("1", "resources/read") ",\"params\":{\"uri\":\"x:y\"," META(V) "}}", 200, -32602 },

	/* no claim */
	{ V, "tools/list", NULL, LIST, 400, -32602 },
	{ V, "tools/list", NULL, HEAD("1", "tools/list") ",\"params\":{}}", 400, -32602 },
	{ V, "tools/list", NULL, HEAD("1", "tools/list") ",\"params\":{\"_meta\":{" CAPS "}}}", 400, -32602 },
	{ V, "tools/list", NULL, HEAD("1", "tools/list") ",\"params\":{\"_meta\":5}}", 400, -32602 },
	{ "v999", NULL, NULL, LIST, 400, -32602 },
	{ NULL, NULL, NULL, LIST, 200, 0 },
	{ "2025-03-26", NULL, NULL, LIST, 200, 0 },
	{ "2025-06-18", NULL, NULL, LIST, 200, 0 },
	{ "2025-11-25", "anything", NULL, LIST, 200, 0 },
	{ "2024-11-05", NULL, NULL, LIST, 400, -32000 },
	{ "1900-01-01", NULL, NULL, LIST, 400, -32000 },
	{ NULL, NULL, NULL, HEAD("1", "server/discover") "}", 200, -32601 },
	{ NULL, NULL, NULL, HEAD("1", "tools/list") ",\"params\":{\"_meta\":{\"progressToken\":1}}}", 200, 0 },

	/* notifications: nothing is done, nothing is said */
	{ V, NULL, NULL, NOTE("notifications/cancelled") ",\"params\":{" META(V) "}}", 202, 0 },
	{ NULL, NULL, NULL, NOTE("notifications/cancelled") ",\"params\":{" META(V) "}}", 202, 0 },
	{ V, NULL, NULL, NOTE("notifications/initialized") "}", 202, 0 },
	{ NULL, NULL, NULL, NOTE("notifications/initialized") "}", 202, 0 },
	{ "2025-11-25", NULL, NULL, NOTE("notifications/unknown") "}", 202, 0 },
	{ "1999-01-01", NULL, NULL, NOTE("notifications/initialized") "}", 400, -32000 },
	{ NULL, NULL, NULL, NOTE("tools/call") ",\"params\":{\"name\":\"create_document\","
	    "\"arguments\":{\"title\":\"t\",\"content\":\"c\"}}}", 202, 0 },

	/* methods by era */
	{ V, "server/discover", NULL, MODERN("server/discover"), 200, 0 },
	{ V, "ping", NULL, MODERN("ping"), 404, -32601 },
	{ V, "logging/setLevel", NULL, MODERN("logging/setLevel"), 404, -32601 },
	{ V, "resources/subscribe", NULL, MODERN("resources/subscribe"), 404, -32601 },
	{ V, "subscriptions/listen", NULL, MODERN("subscriptions/listen"), 404, -32601 },
	{ V, "unknown/method", NULL, MODERN("unknown/method"), 404, -32601 },
	{ NULL, NULL, NULL, PING, 200, 0 },
	{ "2025-11-25", NULL, NULL, HEAD("1", "unknown/method") "}", 200, -32601 },
	{ NULL, NULL, NULL, HEAD("1", "") "}", 200, -32601 },

	/* parameters */
	{ NULL, NULL, NULL, HEAD("1", "tools/list") ",\"params\":{\"cursor\":\"\"}}", 200, -32602 },
	{ NULL, NULL, NULL, HEAD("1", "tools/list") ",\"params\":{\"cursor\":5}}", 200, -32602 },
	{ V, "tools/list", NULL, HEAD("1", "tools/list") ",\"params\":{\"cursor\":\"x\"," META(V) "}}", 200, -32602 },
	{ NULL, NULL, NULL, HEAD("1", "tools/call") "}", 200, -32602 },
	{ NULL, NULL, NULL, HEAD("1", "tools/call") ",\"params\":{\"name\":5}}", 200, -32602 },
	{ NULL, NULL, NULL, HEAD("1", "tools/call") ",\"params\":{\"name\":\"none\"}}", 200, -32602 },
	{ NULL, NULL, NULL, CALL(",\"arguments\":[]", ""), 200, -32602 },
	{ NULL, NULL, NULL, CALL(",\"arguments\":null", ""), 200, 0 },
	{ NULL, NULL, NULL, CALL("", ""), 200, 0 },
	{ NULL, NULL, NULL, CALL(",\"arguments\":{\"query\":\"x\"},\"task\":{\"ttl\":1},\"junk\":[]", ""), 200, 0 },
};

static void every_post_has_its_status_and_code(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof eras / sizeof *eras; i++) {
		struct rpc_reply r = post(eras[i].version, eras[i].method, eras[i].name, eras[i].body);
		struct json_object *error;

		print_message("%s %s %s %s\n", eras[i].version, eras[i].method, eras[i].name, eras[i].body);
		assert_int_equal(r.status, eras[i].status);
		assert_int_equal(r.body.len == 0, r.status == 202);
		if (r.status == 202)
			continue;
		error = json_get(parse(&r.body), "error");
		assert_int_equal(json_object_get_int(json_get(error, "code")), eras[i].code);
		assert_int_equal(json_has(parse(&r.body), "result"), eras[i].code == 0);
		assert_int_equal(json_text(error, "message") != NULL, eras[i].code != 0);
	}
}

static void nothing_was_written_by_a_notification(void **state)
{
	struct rpc_reply r = post(NULL, NULL, NULL, CALL(",\"arguments\":{\"query\":\"c\"}", ""));

	(void)state;
	assert_non_null(strstr(r.body.v, "{\\\"results\\\":[]}"));
}

static void the_id_comes_back_as_it_was(void **state)
{
	static const char *const ids[] = {
		"1", "0", "-5", "9007199254740993", "9223372036854775807", "\"1\"", "\"\"", "\"a\\\"b\\\\c\\u001b\"",
		"\"\xe4\xb8\x96\"", "\"/\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		const char *good = arena_printf(cx.arena, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"ping\"}", ids[i]);
		const char *bad = arena_printf(cx.arena, "{\"jsonrpc\":\"1.0\",\"id\":%s,\"method\":\"ping\"}", ids[i]);
		const char *answer = arena_printf(cx.arena, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{}}", ids[i]);

		assert_string_equal(post(NULL, NULL, NULL, good).body.v, answer);
		assert_string_equal(post(NULL, NULL, NULL, bad).id, ids[i]);
	}
	assert_string_equal(post(NULL, NULL, NULL, HEAD("1.0", "ping") "}").id, "null");
	assert_string_equal(post(NULL, NULL, NULL, "{").id, "null");
}

static void an_error_says_what_would_be_right(void **state)
{
	struct rpc_reply r = post("2099-01-01", "tools/list", NULL,
	    HEAD("1", "tools/list") ",\"params\":{" META("2099-01-01") "}}");
	struct json_object *data = json_get(json_get(parse(&r.body), "error"), "data"), *list = json_get(data, "supported");

	(void)state;
	assert_string_equal(json_text(data, "requested"), "2099-01-01");
	assert_int_equal(json_object_array_length(list), 1);
	assert_string_equal(json_object_get_string(json_object_array_get_idx(list, 0)), V);

	r = post(V, "tools/list", NULL, HEAD("1", "tools/list") ",\"params\":{\"_meta\":{" CLAIM(V) "}}}");
	assert_non_null(strstr(r.body.v, "io.modelcontextprotocol/clientCapabilities"));
	r = post(V, "tools/list", NULL, HEAD("1", "tools/list") ",\"params\":{\"_meta\":{" CAPS "}}}");
	assert_non_null(strstr(r.body.v, "io.modelcontextprotocol/protocolVersion"));
}

static void initialize_negotiates(void **state)
{
	static const struct { const char *asked, *given; } cases[] = {
		{ "2025-03-26", "2025-03-26" }, { "2025-06-18", "2025-06-18" }, { "2025-11-25", "2025-11-25" },
		{ "2024-11-05", "2025-11-25" }, { "2026-07-28", "2025-11-25" }, { "2099-01-01", "2025-11-25" }, { "", "2025-11-25" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *body = arena_printf(cx.arena, ASK("%s", ""), cases[i].asked);
		struct rpc_reply r = post(NULL, NULL, NULL, body);
		struct json_object *server = json_get(result(&r), "serverInfo");

		assert_string_equal(json_text(result(&r), "protocolVersion"), cases[i].given);
		assert_string_equal(json_text(server, "name"), "mcp-cgi");
		assert_string_equal(json_text(server, "version"), MCP_CGI_VERSION);
		assert_int_equal(json_has(server, "title"), strcmp(cases[i].given, "2025-03-26") != 0);
		assert_true(json_has(json_get(result(&r), "capabilities"), "tools"));
		assert_false(json_has(result(&r), "resultType"));
	}
}

static void discover_tells_who_we_are(void **state)
{
	struct rpc_reply r = post(V, "server/discover", NULL, MODERN("server/discover"));
	struct json_object *server = json_get(json_get(result(&r), "_meta"), "io.modelcontextprotocol/serverInfo");

	(void)state;
	assert_string_equal(json_text(result(&r), "resultType"), "complete");
	assert_string_equal(json_text(result(&r), "cacheScope"), "public");
	assert_int_equal(json_object_get_int(json_get(result(&r), "ttlMs")), 3600000);
	assert_int_equal(json_object_array_length(json_get(result(&r), "supportedVersions")), 1);
	assert_string_equal(json_text(server, "title"), "Test");
}

static void results_have_the_shape_of_their_revision(void **state)
{
	static const char *const versions[] = { "2025-03-26", "2025-06-18", "2025-11-25", V };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		bool modern = i == 3;
		const char *call = modern ? CALL(QUERY ",", META(V)) : CALL(QUERY, "");
		struct rpc_reply list = post(versions[i], "tools/list", NULL, modern ? MODERN("tools/list") : LIST);
		struct rpc_reply found = post(versions[i], "tools/call", SEARCH, call);
		struct json_object *l = result(&list), *f = result(&found);

		assert_int_equal(json_has(l, "ttlMs") && json_has(l, "cacheScope"), modern);
		assert_int_equal(json_has(l, "resultType") && json_has(f, "resultType"), modern);
		assert_int_equal(json_has(l, "_meta") && json_has(f, "_meta"), modern);
		assert_false(json_has(f, "ttlMs") || json_has(f, "isError") || json_has(l, "nextCursor"));
		assert_int_equal(json_has(f, "structuredContent"), i > 0);
		assert_int_equal(json_object_array_length(json_get(f, "content")), 1);
	}
}

static void wrong_arguments_are_a_result(void **state)
{
	struct rpc_reply r = post(V, "tools/call", SEARCH, CALL(",\"arguments\":{\"query\":\"x\",\"limit\":21},", META(V)));
	struct json_object *text = json_object_array_get_idx(json_get(result(&r), "content"), 0);

	(void)state;
	assert_true(json_object_get_boolean(json_get(result(&r), "isError")));
	assert_string_equal(json_text(text, "text"), "limit must be at most 20");
	assert_false(json_has(result(&r), "structuredContent"));
}

static void an_array_is_answered_by_an_array(void **state)
{
	struct rpc_reply r = post("2025-03-26", NULL, NULL, "[" PING "," NOTE("notifications/cancelled") "},"
	    HEAD("\"x\"", "nothing") "}," LIST ",{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}]");
	struct json_object *list = parse(&r.body);
	struct buf many = buf_new(cx.arena);

	(void)state;
	assert_int_equal(r.status, 200);
	assert_int_equal(json_object_array_length(list), 3);
	assert_true(json_has(json_object_array_get_idx(list, 0), "result"));
	assert_string_equal(json_text(json_object_array_get_idx(list, 1), "id"), "x");
	assert_true(json_has(json_object_array_get_idx(list, 1), "error"));
	for (int i = 0; i <= RPC_BATCH_MAX; i++)
		buf_printf(&many, "%c" PING, i ? ',' : '[');
	buf_char(&many, ']');
	assert_int_equal(post(NULL, NULL, NULL, many.v).status, 400);
}

static void scope_comes_before_anything_happens(void **state)
{
	const char *batch = "[" CALL(QUERY, "") "," CREATE "]";
	struct rpc_post in = { .body = CREATE, .body_len = strlen(CREATE) };
	struct rpc_reply r;

	(void)state;
	assert_ptr_equal(rpc_answer(&cx, &reader, &in, &r), &bearer_scope);
	assert_string_equal(r.scope, "write:knowledge");
	assert_string_equal(r.id, "3");
	in = (struct rpc_post){ .body = batch, .body_len = strlen(batch) };
	assert_ptr_equal(rpc_answer(&cx, &reader, &in, &r), &bearer_scope);
	assert_string_equal(r.scope, "read:knowledge write:knowledge");
	assert_int_equal(r.body.len, 0);
	nothing_was_written_by_a_notification(NULL);
	in = (struct rpc_post){ .body = LIST, .body_len = strlen(LIST) };
	assert_null(rpc_answer(&cx, &reader, &in, &r));
}

static void our_fault_is_no_result(void **state)
{
	struct store *good = cx.store;
	struct rpc_post in = { .body = CREATE, .body_len = strlen(CREATE) };
	struct rpc_reply r;

	(void)state;
	cx.store = store_new(ROLE_MCP, "/nonexistent/t.db", 1000);
	assert_ptr_equal(rpc_answer(&cx, &ada, &in, &r), &fail_unavailable);
	assert_string_equal(r.id, "3");
	r = post(NULL, NULL, NULL, "[" PING "," CREATE "]");
	assert_int_equal(r.status, 200);
	assert_non_null(strstr(r.body.v, "\"code\":-32603"));
	assert_non_null(strstr(r.body.v, "\"requestId\":\"0123456789abcdef\""));
	store_drop(cx.store);
	cx.store = good;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_post_has_its_status_and_code),
		cmocka_unit_test(nothing_was_written_by_a_notification),
		cmocka_unit_test(the_id_comes_back_as_it_was),
		cmocka_unit_test(an_error_says_what_would_be_right),
		cmocka_unit_test(initialize_negotiates),
		cmocka_unit_test(discover_tells_who_we_are),
		cmocka_unit_test(results_have_the_shape_of_their_revision),
		cmocka_unit_test(wrong_arguments_are_a_result),
		cmocka_unit_test(an_array_is_answered_by_an_array),
		cmocka_unit_test(scope_comes_before_anything_happens),
		cmocka_unit_test(our_fault_is_no_result),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
