/* SPDX-License-Identifier: ISC */
/*
 * test_store_pinned: the operator's documents, and the clients that are known by a document: what is written over and
 * what stays, and how they make room.
 */
#include "world.h"

#include "store_client_document.h"
#include "store_pinned.h"

#define URL "https://app.example/client.json"

/* ---- pinned ------------------------------------------------------------------------------------------------------- */

static void remember(void *with, const struct pinned *p)
{
	snprintf(strchr(with, '\0'), 40, "%s %s %d %d;", p->client_id, p->document, p->fallback, (int)p->imported_at);
}

static void a_pinned_document_is_kept_once(void **state)
{
	struct world *w = *state;
	struct store *s = world_as(w, ROLE_MCPCTL);
	struct pinned p = { "https://b/x", "{}", false, 5 }, other = { "https://a/x", "{1}", true, 6 }, *found;
	char list[200] = "";
	bool was;

	assert_go_on(pinned_find(s, w->cx.arena, p.client_id, &found));
	assert_null(found);
	assert_go_on(pinned_put(s, &p));
	assert_go_on(pinned_put(s, &other));
	p = (struct pinned){ "https://b/x", "{2}", true, 7 };
	assert_go_on(pinned_put(s, &p));
	assert_go_on(pinned_find(s, w->cx.arena, p.client_id, &found));
	assert_string_equal(found->client_id, p.client_id);
	assert_string_equal(found->document, "{2}");
	assert_true(found->fallback);
	assert_int_equal(found->imported_at, 7);
	assert_go_on(pinned_find(s, w->cx.arena, "https://B/x", &found));
	assert_null(found);
	assert_go_on(pinned_each(s, w->cx.arena, remember, list));
	assert_string_equal(list, "https://a/x {1} 1 6;https://b/x {2} 1 7;");
	assert_go_on(pinned_drop(s, "https://a/x", &was));
	assert_true(was);
	assert_go_on(pinned_drop(s, "https://a/x", &was));
	assert_false(was);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM pinned"), 1);
}

/* ---- clients by document ------------------------------------------------------------------------------------------ */

static bool put(struct world *w, const struct client *c, int64_t now, int keep)
{
	bool stored;

	assert_go_on(client_document_put(world_as(w, ROLE_AUTHORIZE), c, now, keep, &stored));
	return stored;
}

static struct client *get(struct world *w, const char *id)
{
	struct client *c;

	assert_go_on(client_find(world_as(w, ROLE_AUTHORIZE), w->cx.arena, id, &c));
	return c;
}

static void what_a_document_says_is_written_over(void **state)
{
	struct world *w = *state;
	struct client c = world_client(URL), *found;

	c.fresh_until = START + 300;
	c.keys = "{\"keys\":[]}";
	assert_true(put(w, &c, START, 9));
	found = get(w, URL);
	assert_string_equal(found->kind, "document");
	assert_string_equal(found->keys, c.keys);
	assert_int_equal(found->fresh_until, START + 300);
	assert_int_equal(found->created_at, START);
	assert_go_on(client_set_agreed(w->cx.store, URL, START + 5));
	c = (struct client){
		.id = URL, .name = "New", .auth_method = "private_key_jwt", .redirect_uris = "[\"https://n.example/\"]",
		.grant_types = "authorization_code", .scope = "read:knowledge", .keys_uri = "https://n.example/k", .uri = "https://n.example",
		.metadata = "{\"a\":1}", .fresh_until = START + 900,
	};
	assert_true(put(w, &c, START + 600, 9));
	found = get(w, URL);
	assert_string_equal(found->name, "New");
	assert_string_equal(found->auth_method, "private_key_jwt");
	assert_string_equal(found->redirect_uris, c.redirect_uris);
	assert_string_equal(found->grant_types, c.grant_types);
	assert_string_equal(found->scope, c.scope);
	assert_string_equal(found->uri, c.uri);
	assert_string_equal(found->metadata, c.metadata);
	assert_null(found->keys);
	assert_string_equal(found->keys_uri, c.keys_uri);
	assert_int_equal(found->fresh_until, START + 900);
	assert_int_equal(found->created_at, START);
	assert_int_equal(world_ask(w, "SELECT agreed_at FROM client WHERE kind = 'document'"), START + 5);
}

