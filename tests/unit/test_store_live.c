/* SPDX-License-Identifier: ISC */
/*
 * test_store_live: what lives for a time: grants, tokens and counters; and what a transaction promises when
 * two connections meet.
 */
#include "world.h"

#include <time.h>

static struct digest put_access(struct world *w, int64_t grant, const char *text, int64_t expires_at)
{
	struct access t = { .hash = digest_of(text), .grant_id = grant, .scope = "read:knowledge",
	    .expires_at = expires_at };

	assert_go_on(access_put(world_as(w, ROLE_TOKEN), &t));
	return t.hash;
}

static bool is_live(struct world *w, const struct digest *hash, int64_t now)
{
	struct bearer *b;

	assert_go_on(access_find(world_as(w, ROLE_MCP), w->cx.arena, hash, now, &b));
	return b != NULL;
}

/* ---- grants and tokens --------------------------------------------------------------------------------- */

static void a_token_says_who_and_for_what(void **state)
{
	struct world *w = *state;
	struct grant g = world_grant(w, "c_one");
	struct digest d = put_access(w, g.id, "token", START + 100);
	struct bearer *b;

	assert_go_on(access_find(world_as(w, ROLE_MCP), w->cx.arena, &d, START, &b));
	assert_non_null(b);
	assert_int_equal(b->user_id, w->user);
	assert_string_equal(b->user_name, "ada");
	assert_string_equal(b->client_id, "c_one");
	assert_string_equal(b->scope, "read:knowledge");
	assert_string_equal(b->resource, w->conf.resource[0].uri);
	d = digest_of("another");
	assert_false(is_live(w, &d, START));
}

static void a_token_ends_at_its_end(void **state)
{
	struct world *w = *state;
	struct grant g = world_grant(w, "c_one");
	struct digest d = put_access(w, g.id, "token", START + 100);

	assert_true(is_live(w, &d, START + 99));
	assert_false(is_live(w, &d, START + 100));
	assert_false(is_live(w, &d, START + 101));
}

static void a_token_dies_with_grant_user_or_client(void **state)
{
	static const char *const kill[] = {
		"UPDATE grants SET revoked_at = 1 WHERE id = %lld", "UPDATE user SET disabled_at = 1 + 0 * %lld",
		"UPDATE client SET disabled_at = 1 WHERE id = 'c_one' AND %lld",
		"PRAGMA foreign_keys = 1; DELETE FROM user WHERE %lld",
		"PRAGMA foreign_keys = 1; DELETE FROM client WHERE id = 'c_one' AND %lld",
		"PRAGMA foreign_keys = 1; DELETE FROM grants WHERE id = %lld",
		"UPDATE meta SET value = CAST('2' AS BLOB) WHERE key = 'epoch' AND %lld", "DELETE FROM meta WHERE key = 'epoch' AND %lld",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(kill); i++) {
		struct world *w = world_new();
		struct grant g = world_grant(w, "c_one"), *found;
		struct digest d = put_access(w, g.id, "token", START + 100);
		char *sql = sqlite3_mprintf(kill[i], (long long)g.id);

		assert_true(is_live(w, &d, START));
		world_sql(w, sql);
		row_check(!is_live(w, &d, START), "%s", sql);
		assert_go_on(grant_find(world_as(w, ROLE_TOKEN), w->cx.arena, g.id, &found));
		row_check(!found, "%s", sql);
		sqlite3_free(sql);
		world_drop(w);
	}
}

