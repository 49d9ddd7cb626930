/* SPDX-License-Identifier: ISC */
/*
 * test_cimd: which URLs name a client, what its document may say (draft-ietf-oauth-client-id-metadata-document sections 3
 * and 4.1), and where the description is taken from.  There is no program fetch beside this one, so that every fetch
 * is one that cannot be made.
 */
#include "world.h"

#include "cimd.h"
#include "json.h"
#include "sign.h"
#include "store_client_document.h"
#include "store_pinned.h"

#define URL "https://app.example/oauth/client.json"
#define BACK "https://app.example/cb"

/* ---- the URL ------------------------------------------------------------------------------------------------------ */

static const char *const good_url[] = {
	URL, "https://app.example:8443/x", "https://app.example/a/b/", "https://app.example/~x", "https://app.example/%7Ex",
	"https://app.example/..x", "https://app.example/...", "https://app.example/.well-known/x", "https://app.example/a%2eb",
	"https://192.0.2.1/x", "https://[2001:db8::1]/x", "https://app.example//x", "https://app.example/x;y=z",
};

static const char *const bad_url[] = {
	"https://app.example", "https://app.example/", "https://", "https:///x", "https://:443/x", "https:/app.example/x",
	"https:app.example/x", "http://app.example/x", "HTTPS://app.example/x", "Https://app.example/x", " " URL, URL " ",
	"https://app.example/./x", "https://app.example/../x", "https://app.example/a/..", "https://app.example/.",
	"https://app.example/%2e/x", "https://app.example/%2E%2e/x", "https://app.example/.%2e", "https://app.example/a/%2e./b",
	URL "?", URL "?a=b", URL "#", URL "#x", "https://u@app.example/x", "https://u:p@app.example/x", "https://@app.example/x",
	"https://app.example:0/x", "https://app.example:65536/x", "https://app.example:x/x", "https://app.example:/x",
	"https://app.example\\x", "https://app.example/a b", "https://app.example/a\tb", "https://app.example/\xc3\xa9",
	"https://app.example/%zz", "https://app.example/<x>", "c_0123", "", "javascript:alert(1)",
};

static void a_url_is_looked_at_as_it_is_written(void **state)
{
	struct world *w = *state;
	char *longest;

	for (size_t i = 0; i < COUNT(good_url); i++)
		row_check(!cimd_url_check(w->cx.arena, good_url[i]), "%s", good_url[i]);
	for (size_t i = 0; i < COUNT(bad_url); i++)
		row_check(cimd_url_check(w->cx.arena, bad_url[i]), "%s", bad_url[i]);
	longest = arena_printf(w->cx.arena, "https://app.example/%0*d", CIMD_URL_MAX - 20, 0);
	assert_int_equal(strlen(longest), CIMD_URL_MAX);
	assert_null(cimd_url_check(w->cx.arena, longest));
	assert_non_null(cimd_url_check(w->cx.arena, arena_printf(w->cx.arena, "%s0", longest)));
}

static void what_begins_with_https_is_no_registered_client(void **state)
{
	(void)state;
	assert_true(cimd_is_url(URL));
	assert_true(cimd_is_url("HTTPS://x"));
	assert_true(cimd_is_url("https://"));
	assert_false(cimd_is_url("http://app.example/x"));
	assert_false(cimd_is_url("https:/app.example/x"));
	assert_false(cimd_is_url("c_https://"));
	assert_false(cimd_is_url(""));
}

/* ---- the document ------------------------------------------------------------------------------------------------- */

#define REST "\"client_name\":\"App\",\"redirect_uris\":[\"" BACK "\"]"
#define DOC(more) "{\"client_id\":\"" URL "\"," REST more "}"
#define JWK "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" ES256_X "\",\"y\":\"" ES256_Y "\""
#define JWKS ",\"jwks\":{\"keys\":[" JWK "}]}"
#define METHOD ",\"token_endpoint_auth_method\":"
#define KEY_METHOD METHOD "\"private_key_jwt\""

static const char *reason(struct world *w, const char *text, struct client *c)
{
	struct json_object *doc;

	row_check(json_read(w->cx.arena, text, strlen(text), &doc), "%s is no JSON", text);
	world_as(w, ROLE_AUTHORIZE);
	return cimd_check(&w->cx, URL, doc, c);
}

