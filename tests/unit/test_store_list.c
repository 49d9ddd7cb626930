/* SPDX-License-Identifier: ISC */
/*
 * test_store_list: what the operator sees of clients, grants and tokens, what his word does to them, and what is dropped when it
 * is over, and not before.
 */
#include "world.h"

#include "store_operate.h"
#include "store_reap.h"

enum { DAY = 86400 };

/* ---- lists ---------------------------------------------------------------------------------------------- */

static void count_client(void *with, const struct listed_client *c)
{
	int *n = with;

	assert_non_null(c->is.id);
	++*n;
}

static void clients_are_listed_with_all_that_is_known(void **state)
{
	struct world *w = *state;
	struct store *s = world_as(w, ROLE_MCPCTL);
	struct listed_client *c;
	const char *name;
	int n = 0;

	assert_go_on(list_clients(s, w->cx.arena, START, count_client, &n));
	assert_int_equal(n, 2);
	world_grant(w, "c_one");
	world_sql(w, "UPDATE client SET disabled_at = 5, agreed_at = 6, waits = 1, management = x'00' WHERE id = 'c_one'");
	world_sql(w, "INSERT INTO pinned VALUES ('c_one', '{}', 0, 1)");
	s = world_as(w, ROLE_MCPCTL);
	assert_go_on(list_client(s, w->cx.arena, "c_one", START, &c));
	assert_non_null(c);
	assert_int_equal(c->disabled_at, 5);
	assert_int_equal(c->agreed_at, 6);
	assert_true(c->is.waits && c->managed && c->pinned && !c->is.has_secret);
	assert_int_equal(c->grants, 1);
	assert_string_equal(c->is.redirect_uris, "[\"https://c.example/cb\"]");
	assert_go_on(list_client(s, w->cx.arena, "c_one", START + w->conf.refresh_ttl, &c));
	assert_int_equal(c->grants, 0);
	assert_go_on(list_client(s, w->cx.arena, "c_none", START, &c));
	assert_null(c);
	assert_go_on(list_client_name(s, w->cx.arena, "c_two", &name));
	assert_string_equal(name, "Example");
	assert_go_on(list_client_name(s, w->cx.arena, "c_none", &name));
	assert_null(name);
}

struct seen {
	int n;
	int64_t id;
	bool machine;
};

static void see_grant(void *with, const struct listed_grant *g)
{
	struct seen *x = with;

	x->n++;
	x->id = g->id;
	x->machine = !g->user;
}

static struct seen grants_of(struct world *w, int64_t user, const char *client)
{
	struct seen x = { 0 };

	assert_go_on(list_grants(world_as(w, ROLE_MCPCTL), w->cx.arena, user, client, see_grant, &x));
	return x;
}

static void grants_are_listed_by_whose_they_are(void **state)
{
	struct world *w = *state;
	struct listed_grant *g;
	struct grant one = world_grant(w, "c_one"), two = world_grant(w, "c_two");

	world_sql(w, "INSERT INTO grants (client_id, scope, resource, created_at, expires_at) VALUES ('c_two', 's', 'r', 1, 2)");
	assert_int_equal(grants_of(w, 0, NULL).n, 3);
	assert_int_equal(grants_of(w, w->user, NULL).n, 2);
	assert_int_equal(grants_of(w, 0, "c_two").n, 2);
	assert_true(grants_of(w, 0, "c_two").machine);
	assert_int_equal(grants_of(w, w->user, "c_two").id, two.id);
	assert_int_equal(grants_of(w, w->user, "c_none").n, 0);
	assert_go_on(list_grant(w->cx.store, w->cx.arena, one.id, &g));
	assert_string_equal(g->user, "ada");
	assert_string_equal(g->client_name, "Example");
	assert_false(g->user_disabled || g->client_disabled);
	world_sql(w, "UPDATE user SET disabled_at = 1; UPDATE client SET disabled_at = 1");
	assert_go_on(list_grant(w->cx.store, w->cx.arena, one.id, &g));
	assert_true(g->user_disabled && g->client_disabled);
	assert_go_on(list_grant(w->cx.store, w->cx.arena, 99, &g));
	assert_null(g);
}

