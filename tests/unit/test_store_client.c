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

enum { HOUR = 3600, DAY = 86400 };

static void put_same(struct world *w, const char *id, const char *sameness, int64_t now)
{
	struct client c = world_client(id);

	c.created_at = now;
	c.has_sameness = true;
	c.sameness = digest_of(sameness);
	assert_go_on(client_put(world_as(w, ROLE_REGISTER), &c, 1000));
}

/* The id of the client that is the same at that time, or "". */
static const char *same_at(struct world *w, const char *sameness, int64_t now)
{
	struct digest d = digest_of(sameness);
	struct client *c;

	assert_go_on(client_find_same(world_as(w, ROLE_REGISTER), w->cx.arena, &d, now, &c));
	return c ? c->id : "";
}

static void grant_until(struct world *w, const char *client, int64_t now, int64_t expires_at)
{
	struct grant g = world_grant(w, client);

	world_sql(w, arena_printf(w->cx.arena, "UPDATE grants SET expires_at = %lld WHERE id = %lld", (long long)expires_at,
	    (long long)g.id));
	assert_go_on(client_set_agreed(world_as(w, ROLE_AUTHORIZE), client, now));
}

static int reap(struct world *w, int64_t now)
{
	int count, all = 0;

	do {
		assert_go_on(client_reap(world_as(w, ROLE_MCPCTL), now, 1000, &count));
		all += count;
	} while (count);
	return all;
}

static void the_same_client_is_found(void **state)
{
	struct world *w = *state;

	put_same(w, "c_x", "x", START);
	assert_string_equal(same_at(w, "x", START), "c_x");
	assert_string_equal(same_at(w, "y", START), "");
	world_sql(w, "UPDATE client SET disabled_at = 5 WHERE id = 'c_x'");
	assert_string_equal(same_at(w, "x", START + 1000 * DAY), "c_x");
}

/* Whoever is given a client has an hour to use it, at least. */
static void a_client_that_will_soon_be_dropped_is_not_given_out(void **state)
{
	struct world *w = *state;

	put_same(w, "c_x", "x", START);
	assert_string_equal(same_at(w, "x", START + 23 * HOUR - 1), "c_x");
	assert_string_equal(same_at(w, "x", START + 23 * HOUR), "");
	put_same(w, "c_y", "x", START + 23 * HOUR);
	assert_string_equal(same_at(w, "x", START + 23 * HOUR), "c_y");
	assert_int_equal(world_ask(w, "SELECT count(*) FROM client WHERE id = 'c_x'"), 1);
	grant_until(w, "c_y", START + DAY, START + 50 * DAY);
	assert_string_equal(same_at(w, "x", START + 91 * DAY - HOUR - 1), "c_y");
	assert_string_equal(same_at(w, "x", START + 91 * DAY - HOUR), "");
	grant_until(w, "c_y", START + DAY, START + 200 * DAY);
	assert_string_equal(same_at(w, "x", START + 200 * DAY - 1), "c_y");
	assert_string_equal(same_at(w, "x", START + 200 * DAY), "");
	world_sql(w, "UPDATE grants SET revoked_at = 1");
	assert_string_equal(same_at(w, "x", START + 150 * DAY), "");
}

static void one_sameness_is_one_client(void **state)
{
	struct world *w = *state;
	struct client c = world_client("c_z");

	put_same(w, "c_x", "x", START);
	put_same(w, "c_y", "x", START);
	assert_string_equal(same_at(w, "x", START), "c_y");
	assert_int_equal(world_ask(w, "SELECT count(*) FROM client WHERE sameness IS NOT NULL"), 1);
	world_sql(w, "UPDATE client SET disabled_at = 5 WHERE id = 'c_y'");
	c.has_sameness = true;
	c.sameness = digest_of("x");
	assert_ptr_equal(client_put(world_as(w, ROLE_REGISTER), &c, 1000), &fail_internal);
}