static void a_grant_is_found_until_it_is_revoked(void **state)
{
	struct world *w = *state;
	struct grant g = world_grant(w, "c_one"), g2 = world_grant(w, "c_two"), *found;

	assert_int_not_equal(g.id, g2.id);
	assert_go_on(grant_set_generation(world_as(w, ROLE_TOKEN), g.id, 7));
	assert_go_on(grant_find(w->cx.store, w->cx.arena, g.id, &found));
	assert_non_null(found);
	assert_int_equal(found->id, g.id);
	assert_int_equal(found->user_id, w->user);
	assert_string_equal(found->client_id, "c_one");
	assert_string_equal(found->scope, BOTH);
	assert_string_equal(found->resource, w->conf.resource[0].uri);
	assert_int_equal(found->created_at, START);
	assert_int_equal(found->expires_at, g.expires_at);
	assert_int_equal(found->generation, 7);
	assert_go_on(grant_revoke(w->cx.store, g.id, START + 1));
	assert_go_on(grant_find(w->cx.store, w->cx.arena, g.id, &found));
	assert_null(found);
	assert_go_on(grant_find(w->cx.store, w->cx.arena, g2.id, &found));
	assert_non_null(found);
	assert_int_equal(found->generation, 0);
	assert_go_on(grant_find(w->cx.store, w->cx.arena, g2.id + 1, &found));
	assert_null(found);
}

static void all_grants_of_a_user_are_revoked_at_once(void **state)
{
	struct world *w = *state;
	struct grant g = world_grant(w, "c_one"), g2 = world_grant(w, "c_two"), *found;

	assert_go_on(grant_revoke_user(world_as(w, ROLE_MCPCTL), w->user + 1, START));
	assert_go_on(grant_find(world_as(w, ROLE_TOKEN), w->cx.arena, g.id, &found));
	assert_non_null(found);
	assert_go_on(grant_revoke_user(world_as(w, ROLE_MCPCTL), w->user, START));
	assert_go_on(grant_find(world_as(w, ROLE_TOKEN), w->cx.arena, g.id, &found));
	assert_null(found);
	assert_go_on(grant_find(w->cx.store, w->cx.arena, g2.id, &found));
	assert_null(found);
}

static void an_access_token_is_dropped_alone(void **state)
{
	struct world *w = *state;
	struct grant g = world_grant(w, "c_one");
	struct digest one = put_access(w, g.id, "one", START + 100), two = put_access(w, g.id, "two", START + 100);

	assert_go_on(access_drop(world_as(w, ROLE_REVOKE), &one));
	assert_false(is_live(w, &one, START));
	assert_true(is_live(w, &two, START));
	assert_go_on(access_drop(world_as(w, ROLE_REVOKE), &one));
}

static void the_owner_of_a_token_is_known_dead_or_alive(void **state)
{
	struct world *w = *state;
	struct grant g = world_grant(w, "c_one");
	struct digest d = put_access(w, g.id, "token", START - 100), other = digest_of("other");
	const char *client = NULL;
	int64_t id = 0;

	assert_go_on(grant_revoke(world_as(w, ROLE_TOKEN), g.id, START));
	assert_go_on(access_find_owner(world_as(w, ROLE_REVOKE), w->cx.arena, &d, &id, &client));
	assert_string_equal(client, "c_one");
	assert_int_equal(id, g.id);
	assert_go_on(access_find_owner(w->cx.store, w->cx.arena, &other, &id, &client));
	assert_null(client);
}

static void a_refresh_token_is_taken_once_and_keeps_its_nonce(void **state)
{
	struct world *w = *state;
	struct grant g = world_grant(w, "c_one");
	struct refresh t = { .hash = digest_of("refresh"), .grant_id = g.id, .generation = 3,
	    .expires_at = START + 100 }, *found;
	const unsigned char nonce[32] = "0123456789abcdef0123456789abcde", other[32] = "x";
	bool taken = false;

	assert_go_on(refresh_put(world_as(w, ROLE_TOKEN), &t));
	assert_go_on(refresh_find(w->cx.store, w->cx.arena, &t.hash, &found));
	assert_true(found && found->grant_id == g.id && found->generation == 3 && found->expires_at == START + 100);
	assert_int_equal(found->used_at, 0);
	assert_go_on(refresh_take(w->cx.store, &t.hash, nonce, START + 5, &taken));
	assert_true(taken);
	assert_go_on(refresh_take(world_other(w, ROLE_TOKEN), &t.hash, other, START + 6, &taken));
	assert_false(taken);
	assert_go_on(refresh_find(w->other, w->cx.arena, &t.hash, &found));
	assert_int_equal(found->used_at, START + 5);
	assert_memory_equal(found->nonce, nonce, sizeof nonce);
}