static void a_token_leads_to_its_grant(void **state)
{
	struct world *w = *state;
	struct secret code = world_code(w, "c_one");
	struct digest of_code = crypto_digest_secret(&code), none = digest_of("none");
	struct access a = { .hash = digest_of("access"), .grant_id = 1, .scope = BOTH, .issued_at = 1, .expires_at = 2 };
	struct refresh r = { .hash = digest_of("refresh"), .grant_id = 1, .generation = 1, .expires_at = 2 };
	int64_t id;

	assert_go_on(access_put(world_as(w, ROLE_TOKEN), &a));
	assert_go_on(refresh_put(w->cx.store, &r));
	world_as(w, ROLE_MCPCTL);
	assert_go_on(list_token(w->cx.store, &of_code, &id));
	assert_int_equal(id, 1);
	assert_go_on(list_token(w->cx.store, &a.hash, &id));
	assert_int_equal(id, 1);
	assert_go_on(list_token(w->cx.store, &r.hash, &id));
	assert_int_equal(id, 1);
	assert_go_on(list_token(w->cx.store, &none, &id));
	assert_int_equal(id, 0);
	assert_go_on(operate_access_drop(w->cx.store, &a.hash));
	assert_go_on(list_token(w->cx.store, &a.hash, &id));
	assert_int_equal(id, 0);
}

/* ---- the operator's word -------------------------------------------------------------------------------- */

static void a_client_of_the_operators(void **state)
{
	struct world *w = *state;
	const struct client made = {
		.id = "c_made", .name = "Nightly", .auth_method = "client_secret_basic", .has_secret = true, .secret = digest_of("s"),
		.redirect_uris = "[]", .grant_types = "client_credentials", .scope = "read:*", .resources = "https://mcp.example.org/mcp",
		.introspects = "https://mcp.example.org/mcp", .keys = "{\"keys\":[]}", .keys_uri = "https://k.example/", .created_at = 7,
	};
	const struct client *c;

	assert_go_on(operate_client_put(world_as(w, ROLE_MCPCTL), &made));
	c = world_find_client(w, "c_made");
	assert_string_equal(c->kind, "operator");
	assert_string_equal(c->scope, made.scope);
	assert_string_equal(c->resources, made.resources);
	assert_string_equal(c->introspects, made.introspects);
	assert_string_equal(c->keys, made.keys);
	assert_string_equal(c->keys_uri, made.keys_uri);
	assert_true(c->has_secret && same_digest(&c->secret, &made.secret));
	assert_int_equal(c->created_at, 7);
	assert_ptr_equal(operate_client_put(world_as(w, ROLE_MCPCTL), &made), &fail_internal);
}

static void approved_disabled_enabled_gone(void **state)
{
	struct world *w = *state;
	struct client *c;

	world_code(w, "c_one");
	world_sql(w, "UPDATE client SET waits = 1");
	assert_go_on(operate_client_approve(world_as(w, ROLE_MCPCTL), "c_one", START));
	assert_false(world_find_client(w, "c_one")->waits);
	assert_true(world_find_client(w, "c_two")->waits);
	assert_go_on(operate_client_set_disabled(world_as(w, ROLE_MCPCTL), "c_one", 5));
	assert_go_on(client_find(world_as(w, ROLE_TOKEN), w->cx.arena, "c_one", &c));
	assert_null(c);
	assert_go_on(operate_client_set_disabled(world_as(w, ROLE_MCPCTL), "c_one", 0));
	world_find_client(w, "c_one");
	assert_go_on(operate_client_drop(world_as(w, ROLE_MCPCTL), "c_one"));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM client"), 1);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM grants"), 0);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM code"), 0);
}