static const struct {
	const char *text, *method, *grants, *scope;
} good[] = {
	{ DOC(""), "none", "authorization_code refresh_token", "" },
	{ DOC(METHOD "\"none\""), "none", "authorization_code refresh_token", "" },
	{ DOC(METHOD "null"), "none", "authorization_code refresh_token", "" },
	{ DOC(KEY_METHOD JWKS), "private_key_jwt", "authorization_code refresh_token", "" },
	{ DOC(KEY_METHOD ",\"jwks_uri\":\"https://app.example/keys\""), "private_key_jwt", "authorization_code refresh_token", "" },
	/* lists where a word belongs, and a second opinion elsewhere */
	{ DOC(METHOD "[\"none\"]"), "none", "authorization_code refresh_token", "" },
	{ DOC(METHOD "[\"private_key_jwt\",\"none\"]"), "none", "authorization_code refresh_token", "" },
	{ DOC(METHOD "[\"client_secret_basic\",\"private_key_jwt\"]" JWKS), "private_key_jwt", "authorization_code refresh_token", "" },
	{ DOC(METHOD "\"tls_client_auth\",\"token_endpoint_auth_methods_supported\":[\"tls_client_auth\",\"none\"]"), "none",
	  "authorization_code refresh_token", "" },
	{ DOC(KEY_METHOD JWKS ",\"token_endpoint_auth_methods_supported\":[\"none\"]"), "private_key_jwt",
	  "authorization_code refresh_token", "" },
	/* what we do not know is left out */
	{ DOC(",\"grant_types\":[\"authorization_code\",\"urn:x\",\"implicit\"]"), "none", "authorization_code", "" },
	{ DOC(",\"grant_types\":[\"authorization_code\",\"refresh_token\",\"x\"]"), "none", "authorization_code refresh_token", "" },
	{ DOC(",\"scope\":\"read:knowledge openid\""), "none", "authorization_code refresh_token", "read:knowledge offline_access" },
	{ DOC(",\"scope\":\"openid email\""), "none", "authorization_code refresh_token", "" },
	{ DOC(",\"x\":{\"y\":[1,null]},\"logo_uri\":\"https://app.example/l.png\""), "none", "authorization_code refresh_token", "" },
	{ DOC(",\"jwks\":{\"keys\":[]}"), "none", "authorization_code refresh_token", "" },
};

static void a_good_document_is_understood(void **state)
{
	struct world *w = *state;
	struct client c;

	for (size_t i = 0; i < COUNT(good); i++) {
		const char *why = reason(w, good[i].text, &c);

		row_check(!why, "%s: %s", good[i].text, shown(why));
		row_check(same_text(c.id, URL) && same_text(c.kind, "document") && same_text(c.name, "App"), "%s", good[i].text);
		row_check(same_text(c.auth_method, good[i].method), "%s: %s", good[i].text, c.auth_method);
		row_check(same_text(c.grant_types, good[i].grants), "%s: %s", good[i].text, c.grant_types);
		row_check(same_text(c.scope, good[i].scope), "%s: %s", good[i].text, c.scope);
		row_check(!c.has_secret && (c.keys || c.keys_uri) == (strcmp(c.auth_method, "none") != 0), "%s", good[i].text);
		assert_string_equal(c.redirect_uris, "[\"" BACK "\"]");
	}
}

#define NAMED(name) "{\"client_id\":\"" URL "\",\"redirect_uris\":[\"" BACK "\"],\"client_name\":" name "}"
#define BACK_TO(uris) "{\"client_id\":\"" URL "\",\"client_name\":\"App\",\"redirect_uris\":" uris "}"
#define CALLED(id) "{\"client_id\":" id "," REST "}"