static void a_refresh_token_is_not_taken_at_its_end(void **state)
{
	struct world *w = *state;
	struct grant g = world_grant(w, "c_one");
	struct refresh t = { .hash = digest_of("refresh"), .grant_id = g.id, .generation = 1,
	    .expires_at = START + 100 };
	const unsigned char nonce[32] = "x";
	bool taken = true;

	assert_go_on(refresh_put(world_as(w, ROLE_TOKEN), &t));
	assert_go_on(refresh_take(w->cx.store, &t.hash, nonce, START + 100, &taken));
	assert_false(taken);
	assert_go_on(refresh_take(w->cx.store, &t.hash, nonce, START + 99, &taken));
	assert_true(taken);
}

static void what_is_long_over_is_dropped(void **state)
{
	struct world *w = *state;
	struct grant g = world_grant(w, "c_one");
	struct digest live = put_access(w, g.id, "live", START + 100);

	for (int i = 0; i < 30; i++)
		put_access(w, g.id, arena_printf(w->cx.arena, "dead %d", i), START - 1000);
	for (int i = 0; i < 5; i++)
		assert_go_on(token_reap(world_as(w, ROLE_TOKEN), g.id, START - 500));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM access"), 1);
	assert_true(is_live(w, &live, START));
	assert_go_on(token_reap(world_as(w, ROLE_TOKEN), g.id, START + 100));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM access"), 1);
}

/* ---- counters ------------------------------------------------------------------------------------------ */

static void tries_are_counted_by_all_connections(void **state)
{
	struct world *w = *state;
	struct limit l;

	for (int i = 1; i <= 6; i++) {
		assert_go_on(limit_count(i % 2 ? world_as(w, ROLE_AUTHORIZE) : world_other(w, ROLE_REGISTER), "k",
		    START - 100,
		    START + i, &l));
		assert_int_equal(l.count, i);
		assert_int_equal(l.since, START + 1);
		assert_int_equal(l.last, START + i);
	}
	assert_go_on(limit_count(w->cx.store, "other", START - 100, START, &l));
	assert_int_equal(l.count, 1);
}

static void a_count_begins_anew_after_its_window(void **state)
{
	struct world *w = *state;
	struct store *s = world_as(w, ROLE_AUTHORIZE);
	struct limit l;

	assert_go_on(limit_count(s, "k", START - 100, START, &l));
	assert_go_on(limit_count(s, "k", START - 1, START + 99, &l));
	assert_int_equal(l.count, 2);
	assert_go_on(limit_find(s, "k", START + 1, START + 101, &l));
	assert_true(l.count == 0 && l.since == 0 && l.last == 0);
	assert_go_on(limit_count(s, "k", START + 1, START + 101, &l));
	assert_int_equal(l.count, 1);
	assert_int_equal(l.since, START + 101);
	assert_go_on(limit_find(s, "k", START + 1, START + 101, &l));
	assert_int_equal(l.count, 1);
}

static void a_count_is_looked_at_given_back_and_forgotten(void **state)
{
	struct world *w = *state;
	struct store *s = world_as(w, ROLE_TOKEN);
	struct limit l;

	assert_go_on(limit_find(s, "k", 0, START + 100, &l));
	assert_true(l.count == 0 && l.since == 0 && l.last == 0);
	for (int i = 0; i < 3; i++)
		assert_go_on(limit_count(s, "k", 0, START, &l));
	assert_go_on(limit_find(s, "k", 0, START + 100, &l));
	assert_int_equal(l.count, 3);
	assert_go_on(limit_give_back(s, "k"));
	assert_go_on(limit_find(s, "k", 0, START + 100, &l));
	assert_int_equal(l.count, 2);
	assert_go_on(limit_drop(s, "k"));
	assert_go_on(limit_give_back(s, "k"));
	assert_go_on(limit_find(s, "k", 0, START + 100, &l));
	assert_int_equal(l.count, 0);
}