static void what_the_settings_have_to_fit_is_counted(void **state)
{
	struct world *w = *state;
	struct waiting x;

	world_sql(w, "UPDATE client SET waits = 1 WHERE id = 'c_one'");
	world_sql(w, "UPDATE client SET grant_types = 'client_credentials', introspects = 'r' WHERE id = 'c_two'");
	assert_go_on(list_waiting(world_as(w, ROLE_MCPCTL), &x));
	assert_true(x.approval == 1 && x.machines == 1 && x.resource_servers == 1);
	world_sql(w, "UPDATE client SET disabled_at = 1");
	assert_go_on(list_waiting(w->cx.store, &x));
	assert_true(x.approval == 0 && x.machines == 0 && x.resource_servers == 0);
}

/* ---- what is over --------------------------------------------------------------------------------------- */

#define HASHED(table, columns, over, alive) \
	"INSERT INTO " table " (hash, " columns ") VALUES (x'01', " over "), (x'02', " over "), (x'03', " alive ")"

#define SESSION "INSERT INTO mcp_session (hash, client_id, resource, revision, capabilities, created_at, seen_at)" \
	" VALUES (x'09', 'c_one', 'r', 'v', '{}', 1, 999999);"

static const struct {
	enum reaped which;
	const char *table;
	const char *put;		/* two that are over and one that is not, counted from second 1000000 */
	int keeps;
} over[] = {
	{ REAPED_CODES, "code", HASHED("code", "grant_id, client_id, redirect_uri, redirect_given, challenge, expires_at",
	  "1, 'c', 'u', 0, 'c', 913599", "1, 'c', 'u', 0, 'c', 913600"), 1 },
	{ REAPED_ACCESS, "access", HASHED("access", "grant_id, scope, issued_at, expires_at", "1, 's', 1, 913599", "1, 's', 1, 913600"), 1 },
	{ REAPED_REFRESH, "refresh", HASHED("refresh", "grant_id, generation, expires_at", "1, 1, 913599", "1, 1, 913600"), 1 },
	{ REAPED_GRANTS, "grants", "INSERT INTO grants (user_id, client_id, scope, resource, created_at, expires_at)"
	  " VALUES (1, 'c_one', 's', 'r', 1, 913599), (1, 'c_one', 's', 'r', 1, 913599), (1, 'c_one', 's', 'r', 1, 913600)", 2 },
	{ REAPED_PENDING, "pending", HASHED("pending", "owner, attempt, asked, created_at, expires_at", "x'01', 'a', 'q', 1, 996399",
	  "x'01', 'a', 'q', 1, 996400"), 1 },
	{ REAPED_SESSIONS, "session", "INSERT INTO session VALUES (x'01', 1, 1, 999999, 999999), (x'02', 1, 1, 971199, 2000000),"
	  " (x'03', 1, 1, 971200, 1000000)", 1 },
	{ REAPED_LIMITS, "limits", "INSERT INTO limits VALUES ('a', 1, 1, 913599), ('b', 1, 1, 913599), ('c', 1, 1, 913600)", 1 },
	{ REAPED_ASSERTIONS, "assertion", HASHED("assertion", "expires_at", "913599", "913600"), 1 },
	{ REAPED_DOCUMENTS, "client", "INSERT INTO client (id, kind, name, auth_method, redirect_uris, grant_types, scope, metadata,"
	  " created_at, fresh_until, disabled_at) VALUES ('https://a', 'document', '', '', '', '', '', '', 913599, 913599, 0),"
	  " ('https://b', 'document', '', '', '', '', '', '', 1, 1, 0), ('https://c', 'document', '', '', '', '', '', '', 1, 1, 5),"
	  " ('https://d', 'document', '', '', '', '', '', '', 1, 913600, 0), ('c_x', 'operator', '', '', '', '', '', '', 1, 1, 0)", 5 },
	{ REAPED_AUDIT, "audit", "INSERT INTO audit (at, attempt, request, event, outcome, why, address) VALUES"
	  " (-6776001, '', '', '', '', '', ''), (-6776001, '', '', '', '', '', ''), (-6776000, '', '', '', '', '', '')", 1 },
	{ REAPED_MCP_SESSIONS, "mcp_session", HASHED("mcp_session", "client_id, resource, revision, capabilities, created_at, seen_at",
	  "'c_one', 'r', 'v', '{}', 1, 913600", "'c_one', 'r', 'v', '{}', 1, 913601"), 1 },
	{ REAPED_QUESTIONS, "question", SESSION "INSERT INTO question VALUES ('a', x'09', '1', 1000000, NULL),"
	  " ('b', x'09', '1', 1, '{}'), ('c', x'09', '1', 1000001, NULL)", 1 },
	{ REAPED_CANCELLED, "cancelled", SESSION "INSERT INTO cancelled VALUES (x'09', '1', 996399), (x'09', '2', 1), (x'09', '3', 996400)", 1 },
	{ REAPED_STREAMS, "stream", SESSION "INSERT INTO stream VALUES ('a', x'09', 992799, 0), ('b', x'09', 1, 5), ('c', x'09', 992800, 0);"
	  "INSERT INTO event VALUES ('a', 1, '{}')", 1 },
	{ REAPED_SPENT, "spent", HASHED("spent", "expires_at", "913599", "913600"), 1 },
	{ REAPED_CHANGES, "change", "INSERT INTO change (at, kind) VALUES (996399, 'tools'), (996399, 'tools'), (996400, 'tools')", 1 },
};

