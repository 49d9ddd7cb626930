/* SPDX-License-Identifier: ISC */
/*
 * test_oauth_client: what a machine gets (OAuth 2.1 section 4.2), what a resource server is told (RFC 7662), and who is
 * whom when secrets are shown in the wrong way.  Signed assertions have tests on the wire, with keys made there.
 */
#include "world.h"

#include "clientauth.h"
#include "oauth.h"

#define TEAM_B "https://mcp.example.org/team-b/mcp"
#define MCP "https://mcp.example.org/mcp"

static const char settings[] = "client_credentials = on\nintrospection = on\n"
    "[resource " TEAM_B "]\nscopes = read:b write:b\n[scope read:b]\n[scope write:b]\nimplies = read:b\n";

static int set_up(void **state)
{
	struct world *w = world_new();

	world_settings(w, settings);
	w->cx.resource = &w->conf.resource[0];
	world_as(w, ROLE_TOKEN);
	*state = w;
	return 0;
}

static struct client machine(const char *scope, const char *resources)
{
	struct client c = world_client("c_one");

	c.kind = "operator";
	c.auth_method = "client_secret_basic";
	c.grant_types = "client_credentials";
	c.scope = scope;
	c.resources = resources;
	c.introspects = "";
	return c;
}

/* ---- what it gets ------------------------------------------------------------------------------------------ */

