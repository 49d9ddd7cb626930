/* SPDX-License-Identifier: ISC */
/*
 * test_epoch: a grant lives in the epoch in which it was given.  In another one, before or after, every statement that asks for
 * what lives passes it by: what opens doors, what is shown as connected, what is remembered, what a client is kept for.
 */
#include "world.h"

#include "store_account.h"
#include "store_client_document.h"
#include "store_list.h"
#include "store_reap.h"

#define DOCUMENT "https://app.example/client.json"
#define REAPED "https://old.example/client.json"

enum { DAY = 86400 };

/* ---- who asks for what lives: 1 if it is found ---- */

static int found_by_bearer(struct world *w)
{
	struct digest d = digest_of("token");
	struct bearer *b;

	assert_go_on(access_find(world_as(w, ROLE_MCP), w->cx.arena, &d, START, &b));
	return b != NULL;
}

static int found_by_introspection(struct world *w)
{
	struct digest d = digest_of("token");
	struct introspection *i;

	assert_go_on(introspection_find(world_as(w, ROLE_INTROSPECT), w->cx.arena, &d, START, &i));
	return i != NULL;
}

static int found_for_a_token(struct world *w)
{
	struct grant *g;

	assert_go_on(grant_find(world_as(w, ROLE_TOKEN), w->cx.arena, 1, &g));
	return g != NULL;
}

static int found_for_a_machine(struct world *w)
{
	struct grant *g;

	assert_go_on(grant_find_machine(world_as(w, ROLE_TOKEN), w->cx.arena, "c_two", w->conf.resource[0].uri, START, &g));
	return g != NULL;
}

static int remembered_by_consent(struct world *w)
{
	const char *scope;

	assert_go_on(grant_find_before(world_as(w, ROLE_AUTHORIZE), w->cx.arena, w->user, "c_one", w->conf.resource[0].uri, START,
	    &scope));
	return scope && *scope;
}

static void count_shown(void *with, const struct account_grant *g)
{
	(void)g;
	*(int *)with = 1;
}

static int shown_to_the_person(struct world *w)
{
	int shown = 0;

	assert_go_on(account_each(world_as(w, ROLE_ACCOUNT), w->cx.arena, w->user, START, count_shown, &shown));
	return shown;
}

static int taken_back_by_the_person(struct world *w)
{
	struct account_revoked r;

	assert_go_on(account_revoke(world_as(w, ROLE_ACCOUNT), w->cx.arena, w->user, 1, START, &r));
	return r.client_id != NULL;
}

static int live_for_the_operator(struct world *w)
{
	struct listed_grant *g;

	assert_go_on(list_grant(world_as(w, ROLE_MCPCTL), w->cx.arena, 1, &g));
	return !g->past;
}

static void count_live(void *with, const struct listed_grant *g)
{
	*(int *)with |= !g->past;
}

static int live_in_the_list(struct world *w)
{
	int live = 0;

	assert_go_on(list_grants(world_as(w, ROLE_MCPCTL), w->cx.arena, 0, NULL, count_live, &live));
	return live;
}

static int counted_for_the_client(struct world *w)
{
	struct listed_client *c;

	assert_go_on(list_client(world_as(w, ROLE_MCPCTL), w->cx.arena, "c_one", START, &c));
	return c->grants != 0;
}

static void count_grants(void *with, const struct listed_client *c)
{
	*(int64_t *)with += c->grants;
}

static int counted_for_all_clients(struct world *w)
{
	int64_t n = 0;

	assert_go_on(list_clients(world_as(w, ROLE_MCPCTL), w->cx.arena, START, count_grants, &n));
	return n != 0;
}

/* An identical registration after a hundred days. */
static int the_same_client(struct world *w)
{
	struct digest same = digest_of("same");
	struct client *c;

	assert_go_on(client_find_same(world_as(w, ROLE_REGISTER), w->cx.arena, &same, START + 100 * DAY, &c));
	return c != NULL;
}

static int kept_as_a_client(struct world *w)
{
	int n;

	assert_go_on(client_reap(world_as(w, ROLE_MCPCTL), START + 100 * DAY, 1000, &n));
	return world_ask(w, "SELECT count(*) FROM client WHERE id = 'c_one'") == 1;
}