static void what_is_over_goes_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(over); i++) {
		struct world *w = world_new();
		const char *count = arena_printf(w->cx.arena, "SELECT count(*) FROM %s", over[i].table);
		int64_t n = -1;

		world_grant(w, "c_one");
		world_sql(w, over[i].put);
		assert_go_on(reap(world_as(w, ROLE_MCPCTL), &w->conf, over[i].which, 1000000, 1, &n));
		row_check(n == 1, "%s: %d at once", over[i].table, (int)n);
		assert_go_on(reap(w->cx.store, &w->conf, over[i].which, 1000000, 100, &n));
		row_check(n == 1, "%s: %d were left", over[i].table, (int)n);
		assert_go_on(reap(w->cx.store, &w->conf, over[i].which, 1000000, 100, &n));
		row_check(n == 0, "%s: %d after the last", over[i].table, (int)n);
		row_check(world_ask(w, count) == over[i].keeps, "%s: %d are kept", over[i].table, (int)world_ask(w, count));
		world_drop(w);
	}
}

/* A document that somebody is connected with stays, whatever its age. */
static void a_document_in_use_stays(void **state)
{
	struct world *w = *state;
	int64_t n;

	world_sql(w, over[8].put);
	world_sql(w, "INSERT INTO grants (user_id, client_id, scope, resource, created_at, expires_at)"
	    " VALUES (1, 'https://a', 's', 'r', 1, 1000001)");
	assert_go_on(reap(world_as(w, ROLE_MCPCTL), &w->conf, REAPED_DOCUMENTS, 1000000, 100, &n));
	assert_int_equal(n, 1);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM client WHERE id = 'https://a'"), 1);
}

/* A counter with a window of a week counts for a week. */
#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_WORLD(clients_are_listed_with_all_that_is_known),
		WITH_WORLD(grants_are_listed_by_whose_they_are),
		WITH_WORLD(a_token_leads_to_its_grant),
		WITH_WORLD(a_client_of_the_operators),
		WITH_WORLD(approved_disabled_enabled_gone),
		WITH_WORLD(what_the_settings_have_to_fit_is_counted),
		cmocka_unit_test(what_is_over_goes_and_nothing_else),
		WITH_WORLD(a_document_in_use_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
