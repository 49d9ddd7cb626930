/* SPDX-License-Identifier: ISC */
/*
 * test_store_client: the rows that stay: users by name, clients by id; and how clients that nobody agreed to
 * make room for new ones.
 */
#include "world.h"

/* ---- users and clients --------------------------------------------------------------------------------- */

static void a_user_is_found_by_name_in_any_case(void **state)
{
	struct world *w = *state;
	struct store *s = world_as(w, ROLE_MCPCTL);
	struct user *u;

	assert_go_on(user_find(s, w->cx.arena, "ADA", &u));
	assert_non_null(u);
	assert_string_equal(u->name, "ada");
	assert_string_equal(u->password, "$scrypt$");
	assert_int_equal(u->created_at, START);
	assert_int_equal(u->disabled_at, 0);
	assert_go_on(user_find(s, w->cx.arena, "bob", &u));
	assert_null(u);
	assert_go_on(user_find(s, w->cx.arena, "", &u));
	assert_null(u);
	assert_go_on(user_find(s, w->cx.arena, "ada' OR '1'='1", &u));
	assert_null(u);
}

static void a_name_is_taken_once(void **state)
{
	struct world *w = *state;
	struct store *s = world_as(w, ROLE_MCPCTL);
	struct user *u;
	bool taken = false;

	assert_go_on(user_put(s, "Ada", "other", START + 1, &taken));
	assert_true(taken);
	assert_go_on(user_find(s, w->cx.arena, "ada", &u));
	assert_string_equal(u->password, "$scrypt$");
	assert_go_on(user_put(s, "bob", "x", START, &taken));
	assert_false(taken);
}

static void a_user_can_be_changed(void **state)
{
	struct world *w = *state;
	struct store *s = world_as(w, ROLE_MCPCTL);
	struct user *u;

	assert_go_on(user_set_password(s, w->user, "new"));
	assert_go_on(user_set_disabled(s, w->user, START + 5));
	assert_go_on(user_find(s, w->cx.arena, "ada", &u));
	assert_string_equal(u->password, "new");
	assert_int_equal(u->disabled_at, START + 5);
	assert_go_on(user_set_disabled(s, w->user, 0));
	assert_go_on(user_find(s, w->cx.arena, "ada", &u));
	assert_int_equal(u->disabled_at, 0);
}

static void remember_name(void *with, const struct user *u)
{
	strncat(with, u->name, 10);
	strncat(with, " ", 2);
}

static void users_are_listed_by_name(void **state)
{
	static const char *const name[] = { "zoe", "Bob", "carl" };
	struct world *w = *state;
	struct store *s = world_as(w, ROLE_MCPCTL);
	char list[64] = "";
	bool taken;

	for (size_t i = 0; i < COUNT(name); i++)
		assert_go_on(user_put(s, name[i], "x", START, &taken));
	assert_go_on(user_each(s, w->cx.arena, remember_name, list));
	assert_string_equal(list, "ada Bob carl zoe ");
}

static void a_client_is_found_as_it_was_put(void **state)
{
	struct world *w = *state;
	struct client c = {
		.id = "c_x", .name = "X \xf0\x9f\x98\x80", .auth_method = "client_secret_post", .has_secret = true,
		.secret = digest_of("secret"), .redirect_uris = "[\"https://x.example/\"]",
		    .grant_types = "authorization_code",
		.scope = "read:knowledge", .uri = "https://x.example/", .metadata = "{\"a\":1}", .created_at = START + 7,
	}, *found;

	assert_go_on(client_put(world_as(w, ROLE_REGISTER), &c, 1000));
	assert_go_on(client_find(world_as(w, ROLE_TOKEN), w->cx.arena, "c_x", &found));
	assert_non_null(found);
	assert_string_equal(found->id, c.id);
	assert_string_equal(found->name, c.name);
	assert_string_equal(found->auth_method, c.auth_method);
	assert_true(found->has_secret && same_digest(&found->secret, &c.secret));
	assert_string_equal(found->redirect_uris, c.redirect_uris);
	assert_string_equal(found->grant_types, c.grant_types);
	assert_string_equal(found->scope, c.scope);
	assert_string_equal(found->uri, c.uri);
	assert_string_equal(found->metadata, c.metadata);
	assert_int_equal(found->created_at, c.created_at);
	assert_go_on(client_find(w->cx.store, w->cx.arena, "c_one", &found));
	assert_false(found->has_secret);
	assert_null(found->uri);
}