static int kept_as_a_document(struct world *w)
{
	struct client c = world_client(DOCUMENT);
	bool found;

	c.kind = "document";
	assert_go_on(client_document_put(world_as(w, ROLE_AUTHORIZE), &c, START, 1, &found));
	return world_ask(w, "SELECT count(*) FROM client WHERE id = '" REAPED "'") == 1;
}

static int kept_by_reap(struct world *w)
{
	int64_t n;

	assert_go_on(reap(world_as(w, ROLE_MCPCTL), &w->conf, REAPED_DOCUMENTS, START, 100, &n));
	return world_ask(w, "SELECT count(*) FROM client WHERE id = '" REAPED "'") == 1;
}

static const struct {
	const char *what;
	int (*alive)(struct world *w);
} asks[] = {
	{ "the bearer check", found_by_bearer }, { "introspection", found_by_introspection },
	{ "code and refresh token", found_for_a_token }, { "a machine's grant", found_for_a_machine },
	{ "consent that is remembered", remembered_by_consent }, { "the page of apps", shown_to_the_person },
	{ "disconnect", taken_back_by_the_person }, { "mcpctl grant revoke", live_for_the_operator },
	{ "mcpctl grant list", live_in_the_list }, { "mcpctl client show", counted_for_the_client },
	{ "mcpctl client list", counted_for_all_clients }, { "an identical registration", the_same_client },
	{ "unused clients", kept_as_a_client }, { "room for a document", kept_as_a_document },
	{ "documents that are stale", kept_by_reap },
};

static struct world *full(void)
{
	struct world *w = world_new();
	struct access t = { .hash = digest_of("token"), .grant_id = 1, .scope = BOTH, .issued_at = START, .expires_at = START + 99 };
	struct grant machine = { .client_id = "c_two", .scope = BOTH, .resource = w->conf.resource[0].uri, .created_at = START,
		.expires_at = START + 200 * DAY };
	struct digest same = digest_of("same");
	char hex[2 * sizeof same.v + 1];

	for (size_t i = 0; i < sizeof same.v; i++)
		snprintf(hex + 2 * i, 3, "%02x", same.v[i]);
	assert_int_equal(world_grant(w, "c_one").id, 1);
	assert_go_on(grant_put_machine(world_as(w, ROLE_TOKEN), &machine));
	assert_go_on(access_put(w->cx.store, &t));
	world_sql(w, arena_printf(w->cx.arena, "UPDATE client SET agreed_at = 1, sameness = x'%s' WHERE id = 'c_one';"
	    "INSERT INTO client (id, kind, name, auth_method, redirect_uris, grant_types, scope, metadata, created_at)"
	    " VALUES ('" REAPED "', 'document', '', '', '', '', '', '', 1);"
	    "INSERT INTO grants (user_id, client_id, scope, resource, created_at, expires_at, epoch)"
	    " SELECT user_id, '" REAPED "', scope, resource, created_at, expires_at, epoch FROM grants WHERE id = 1;"
	    "UPDATE grants SET expires_at = %lld", hex, (long long)START + 200 * DAY));
	return w;
}

static void nobody_finds_a_grant_of_another_epoch(void **state)
{
	static const char *const other[] = {
		"UPDATE meta SET value = CAST('2' AS BLOB) WHERE key = 'epoch'",
		"UPDATE grants SET epoch = 2",
		"DELETE FROM meta WHERE key = 'epoch'",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(asks); i++) {
		struct world *w = full();

		row_check(asks[i].alive(w) == 1, "%s: not in its own epoch", asks[i].what);
		world_drop(w);
		for (size_t k = 0; k < COUNT(other); k++) {
			w = full();
			world_sql(w, other[k]);
			row_check(asks[i].alive(w) == 0, "%s: %s", asks[i].what, other[k]);
			world_drop(w);
		}
	}
}

static void what_is_given_is_of_this_epoch(void **state)
{
	struct world *w = *state;
	struct grant machine = { .client_id = "c_two", .scope = BOTH, .resource = "r", .created_at = START, .expires_at = START + 9 };

	world_sql(w, "UPDATE meta SET value = CAST('41' AS BLOB) WHERE key = 'epoch'");
	world_grant(w, "c_one");
	assert_go_on(grant_put_machine(world_as(w, ROLE_TOKEN), &machine));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM grants WHERE epoch = 41"), 2);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_finds_a_grant_of_another_epoch),
		WITH_WORLD(what_is_given_is_of_this_epoch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