static void scope_and_resource_are_what_the_operator_gave(void **state)
{
	static const struct { const char *has, *where, *asked, *at, *scope, *error; } row[] = {
		{ "", "", NULL, NULL, "read:knowledge write:knowledge read:b write:b", NULL },
		{ "read:knowledge", "", NULL, NULL, "read:knowledge", NULL },
		{ "read:*", "", NULL, NULL, "read:knowledge read:b", NULL },
		{ "*", "", "write:knowledge", MCP, "write:knowledge", NULL },
		{ "*", "", "write:knowledge offline_access", NULL, "write:knowledge", NULL },
		{ "*", TEAM_B, NULL, NULL, "read:b write:b", NULL },
		{ "*", TEAM_B, NULL, TEAM_B "/", "read:b write:b", NULL },
		{ "*", TEAM_B " " MCP, "read:knowledge", MCP, "read:knowledge", NULL },
		{ "write:b", TEAM_B, "read:b", NULL, "read:b", NULL },
		{ "read:*", "", "write:knowledge", NULL, NULL, "invalid_scope" },
		{ "*", "", "unknown", NULL, NULL, "invalid_scope" },
		{ "*", "", "offline_access", NULL, NULL, "invalid_scope" },
		{ "*", "", "read:* *", NULL, NULL, "invalid_scope" },
		{ "*", "", "read:knowledge\"", NULL, NULL, "invalid_scope" },
		{ "*", TEAM_B, "read:knowledge", NULL, NULL, "invalid_scope" },
		{ "*", "", NULL, TEAM_B, NULL, "invalid_target" },
		{ "*", TEAM_B, NULL, MCP, NULL, "invalid_target" },
		{ "*", "", NULL, "https://other.example/mcp", NULL, "invalid_target" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(row); i++) {
		const struct client c = machine(row[i].has, row[i].where);
		const struct token_request r = { .scope = row[i].asked, .resource = row[i].at };
		struct tokens t = { 0 };
		const struct fail *no = oauth_give_for_client(&w->cx, &c, &r, &t);

		store_end(w->cx.store);
		row_check(same_text(no ? no->error : NULL, row[i].error), "row %zu: %s", i, no ? no->error : "given");
		row_check(no || same_text(t.scope, row[i].scope), "row %zu: %s", i, no ? "" : t.scope);
		row_check(no || !t.has_refresh, "row %zu has a refresh token", i);
	}
}

static void only_what_was_made_for_it_gets_it(void **state)
{
	struct client open = machine("", ""), person = machine("", "");
	const struct token_request r = { 0 };
	struct world *w = *state;
	struct tokens t;

	open.auth_method = "none";
	person.grant_types = "authorization_code refresh_token";
	assert_string_equal(oauth_give_for_client(&w->cx, &open, &r, &t)->error, "unauthorized_client");
	assert_string_equal(oauth_give_for_client(&w->cx, &person, &r, &t)->error, "unauthorized_client");
}

/* However often it comes, its grant is one; and what ends the grant ends all its tokens. */
static void there_is_one_grant_for_each_resource(void **state)
{
	const struct client c = machine("*", MCP " " TEAM_B);
	struct world *w = *state;
	struct tokens t[3];

	assert_go_on(oauth_give_for_client(&w->cx, &c, &(struct token_request){ 0 }, &t[0]));
	assert_go_on(oauth_give_for_client(&w->cx, &c, &(struct token_request){ .scope = "read:knowledge" }, &t[1]));
	assert_go_on(oauth_give_for_client(&w->cx, &c, &(struct token_request){ .resource = TEAM_B }, &t[2]));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM grants WHERE user_id IS NULL"), 2);
	assert_true(world_opens(w, &t[0].access) && world_opens(w, &t[1].access) && world_opens(w, &t[2].access));
	assert_go_on(grant_revoke(world_as(w, ROLE_TOKEN), 1, w->cx.now));
	assert_false(world_opens(w, &t[0].access) || world_opens(w, &t[1].access));
	assert_true(world_opens(w, &t[2].access));
	world_as(w, ROLE_TOKEN);
	assert_go_on(oauth_give_for_client(&w->cx, &c, &(struct token_request){ 0 }, &t[0]));
	assert_true(world_opens(w, &t[0].access));
}

/* ---- what others are told ------------------------------------------------------------------------------------ */

static struct introspection *ask(struct world *w, const char *introspects, const char *token)
{
	struct client c = machine("", "");
	struct introspection *found;

	c.introspects = introspects;
	world_as(w, ROLE_INTROSPECT);
	assert_go_on(oauth_introspect(&w->cx, &c, token, &found));
	world_as(w, ROLE_TOKEN);
	return found;
}

static void a_live_token_is_told_to_its_own_resource_server(void **state)
{
	const struct client c = machine("*", "");
	struct introspection *x;
	struct world *w = *state;
	struct tokens t;

	assert_go_on(oauth_give_for_client(&w->cx, &c, &(struct token_request){ .scope = "read:knowledge" }, &t));
	x = ask(w, TEAM_B " " MCP, t.access.v);
	assert_non_null(x);
	assert_string_equal(x->scope, "read:knowledge");
	assert_string_equal(x->client_id, "c_one");
	assert_string_equal(x->resource, MCP);
	assert_int_equal(x->user_id, 0);
	assert_null(x->user_name);
	assert_int_equal(x->issued_at, START);
	assert_int_equal(x->expires_at, START + 3600);
	assert_null(ask(w, TEAM_B, t.access.v));
	assert_null(ask(w, MCP "x", t.access.v));
	assert_null(ask(w, MCP, "mcpa_"));
	assert_null(ask(w, MCP, crypto_secret(SECRET_ACCESS).v));
	assert_null(ask(w, MCP, crypto_secret(SECRET_REFRESH).v));
	w->cx.now += 3600;
	assert_null(ask(w, MCP, t.access.v));
	w->cx.now -= 3600;
	world_sql(w, "UPDATE client SET disabled_at = 1 WHERE id = 'c_one'");
	assert_null(ask(w, MCP, t.access.v));
}

static void who_may_ask_about_nothing_is_not_a_resource_server(void **state)
{
	const struct client c = machine("*", "");
	struct introspection *found;
	struct world *w = *state;

	world_as(w, ROLE_INTROSPECT);
	assert_ptr_equal(oauth_introspect(&w->cx, &c, "mcpa_", &found), &client_invalid);
	assert_null(found);
}

/* ---- who is whom ---------------------------------------------------------------------------------------------- */

/* One method, the registered one, and nothing beside it. */
static void a_client_proves_itself_in_one_way(void **state)
{
	struct client made = world_client("c_made");
	struct secret secret = crypto_secret(SECRET_CLIENT), other = crypto_secret(SECRET_CLIENT);
	struct world *w = *state;
	const char *right, *wrong;
	struct client *c;

	made.auth_method = "client_secret_basic";
	made.has_secret = true;
	made.secret = crypto_digest_secret(&secret);
	assert_go_on(client_put(world_as(w, ROLE_REGISTER), &made, 1000));
	world_as(w, ROLE_TOKEN);
	right = arena_printf(w->cx.arena, "c_made:%s", secret.v);
	wrong = arena_printf(w->cx.arena, "c_made:%s", other.v);
	right = arena_printf(w->cx.arena, "basic  %s", crypto_base64(w->cx.arena, right, strlen(right)));
	wrong = arena_printf(w->cx.arena, "Basic %s", crypto_base64(w->cx.arena, wrong, strlen(wrong)));
	{
		const struct { struct client_credentials x; const char *error; } row[] = {
			{ { .authorization = right }, NULL },
			{ { .authorization = right, .id = "c_made" }, NULL },
			{ { .id = "c_one" }, NULL },
			{ { .authorization = wrong }, "invalid_client" },
			{ { .authorization = right, .id = "c_one" }, "invalid_request" },
			{ { .authorization = right, .secret = secret.v }, "invalid_request" },
			{ { .authorization = right, .assertion = "x", .assertion_type = "x" }, "invalid_request" },
			{ { .id = "c_made", .secret = secret.v, .assertion = "x" }, "invalid_request" },
			{ { .id = "c_made", .secret = secret.v }, "invalid_client" },
			{ { .id = "c_made" }, "invalid_client" },
			{ { .id = "c_one", .secret = secret.v }, "invalid_client" },
			{ { .id = "c_none" }, "invalid_client" },
			{ { .id = "c_one", .assertion = "a.b.c" }, "invalid_client" },
			{ { .id = "c_one", .assertion_type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" },
			  "invalid_client" },
			{ { .authorization = "Bearer x", .id = "c_one" }, "invalid_client" },
			{ { .authorization = "Basic !" }, "invalid_client" },
			{ { 0 }, "invalid_request" },
		};

		for (size_t i = 0; i < COUNT(row); i++) {
			const struct fail *no = client_authenticate(&w->cx, &row[i].x, &c);

			row_check(same_text(no ? no->error : NULL, row[i].error), "row %zu: %s", i, no ? no->error : "let in");
			row_check(!no == !!c, "row %zu: a refused client is given", i);
		}
	}
}

static void a_document_is_nobody_when_documents_are_off(void **state)
{
	struct world *w = *state;
	struct client *c;

	world_sql(w, "UPDATE client SET kind = 'document' WHERE id = 'c_one'");
	assert_go_on(client_authenticate(&w->cx, &(struct client_credentials){ .id = "c_one" }, &c));
	world_settings(w, "client_id_documents = off\n");
	assert_ptr_equal(client_authenticate(&w->cx, &(struct client_credentials){ .id = "c_one" }, &c), &client_invalid);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_WORLD(scope_and_resource_are_what_the_operator_gave),
		WITH_WORLD(only_what_was_made_for_it_gets_it),
		WITH_WORLD(there_is_one_grant_for_each_resource),
		WITH_WORLD(a_live_token_is_told_to_its_own_resource_server),
		WITH_WORLD(who_may_ask_about_nothing_is_not_a_resource_server),
		WITH_WORLD(a_client_proves_itself_in_one_way),
		WITH_WORLD(a_document_is_nobody_when_documents_are_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