static const char *const bad[] = {
	"[]", "5", "null", "\"x\"", "{}", "{" REST "}",
	CALLED("5"), CALLED("null"), CALLED("[\"" URL "\"]"), CALLED("\"" URL "/\""), CALLED("\"" URL "#x\""), CALLED("\"" URL " \""),
	CALLED("\"https://APP.example/oauth/client.json\""), CALLED("\"https://app.example:443/oauth/client.json\""),
	CALLED("\"https://app.example/oauth/client%2ejson\""), CALLED("\"\""),
	DOC(",\"client_secret\":\"x\""), DOC(",\"client_secret\":null"), DOC(",\"client_secret_expires_at\":0"),
	NAMED("null"), NAMED("\"\""), NAMED("\" \""), NAMED("\"\\u00a0\\u2003\""), NAMED("\"\\u200b\\u202e\""), NAMED("5"),
	NAMED("\"a\\u0000b\""), NAMED("\"a\\nb\""), NAMED("[\"App\"]"), "{\"client_id\":\"" URL "\",\"redirect_uris\":[\"" BACK "\"]}",
	BACK_TO("[]"), BACK_TO("null"), BACK_TO("\"" BACK "\""), BACK_TO("[5]"), BACK_TO("[null]"), BACK_TO("[\"javascript:x\"]"),
	BACK_TO("[\"" BACK "\",\"data:text/html,x\"]"), BACK_TO("[\"http://app.example/cb\"]"), BACK_TO("[\"" BACK "#x\"]"),
	BACK_TO("[\"https://u@app.example/cb\"]"), "{\"client_id\":\"" URL "\",\"client_name\":\"App\"}",
	DOC(METHOD "\"client_secret_basic\""), DOC(METHOD "\"client_secret_post\""), DOC(METHOD "\"client_secret_jwt\""),
	DOC(METHOD "\"\""), DOC(METHOD "\"NONE\""), DOC(METHOD "5"), DOC(METHOD "{}"), DOC(METHOD "[]"), DOC(METHOD "[\"none\",5]"),
	DOC(METHOD "[\"tls_client_auth\"],\"token_endpoint_auth_methods_supported\":[\"none\"]"),
	DOC(METHOD "\"x\",\"token_endpoint_auth_methods_supported\":\"none\""),
	DOC(METHOD "\"x\",\"token_endpoint_auth_methods_supported\":[\"tls_client_auth\"]"),
	DOC(KEY_METHOD), DOC(KEY_METHOD ",\"jwks\":{\"keys\":[]}"), DOC(KEY_METHOD ",\"jwks\":5"), DOC(KEY_METHOD ",\"jwks\":null"),
	DOC(KEY_METHOD JWKS ",\"jwks_uri\":\"https://app.example/keys\""), DOC(KEY_METHOD ",\"jwks_uri\":5"),
	DOC(KEY_METHOD ",\"jwks_uri\":\"http://127.0.0.1/keys\""), DOC(KEY_METHOD ",\"jwks_uri\":\"https://u@app.example/keys\""),
	DOC(KEY_METHOD ",\"jwks_uri\":\"https://app.example/keys#x\""), DOC(KEY_METHOD ",\"jwks\":{\"keys\":[" JWK ",\"d\":\"AA\"}]}"),
	DOC(",\"jwks\":{\"keys\":[" JWK ",\"d\":\"AA\"}]}"), DOC(",\"jwks\":{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}"),
	DOC(",\"grant_types\":[\"client_credentials\"]"), DOC(",\"grant_types\":[]"), DOC(",\"response_types\":[\"token\"]"),
	DOC(",\"scope\":5"), DOC(",\"scope\":\"a\\\"b\""), DOC(",\"logo_uri\":\"javascript:x\""), DOC(",\"client_uri\":\"data:,x\""),
};

static void a_bad_document_is_refused(void **state)
{
	struct world *w = *state;
	struct client c;

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct json_object *doc;

		if (!json_read(w->cx.arena, bad[i], strlen(bad[i]), &doc))
			continue;	/* a NUL in a text: no JSON for us */
		row_check(reason(w, bad[i], &c), "%s", bad[i]);
		w->cx.trail.why = NULL;
	}
	assert_non_null(cimd_check(&w->cx, "http://app.example/x", NULL, &c));
	assert_non_null(cimd_check(&w->cx, URL, NULL, &c));
}

static void the_operators_rules_count_for_documents(void **state)
{
	struct world *w = *state;
	struct client c;

	world_sql(w, "INSERT INTO redirect_rule (allow, pattern, created_at) VALUES (0, 'https://app.example', 1)");
	assert_non_null(reason(w, DOC(""), &c));
	assert_null(reason(w, BACK_TO("[\"https://other.example/cb\"]"), &c));
}

/* ---- where it is taken from --------------------------------------------------------------------------------------- */

static const struct fail *find(struct world *w, const char *redirect_uri, struct client **c)
{
	const struct fail *no;

	world_as(w, ROLE_AUTHORIZE);
	w->cx.trail.why = NULL;
	no = cimd_find(&w->cx, URL, redirect_uri, c);
	store_end(w->cx.store);
	return no;
}

/* Refused with a reason for the operator that has this in it. */
static void refused(struct world *w, const char *redirect_uri, const char *why)
{
	struct client *c;
	const struct fail *no = find(w, redirect_uri, &c);

	row_check(no == &cimd_unusable, "%s: %s", why, no ? no->description : "found");
	row_check(w->cx.trail.why && strstr(w->cx.trail.why, why), "%s: %s", why, shown(w->cx.trail.why));
}

static void pin(struct world *w, const char *document, bool fallback)
{
	const struct pinned p = { .client_id = URL, .document = document, .fallback = fallback, .imported_at = START };

	assert_go_on(pinned_put(world_as(w, ROLE_MCPCTL), &p));
}

/* As if it had been fetched. */
static void store(struct world *w, int64_t fresh_until)
{
	struct client c = world_client(URL);
	bool stored;

	c.kind = "document";
	c.fresh_until = fresh_until;
	assert_go_on(client_document_put(world_as(w, ROLE_AUTHORIZE), &c, START, 500, &stored));
	assert_true(stored);
}

