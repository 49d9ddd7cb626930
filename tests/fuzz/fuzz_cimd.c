/* SPDX-License-Identifier: ISC */
/*
 * fuzz_cimd: the first line is a client_id, what follows is the document that was found there.  Whatever is taken for a
 * client has a name that can be seen, addresses that may be gone back to, and nothing secret.
 */
#include "fuzz.h"

#include "cimd.h"
#include "json.h"
#include "jws.h"
#include "redirect.h"
#include "url.h"
#include "visible.h"

static struct conf conf = {
	.redirect_schemes = "cursor vscode", .trusted_redirects = "", .scope = {
		{ .name = "read:knowledge", .words = "x", .implies = "" }, { .name = "write:knowledge", .words = "x", .implies = "" },
	}, .scopes = 2, .offline = { .name = "offline_access", .words = "x", .implies = "" },
	.resource = { { .uri = "https://mcp.example.org/mcp", .path = "/mcp", .name = "x" } }, .resources = 1,
};

static const struct redirect_rules none;

static void check_url(struct arena *a, const char *id)
{
	struct url u;

	if (cimd_url_check(a, id))
		return;
	must(cimd_is_url(id) && strncmp(id, "https://", 8) == 0 && strlen(id) <= CIMD_URL_MAX);
	must(fuzz_is_printable(id) && !strpbrk(id, " ?#\\\"<>"));
	must(url_read(a, id, &u) && !u.userinfo && *u.host && strlen(u.path) > 1);
	must(!redirect_has_dots(u.path));
}

static struct json_object *list_of(struct arena *a, const char *text)
{
	struct json_object *list;

	must(json_read(a, text, strlen(text), &list) && json_object_is_type(list, json_type_array));
	return list;
}

static void check_client(struct context *cx, const char *id, struct json_object *doc, const struct client *c)
{
	struct json_object *list = list_of(cx->arena, c->redirect_uris), *keys;
	size_t i, n = json_object_array_length(list);

	must(strcmp(c->id, id) == 0 && strcmp(json_text(doc, "client_id"), id) == 0);
	must(!json_has(doc, "client_secret") && !c->has_secret);
	must(visible_is(c->name));
	must(n > 0);
	for (i = 0; i < n; i++)
		must(!redirect_refusal(cx->arena, cx->conf, &none, json_object_get_string(json_object_array_get_idx(list, i))));
	must(!(c->keys && c->keys_uri) && (strcmp(c->auth_method, "none") == 0 || c->keys || c->keys_uri));
	must(!c->keys_uri || strncasecmp(c->keys_uri, "https://", 8) == 0);
	if (c->keys) {
		must(json_read(cx->arena, c->keys, strlen(c->keys), &keys));
		must(!jwks_check(keys));
	}
	must(strncmp(c->grant_types, "authorization_code", 18) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct context cx = { .arena = arena_new(), .conf = &conf, .peer = "", .redirect_rules = &none };
	char *text = fuzz_text(cx.arena, data, size), *id = fuzz_line(&text);
	struct json_object *doc;
	struct client c;

	check_url(cx.arena, id);
	if (json_read(cx.arena, text, strlen(text), &doc) && !cimd_check(&cx, id, doc, &c)) {
		must(!cimd_url_check(cx.arena, id));
		check_client(&cx, id, doc, &c);
	}
	arena_drop(cx.arena);
	return 0;
}
