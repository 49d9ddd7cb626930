/* SPDX-License-Identifier: ISC */
/*
 * fuzz_cookie_authorization: header fields as anybody may send them, before any row is looked at: Cookie,
 * Content-Type, and Authorization as Bearer and as Basic.  The lines of the input are Cookie, Authorization,
 * Content-Type, client_id and client_secret; an empty one is absent.  There is no database, so that nobody
 * can ever be let in.
 */
#include "fuzz.h"

#include "bearer.h"
#include "clientauth.h"
#include "conf.h"
#include "http.h"

static const struct conf conf = { .issuer = "https://mcp.example.org",
    .resource = { { .uri = "https://mcp.example.org/mcp", .path = "/mcp" } }, .resources = 1 };

static const char *or_none(const char *text)
{
	return *text ? text : NULL;
}

static void check_bearer(struct context *cx, const char *authorization)
{
	struct bearer *who;
	const struct fail *no;

	store_set_role(cx->store, ROLE_MCP);
	no = bearer_check(cx, authorization, &who);
	store_end(cx->store);
	must(no == &bearer_missing || no == &bearer_malformed || no == &bearer_invalid || no == &fail_unavailable);
	must(!who);
	must(authorization || no == &bearer_missing);
	must(no != &fail_unavailable || strstr(authorization, "mcpa_"));
	must(fuzz_is_printable(bearer_challenge(cx, no, "read:knowledge")));
}

static void check_client(struct context *cx, const char *authorization, const char *id, const char *secret)
{
	struct client *c;
	const struct fail *no;

	store_set_role(cx->store, ROLE_TOKEN);
	no = client_authenticate(cx, &(struct client_credentials){ authorization, id, secret, NULL, NULL }, &c);
	store_end(cx->store);
	must(no && !c);
	must(no->status == 400 || no == &client_invalid || no == &client_invalid_basic || no == &fail_unavailable);
}

static void check_cookie(const struct request *rq)
{
	const char *cookie = http_cookie(rq, "mcp_s"), *header = http_env(rq, "HTTP_COOKIE");

	must(!cookie || (header && strstr(header, cookie) && strstr(header, "mcp_s=") && !strchr(cookie, ';')));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct store *store;
	struct arena *a = arena_new();
	char *rest = fuzz_text(a, data, size);
	char *cookie = fuzz_line(&rest), *authorization = fuzz_line(&rest), *type = fuzz_line(&rest);
	char *id = fuzz_line(&rest), *secret = fuzz_line(&rest);
	char *const env[] = {
		arena_printf(a, "HTTP_COOKIE=%s", cookie), arena_printf(a, "HTTP_AUTHORIZATION=%s", authorization),
		arena_printf(a, "CONTENT_TYPE=%s", type), NULL,
	};
	struct request rq = { .cx = { .arena = a, .now = 1785231000, .conf = &conf, .resource = &conf.resource[0], .peer = "" }, .env = env,
	    .query = "", .body = "" };

	if (!store)
		store = store_new(ROLE_MCP, "/nonexistent/mcp.db", 0);
	rq.cx.store = store;
	check_cookie(&rq);
	must(!(http_content_type_is(&rq, "application/json") && http_content_type_is(&rq,
	    "application/x-www-form-urlencoded")));
	must(!http_content_type_is(&rq, "application/json") || !strchr(type, ','));
	check_bearer(&rq.cx, http_authorization(&rq));
	check_client(&rq.cx, http_authorization(&rq), or_none(id), or_none(secret));
	check_client(&rq.cx, NULL, or_none(id), or_none(secret));
	arena_drop(a);
	return 0;
}
