/* SPDX-License-Identifier: ISC */
/*
 * fuzz_rpc: a posted body through the Model Context Protocol.  The first three lines are the header fields
 * MCP-Protocol-Version, Mcp-Method and Mcp-Name, the rest is the body.  There is no database: a tool that
 * needs it answers that it is not available, and everything else is answered in one line of JSON.
 */
#include "fuzz.h"

#include "bearer.h"
#include "conf.h"
#include "json.h"
#include "rpc.h"
#include "store.h"

static const struct conf conf = {
	.issuer = "https://mcp.example.org", .resource = { { .uri = "https://mcp.example.org/mcp", .path = "/mcp" } },
	.resources = 1, .scope = { { "read:knowledge", "Search", "" }, { "write:knowledge", "Add", "" } }, .scopes = 2,
	.offline = { "offline_access", "Stay", "" }, .site_name = "Fuzz", .rate_limits = 1,
	.limit = { [LIMIT_DOCUMENTS] = { 120, 60 } }, .audit = AUDIT_OFF,
};

static const char *or_none(const char *text)
{
	return *text ? text : NULL;
}

static void check_reply(struct arena *a, const struct rpc_reply *reply)
{
	struct json_object *value;

	must(reply->status == 200 || reply->status == 202 || (reply->status >= 400 && reply->status <= 404));
	must((reply->status == 202) == (reply->body.len == 0));
	if (!reply->body.len)
		return;
	must(!strpbrk(reply->body.v, "\r\n"));
	must(json_read(a, reply->body.v, reply->body.len, &value));
	must(json_object_is_type(value, json_type_object) || json_object_is_type(value, json_type_array));
	if (json_object_is_type(value, json_type_object)) {
		must(strcmp(json_text(value, "jsonrpc"), "2.0") == 0);
		must(json_has(value, "result") != json_has(value, "error"));
	}
}

static void check_refusal(struct arena *a, const struct fail *no, const struct rpc_reply *reply)
{
	struct json_object *value;

	must(no == &bearer_scope || no->retry_after > 0);
	must(reply->id && json_read(a, reply->id, strlen(reply->id), &value));
	must(no != &bearer_scope || *reply->scope);
}

static void answer(struct store *store, struct arena *a, const struct rpc_post *post, const char *scope)
{
	struct context cx = { .arena = a, .now = 1785231000, .conf = &conf, .resource = &conf.resource[0], .store = store, .peer = "192.0.2.1",
	    .id = "0123456789abcdef" };
	const struct bearer who = {
		.user_id = 1, .user_name = "ada", .client_id = "c_one", .scope = scope, .resource = conf.resource[0].uri,
	};
	struct rpc_reply reply;
	const struct fail *no = rpc_answer(&cx, &who, post, &reply);

	store_end(store);
	if (no)
		check_refusal(a, no, &reply);
	else
		check_reply(a, &reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct store *store;
	struct arena *a = arena_new();
	char *text = fuzz_text(a, data, size), *rest = text;
	struct rpc_post post = { 0 };

	if (!store)
		store = store_new(ROLE_MCP, "/nonexistent/mcp.db", 0);
	post.headers.version = or_none(fuzz_line(&rest));
	post.headers.method = or_none(fuzz_line(&rest));
	post.headers.name = or_none(fuzz_line(&rest));
	post.body = rest;
	post.body_len = size - (size_t)(rest - text);
	answer(store, a, &post, "read:knowledge write:knowledge");
	answer(store, a, &post, "read:knowledge");
	arena_drop(a);
	return 0;
}