static void what_is_stored_counts_while_it_is_fresh(void **state)
{
	struct world *w = *state;
	struct client *c;

	refused(w, NULL, "fetch");
	store(w, START + 10);
	assert_go_on(find(w, NULL, &c));
	assert_string_equal(c->name, "Example");
	assert_string_equal(c->kind, "document");
	assert_go_on(find(w, "https://c.example/cb", &c));
	refused(w, "https://c.example/other", "fetch");		/* looked up once more */
	w->cx.now = START + 10;
	refused(w, NULL, "fetch");
	assert_int_equal(world_ask(w, "SELECT count(*) FROM client WHERE kind = 'document' AND name = 'Example'"), 1);
}

static void a_pinned_document_comes_first(void **state)
{
	struct world *w = *state;
	struct client *c;

	store(w, START + 10);
	pin(w, DOC(""), false);
	assert_go_on(find(w, NULL, &c));
	assert_string_equal(c->name, "App");
	assert_go_on(find(w, "https://c.example/other", &c));	/* not here is nowhere: whoever asks looks at the list */
	pin(w, DOC(",\"client_secret\":\"x\""), false);
	refused(w, NULL, "client_secret");
	pin(w, "{", false);
	refused(w, NULL, "JSON");
}

static void a_fallback_comes_last(void **state)
{
	struct world *w = *state;
	struct client *c;

	store(w, START + 10);
	pin(w, DOC(""), true);
	assert_go_on(find(w, NULL, &c));
	assert_string_equal(c->name, "Example");
	w->cx.now = START + 10;
	assert_go_on(find(w, NULL, &c));
	assert_string_equal(c->name, "App");
	assert_int_equal(c->fresh_until, w->cx.now);
}

static void with_pinned_nothing_else_counts(void **state)
{
	struct world *w = *state;
	struct client *c;

	world_settings(w, "client_id_documents = pinned\n");
	store(w, START + 10);
	refused(w, NULL, "not pinned");
	pin(w, DOC(""), true);
	assert_go_on(find(w, NULL, &c));
	assert_string_equal(c->name, "App");
}

static void a_disabled_client_stays_disabled(void **state)
{
	struct world *w = *state;

	store(w, START + 10);
	pin(w, DOC(""), false);
	world_sql(w, "UPDATE client SET disabled_at = 5 WHERE kind = 'document'");
	refused(w, NULL, "disabled");
	assert_int_equal(world_ask(w, "SELECT disabled_at FROM client WHERE kind = 'document'"), 5);
}

static void fetches_are_counted_by_address_and_host(void **state)
{
	struct world *w = *state;
	const struct fail *no;
	struct client *c;

	world_settings(w, "limit_fetch = 2/60\nlimit_fetch_host = 3/60\n");
	for (int i = 0; i < 2; i++)
		assert_ptr_equal(find(w, NULL, &c), &cimd_unusable);
	no = find(w, NULL, &c);
	assert_int_equal(no->status, 429);
	w->cx.peer = "192.0.2.2";
	assert_ptr_equal(find(w, NULL, &c), &cimd_unusable);
	no = find(w, NULL, &c);
	assert_int_equal(no->status, 429);
	world_as(w, ROLE_AUTHORIZE);
	no = cimd_find(&w->cx, "https://APP.example:8443/another", NULL, &c);	/* the same machine */
	store_end(w->cx.store);
	assert_int_equal(no->status, 429);
	assert_ptr_equal(cimd_find(&w->cx, "https://other.example/x", NULL, &c), &cimd_unusable);
	pin(w, DOC(""), false);
	assert_go_on(find(w, NULL, &c));	/* costs none */
}

static void a_url_that_breaks_a_rule_costs_nothing(void **state)
{
	struct world *w = *state;
	struct client *c;

	world_settings(w, "limit_fetch = 1/60\n");
	world_as(w, ROLE_AUTHORIZE);
	for (size_t i = 0; i < COUNT(bad_url); i++) {
		assert_ptr_equal(cimd_find(&w->cx, bad_url[i], NULL, &c), &cimd_url_invalid);
		assert_null(c);
	}
	assert_ptr_equal(cimd_find(&w->cx, "https://2130706433/x", NULL, &c), &cimd_unusable);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM limits"), 0);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_WORLD(a_url_is_looked_at_as_it_is_written),
		cmocka_unit_test(what_begins_with_https_is_no_registered_client),
		WITH_WORLD(a_good_document_is_understood),
		WITH_WORLD(a_bad_document_is_refused),
		WITH_WORLD(the_operators_rules_count_for_documents),
		WITH_WORLD(what_is_stored_counts_while_it_is_fresh),
		WITH_WORLD(a_pinned_document_comes_first),
		WITH_WORLD(a_fallback_comes_last),
		WITH_WORLD(with_pinned_nothing_else_counts),
		WITH_WORLD(a_disabled_client_stays_disabled),
		WITH_WORLD(fetches_are_counted_by_address_and_host),
		WITH_WORLD(a_url_that_breaks_a_rule_costs_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