/* ---- transactions -------------------------------------------------------------------------------------- */

static int64_t count_grants(struct world *w)
{
	return world_ask(w, "SELECT count(*) FROM grants");
}

static void what_is_not_committed_is_undone(void **state)
{
	struct world *w = *state;

	store_end(w->cx.store);
	assert_go_on(store_begin(world_as(w, ROLE_AUTHORIZE)));
	world_grant(w, "c_one");
	assert_int_equal(count_grants(w), 0);
	store_end(w->cx.store);
	assert_int_equal(count_grants(w), 0);
	assert_go_on(store_begin(w->cx.store));
	world_grant(w, "c_one");
	assert_go_on(store_commit(w->cx.store));
	assert_int_equal(count_grants(w), 1);
	store_end(w->cx.store);
	assert_int_equal(count_grants(w), 1);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The second writer waits as long as it was told, and then nothing was changed; afterwards it may. */
static void a_busy_file_is_unavailable_and_comes_back(void **state)
{
	struct world *w = *state;
	struct store *s = world_as(w, ROLE_AUTHORIZE), *second = world_other(w, ROLE_AUTHORIZE);
	struct digest d = digest_of("cookie");
	struct user *u;
	bool made = false;
	double from;

	assert_go_on(user_find_any(s, w->cx.arena, &u));
	assert_go_on(store_begin(s));
	world_grant(w, "c_one");
	from = seconds();
	assert_ptr_equal(store_begin(second), &fail_unavailable);
	row_check(seconds() - from >= 0.045 && seconds() - from < 5, "waited %f s", seconds() - from);
	assert_ptr_equal(session_put(second, &d, u, START, START + 9, &made), &fail_unavailable);
	store_end(second);
	assert_go_on(store_commit(s));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM session"), 0);
	assert_go_on(store_begin(second));
	assert_go_on(session_put(second, &d, u, START, START + 9, &made));
	assert_true(made);
	assert_go_on(store_commit(second));
}

/* A reader does not wait for a writer (WAL), and does not see what is not committed. */
static void a_reader_does_not_wait(void **state)
{
	struct world *w = *state;
	struct grant g = world_grant(w, "c_one");
	struct digest d = put_access(w, g.id, "token", START + 100), d2;
	struct bearer *b;

	assert_go_on(store_begin(world_as(w, ROLE_TOKEN)));
	d2 = put_access(w, g.id, "two", START + 100);
	assert_go_on(access_find(world_other(w, ROLE_MCP), w->cx.arena, &d, START, &b));
	assert_non_null(b);
	assert_go_on(access_find(w->other, w->cx.arena, &d2, START, &b));
	assert_null(b);
	assert_go_on(store_commit(w->cx.store));
	assert_go_on(access_find(w->other, w->cx.arena, &d2, START, &b));
	assert_non_null(b);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_WORLD(a_token_says_who_and_for_what),
		WITH_WORLD(a_token_ends_at_its_end),
		cmocka_unit_test(a_token_dies_with_grant_user_or_client),
		WITH_WORLD(a_grant_is_found_until_it_is_revoked),
		WITH_WORLD(all_grants_of_a_user_are_revoked_at_once),
		WITH_WORLD(an_access_token_is_dropped_alone),
		WITH_WORLD(the_owner_of_a_token_is_known_dead_or_alive),
		WITH_WORLD(a_refresh_token_is_taken_once_and_keeps_its_nonce),
		WITH_WORLD(a_refresh_token_is_not_taken_at_its_end),
		WITH_WORLD(what_is_long_over_is_dropped),
		WITH_WORLD(tries_are_counted_by_all_connections),
		WITH_WORLD(a_count_begins_anew_after_its_window),
		WITH_WORLD(a_count_is_looked_at_given_back_and_forgotten),
		WITH_WORLD(what_is_not_committed_is_undone),
		WITH_WORLD(a_busy_file_is_unavailable_and_comes_back),
		WITH_WORLD(a_reader_does_not_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