static void only_its_own_token_changes_a_client(void **state)
{
	struct world *w = *state;
	struct client c = world_client("c_x"), *found;
	const char *const id[] = { "c_x", "c_one" };
	bool done;

	c.has_management = true;
	c.management = digest_of("right");
	assert_go_on(client_put(world_as(w, ROLE_REGISTER), &c, 1000));
	for (size_t i = 0; i < COUNT(id); i++) {
		c.id = id[i];
		c.name = "other";
		c.management = digest_of(i == 0 ? "wrong" : "right");
		assert_go_on(client_change(w->cx.store, &c, &done));
		assert_false(done);
		assert_go_on(client_drop_managed(w->cx.store, &c, &done));
		assert_false(done);
		assert_string_equal(world_find_client(w, id[i])->name, "Example");
		world_as(w, ROLE_REGISTER);
	}
	assert_go_on(client_find_managed(w->cx.store, w->cx.arena, "c_one", &found));
	assert_null(found);
	c.id = "c_x";
	assert_go_on(client_change(w->cx.store, &c, &done));
	assert_true(done);
	assert_go_on(client_find_managed(w->cx.store, w->cx.arena, "c_x", &found));
	assert_string_equal(found->name, "other");
	assert_true(found->has_management && same_digest(&found->management, &c.management));
	world_sql(w, "UPDATE client SET disabled_at = 1 WHERE id = 'c_x'");
	assert_go_on(client_find_managed(w->cx.store, w->cx.arena, "c_x", &found));
	assert_null(found);
	assert_go_on(client_change(w->cx.store, &c, &done));
	assert_false(done);
	assert_go_on(client_drop_managed(w->cx.store, &c, &done));
	assert_false(done);
	world_sql(w, "UPDATE client SET disabled_at = 0 WHERE id = 'c_x'");
	assert_go_on(client_drop_managed(w->cx.store, &c, &done));
	assert_true(done);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM client WHERE id = 'c_x'"), 0);
}

static void nobody_s_client_goes_after_a_day(void **state)
{
	struct world *w = *state;

	world_sql(w, "DELETE FROM client");
	put_clients(w, "idle", 50, START, 1000);
	put_clients(w, "used", 1, START, 1000);
	assert_go_on(client_set_agreed(world_as(w, ROLE_AUTHORIZE), "c_used_0", START + 10));
	world_sql(w, "UPDATE client SET disabled_at = 1 WHERE id = 'c_idle_7'");
	assert_int_equal(reap(w, START + DAY), 0);
	put_clients(w, "young", 1, START + HOUR, 1000);
	assert_int_equal(reap(w, START + DAY + 50), 49);
	assert_int_equal(count_clients(w, "idle"), 1);
	assert_int_equal(count_clients(w, "used"), 1);
	assert_int_equal(count_clients(w, "young"), 1);
}

static void nobody_uses_it_for_a_season(void **state)
{
	struct world *w = *state;

	world_sql(w, "DELETE FROM client");
	put_clients(w, "old", 5, START, 1000);
	for (int i = 0; i < 5; i++)
		grant_until(w, arena_printf(w->cx.arena, "c_old_%d", i), START, i == 0 ? START + 200 * DAY : START + 90 * DAY);
	world_sql(w, "UPDATE client SET kind = 'operator' WHERE id = 'c_old_2'");
	world_sql(w, "UPDATE client SET kind = 'document' WHERE id = 'c_old_3'");
	assert_go_on(client_set_agreed(world_as(w, ROLE_AUTHORIZE), "c_old_4", START + DAY));
	assert_int_equal(reap(w, START + 90 * DAY), 0);
	assert_int_equal(reap(w, START + 90 * DAY + 1), 1);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM client WHERE id = 'c_old_1'"), 0);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM grants WHERE client_id = 'c_old_1'"), 0);
	assert_int_equal(reap(w, START + 91 * DAY + 1), 1);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM client WHERE id = 'c_old_4'"), 0);
	world_sql(w, "UPDATE grants SET revoked_at = 1 WHERE client_id = 'c_old_0'");
	assert_int_equal(reap(w, START + 91 * DAY + 1), 1);
	assert_int_equal(count_clients(w, "old"), 2);
}

/* A few at a time: a registration does not pay for all that was left behind. */
static void a_registration_takes_a_few_away(void **state)
{
	struct world *w = *state;

	world_sql(w, "DELETE FROM client");
	put_clients(w, "idle", 50, START, 1000);
	put_clients(w, "new", 1, START + 2 * DAY, 1000);
	assert_in_range(count_clients(w, "idle"), 10, 49);
	put_clients(w, "next", 2, START + 2 * DAY + 1, 1000);
	assert_int_equal(count_clients(w, "idle"), 0);
	assert_int_equal(count_clients(w, "new"), 1);
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
		WITH_WORLD(the_same_client_is_found),
		WITH_WORLD(a_client_that_will_soon_be_dropped_is_not_given_out),
		WITH_WORLD(one_sameness_is_one_client),
		WITH_WORLD(only_its_own_token_changes_a_client),
		WITH_WORLD(nobody_s_client_goes_after_a_day),
		WITH_WORLD(nobody_uses_it_for_a_season),
		WITH_WORLD(a_registration_takes_a_few_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