static void an_unknown_or_disabled_client_is_not_there(void **state)
{
	static const char *const no[] = { "", "c_on", "c_onex", "C_ONE", "c_one ", "%", "c_one' --" };
	struct world *w = *state;
	struct client *c;

	for (size_t i = 0; i < COUNT(no); i++) {
		assert_go_on(client_find(world_as(w, ROLE_TOKEN), w->cx.arena, no[i], &c));
		row_check(!c, "%s", no[i]);
	}
	world_sql(w, "UPDATE client SET disabled_at = 1 WHERE id = 'c_one'");
	assert_go_on(client_find(w->cx.store, w->cx.arena, "c_one", &c));
	assert_null(c);
}

/* ---- room for clients ---------------------------------------------------------------------------------- */

static void put_clients(struct world *w, const char *name, int n, int64_t created_at, int keep)
{
	for (int i = 0; i < n; i++) {
		struct client c = world_client(arena_printf(w->cx.arena, "c_%s_%d", name, i));

		c.created_at = created_at + i;
		assert_go_on(client_put(world_as(w, ROLE_REGISTER), &c, keep));
	}
}

static int64_t count_clients(struct world *w, const char *name)
{
	return world_ask(w,
	    arena_printf(w->cx.arena, "SELECT count(*) FROM client WHERE id LIKE 'c\\_%s\\_%%' ESCAPE '\\'", name));
}

static void the_oldest_clients_make_room(void **state)
{
	struct world *w = *state;

	world_sql(w, "DELETE FROM client");
	put_clients(w, "old", 8, START, 1000);
	put_clients(w, "new", 1, START + 7200, 5);
	assert_int_equal(count_clients(w, "new"), 1);
	assert_in_range(count_clients(w, "old"), 4, 5);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM client WHERE id = 'c_old_0'"), 0);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM client WHERE id = 'c_old_7'"), 1);
}

static void a_client_of_this_hour_is_not_dropped(void **state)
{
	struct world *w = *state;

	world_sql(w, "DELETE FROM client");
	put_clients(w, "young", 8, START, 1000);
	put_clients(w, "new", 1, START + 3500, 2);
	assert_int_equal(count_clients(w, "young"), 8);
}

static void a_client_that_somebody_agreed_to_is_not_dropped(void **state)
{
	struct world *w = *state;

	world_sql(w, "DELETE FROM client");
	put_clients(w, "old", 8, START, 1000);
	assert_go_on(client_set_agreed(world_as(w, ROLE_AUTHORIZE), "c_old_0", START + 10));
	put_clients(w, "new", 3, START + 7200, 2);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM client WHERE id = 'c_old_0'"), 1);
	assert_in_range(count_clients(w, "old"), 1, 3);
}

/*
 * Also behind more young ones than are looked at in one go: the oldest go, and they are older than an hour.
 */
static void a_flood_does_not_protect_the_old_ones(void **state)
{
	struct world *w = *state;

	world_sql(w, "DELETE FROM client");
	put_clients(w, "old", 3, START, 1000);
	put_clients(w, "flood", 60, START + 7000, 1000);
	put_clients(w, "new", 1, START + 7200, 2);
	assert_int_equal(count_clients(w, "flood"), 60);
	assert_int_equal(count_clients(w, "old"), 0);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_WORLD(a_user_is_found_by_name_in_any_case),
		WITH_WORLD(a_name_is_taken_once),
		WITH_WORLD(a_user_can_be_changed),
		WITH_WORLD(users_are_listed_by_name),
		WITH_WORLD(a_client_is_found_as_it_was_put),
		WITH_WORLD(an_unknown_or_disabled_client_is_not_there),
		WITH_WORLD(the_oldest_clients_make_room),
		WITH_WORLD(a_client_of_this_hour_is_not_dropped),
		WITH_WORLD(a_client_that_somebody_agreed_to_is_not_dropped),
		WITH_WORLD(a_flood_does_not_protect_the_old_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