static void fetched_keys_stay_while_their_place_does(void **state)
{
	struct world *w = *state;
	struct client c = world_client(URL);

	c.keys_uri = "https://app.example/k";
	assert_true(put(w, &c, START, 9));
	world_sql(w, "UPDATE client SET keys = 'K', keys_at = 7 WHERE kind = 'document'");
	assert_true(put(w, &c, START, 9));
	assert_string_equal(get(w, URL)->keys, "K");
	assert_int_equal(get(w, URL)->keys_at, 7);
	c.keys_uri = "https://app.example/other";
	assert_true(put(w, &c, START, 9));
	assert_null(get(w, URL)->keys);
	assert_int_equal(get(w, URL)->keys_at, 0);
	c.keys = "{}";
	c.keys_uri = NULL;
	assert_true(put(w, &c, START, 9));
	assert_string_equal(get(w, URL)->keys, "{}");
}

static void a_disabled_one_is_not_written_over(void **state)
{
	struct world *w = *state;
	struct client c = world_client(URL), registered = world_client("c_one");
	bool disabled;

	assert_go_on(client_document_find_disabled(world_as(w, ROLE_AUTHORIZE), URL, &disabled));
	assert_false(disabled);
	assert_true(put(w, &c, START, 9));
	assert_go_on(client_document_find_disabled(w->cx.store, URL, &disabled));
	assert_false(disabled);
	world_sql(w, "UPDATE client SET disabled_at = 7 WHERE kind = 'document'");
	assert_go_on(client_document_find_disabled(w->cx.store, URL, &disabled));
	assert_true(disabled);
	c.name = "Other";
	assert_false(put(w, &c, START, 9));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM client WHERE name = 'Other' OR (disabled_at = 0 AND kind = 'document')"), 0);
	registered.name = "Other";
	assert_false(put(w, &registered, START, 9));	/* nor one that is none */
	assert_string_equal(get(w, "c_one")->kind, "registered");
}

static const char *url(struct world *w, int i)
{
	return arena_printf(w->cx.arena, "https://app.example/%d", i);
}

static void those_without_a_live_grant_make_room(void **state)
{
	struct world *w = *state;
	struct client c;
	int i;

	for (i = 0; i < 4; i++) {
		c = world_client(url(w, i));
		assert_true(put(w, &c, START + i, 4));
	}
	assert_int_equal(world_ask(w, "SELECT count(*) FROM client WHERE kind = 'document'"), 4);
	world_grant(w, url(w, 0));
	world_grant(w, url(w, 1));
	world_sql(w, "UPDATE grants SET revoked_at = 1 WHERE client_id = 'https://app.example/1'");
	world_sql(w, "UPDATE client SET disabled_at = 1 WHERE id = 'https://app.example/2'");
	for (; i < 9; i++) {
		c = world_client(url(w, i));
		assert_true(put(w, &c, START + i, 4));
		assert_true(put(w, &c, START + i, 4));		/* one more time is no one more */
	}
	assert_int_equal(world_ask(w, "SELECT count(*) FROM client WHERE kind = 'document'"), 6);
	assert_non_null(get(w, url(w, 0)));
	assert_null(get(w, url(w, 1)));
	assert_null(get(w, url(w, 4)));
	for (i = 5; i < 9; i++)
		assert_non_null(get(w, url(w, i)));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM client WHERE disabled_at = 1"), 1);
	assert_non_null(get(w, "c_one"));
	assert_non_null(get(w, "c_two"));
	w->cx.now += w->conf.refresh_ttl;		/* now nobody holds anything */
	c = world_client(url(w, 0));
	assert_true(put(w, &c, w->cx.now, 4));
	assert_int_equal(get(w, url(w, 0))->created_at, START);		/* the oldest does not make room for itself */
	assert_null(get(w, url(w, 5)));
	c = world_client(url(w, 9));
	assert_true(put(w, &c, w->cx.now, 4));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM client WHERE kind = 'document'"), 5);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_WORLD(a_pinned_document_is_kept_once),
		WITH_WORLD(what_a_document_says_is_written_over),
		WITH_WORLD(fetched_keys_stay_while_their_place_does),
		WITH_WORLD(a_disabled_one_is_not_written_over),
		WITH_WORLD(those_without_a_live_grant_make_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
