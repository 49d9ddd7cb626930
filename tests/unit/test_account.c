/* SPDX-License-Identifier: ISC */
/*
 * test_account: what a person sees of what is connected: the person's own, what lives, one entry for each application and
 * endpoint; ending one ends all of its grants and nothing else; and a password is replaced only while it is still the one that
 * was checked.
 */
#include "world.h"

#include "connection.h"
#include "password.h"
#include "store_account.h"
#include "when.h"

#define HERE "https://mcp.example.org/mcp"
#define THERE "https://mcp.example.org/team-b/mcp"

static int64_t put(struct world *w, int64_t user, const char *client, const char *scope, const char *resource, int64_t at)
{
	struct grant g = {
		.user_id = user, .client_id = client, .scope = scope, .resource = resource, .attempt = "attempt", .created_at = at,
		.expires_at = at + 1000000,
	};

	if (user)
		assert_go_on(grant_put(world_as(w, ROLE_AUTHORIZE), &g));
	else
		assert_go_on(grant_put_machine(world_as(w, ROLE_TOKEN), &g));
	return g.id;
}

static int64_t another_user(struct world *w)
{
	struct user *u;
	bool taken;

	assert_go_on(user_put(world_as(w, ROLE_MCPCTL), "bob", "$scrypt$bob", START, &taken));
	assert_go_on(user_find(w->cx.store, w->cx.arena, "bob", &u));
	return u->id;
}

static struct connections list_of(struct world *w, int64_t user)
{
	struct connections list;

	world_as(w, ROLE_ACCOUNT);
	assert_go_on(connection_list(&w->cx, user, &list));
	return list;
}

static bool end(struct world *w, int64_t user, int64_t id)
{
	bool ended = !id;

	world_as(w, ROLE_ACCOUNT);
	assert_go_on(connection_end(&w->cx, user, id, &ended));
	store_end(w->cx.store);
	return ended;
}

static bool lives(struct world *w, int64_t id)
{
	struct grant *g;

	assert_go_on(grant_find(world_as(w, ROLE_TOKEN), w->cx.arena, id, &g));
	return g != NULL;
}

/* ---- the list ----------------------------------------------------------------------------------------------------- */

static void grants_of_one_client_at_one_resource_are_one_connection(void **state)
{
	struct world *w = *state;
	int64_t first = put(w, w->user, "c_one", "read:knowledge", HERE, START - 500);
	struct connections list;
	int64_t newest;

	put(w, w->user, "c_two", "read:knowledge", HERE, START - 400);
	put(w, w->user, "c_one", "read:knowledge", THERE, START - 300);
	newest = put(w, w->user, "c_one", "write:knowledge", HERE, START - 200);
	assert_go_on(grant_touch(world_as(w, ROLE_TOKEN), first, START - 50));
	list = list_of(w, w->user);
	assert_int_equal(list.n, 3);
	assert_int_equal(list.v[0].id, newest);
	assert_string_equal(list.v[0].client_id, "c_one");
	assert_string_equal(list.v[0].client_name, "Example");
	assert_string_equal(list.v[0].client_kind, "registered");
	assert_string_equal(list.v[0].redirect_uris, "[\"https://c.example/cb\"]");
	assert_string_equal(list.v[0].scope, "write:knowledge read:knowledge");
	assert_string_equal(list.v[0].resource, HERE);
	assert_int_equal(list.v[0].since, START - 500);
	assert_int_equal(list.v[0].used_at, START - 50);
	assert_false(list.v[0].disabled);
	assert_string_equal(list.v[1].resource, THERE);
	assert_int_equal(list.v[1].used_at, 0);
	assert_string_equal(list.v[2].client_id, "c_two");
}

static void many_connections_are_all_there(void **state)
{
	struct world *w = *state;
	char resource[48];

	for (int i = 0; i < 40; i++) {
		snprintf(resource, sizeof resource, "https://mcp.example.org/%d", i);
		put(w, w->user, "c_one", "read:knowledge", resource, START);
	}
	assert_int_equal(list_of(w, w->user).n, 40);
	assert_string_equal(list_of(w, w->user).v[39].resource, "https://mcp.example.org/0");
}

static void what_is_over_or_of_others_is_not_listed(void **state)
{
	struct world *w = *state;
	int64_t bob = another_user(w), revoked = put(w, w->user, "c_one", "read:knowledge", HERE, START);

	assert_go_on(grant_revoke(world_as(w, ROLE_TOKEN), revoked, START + 10));	/* by a clock that runs ahead */
	put(w, w->user, "c_two", "read:knowledge", HERE, START - 1000000);
	put(w, bob, "c_two", "read:knowledge", HERE, START);
	put(w, 0, "c_two", "read:knowledge", HERE, START);
	assert_int_equal(list_of(w, w->user).n, 0);
	assert_int_equal(list_of(w, bob).n, 1);
}

static void a_client_that_the_operator_has_disabled_is_listed(void **state)
{
	struct world *w = *state;

	put(w, w->user, "c_one", "read:knowledge", HERE, START);
	world_sql(w, "UPDATE client SET disabled_at = 1 WHERE id = 'c_one'");
	assert_int_equal(list_of(w, w->user).n, 1);
	assert_true(list_of(w, w->user).v[0].disabled);
}

/* ---- the end of one ----------------------------------------------------------------------------------------------- */

static void ending_one_ends_the_whole_group_and_nothing_else(void **state)
{
	struct world *w = *state;
	int64_t bob = another_user(w), old = put(w, w->user, "c_one", "read:knowledge", HERE, START),
	    other_client = put(w, w->user, "c_two", "read:knowledge", HERE, START),
	    other_place = put(w, w->user, "c_one", "read:knowledge", THERE, START),
	    other_person = put(w, bob, "c_one", "read:knowledge", HERE, START),
	    machine = put(w, 0, "c_one", "read:knowledge", HERE, START),
	    young = put(w, w->user, "c_one", "write:knowledge", HERE, START);

	w->cx.trail.user = "ada";
	assert_true(end(w, w->user, old));
	assert_false(lives(w, old) || lives(w, young));
	assert_true(lives(w, other_client) && lives(w, other_place) && lives(w, other_person) && lives(w, machine));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit WHERE event = 'revoke' AND outcome = 'ok' AND user = 'ada' AND "
	    "client_id = 'c_one' AND resource = '" HERE "' AND attempt = 'attempt'"), 1);
	assert_int_equal(world_ask(w, "SELECT max(expires_at) FROM grants WHERE revoked_at"), START);
}

static void what_is_not_the_persons_cannot_be_ended(void **state)
{
	struct world *w = *state;
	int64_t bob = another_user(w), theirs = put(w, bob, "c_one", "read:knowledge", HERE, START),
	    mine = put(w, w->user, "c_one", "read:knowledge", HERE, START),
	    machine = put(w, 0, "c_one", "read:knowledge", HERE, START),
	    over = put(w, w->user, "c_one", "read:knowledge", HERE, START - 1000000);

	assert_false(end(w, w->user, theirs));
	assert_false(end(w, w->user, machine));
	assert_false(end(w, w->user, over));
	assert_false(end(w, w->user, 12345));
	assert_true(lives(w, theirs) && lives(w, machine) && lives(w, mine));
	assert_true(end(w, w->user, mine));
	assert_false(end(w, w->user, mine));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit"), 1);
}

static void ending_all_ends_those_of_one_person(void **state)
{
	struct world *w = *state;
	int64_t bob = another_user(w), theirs = put(w, bob, "c_one", "read:knowledge", HERE, START),
	    machine = put(w, 0, "c_one", "read:knowledge", HERE, START), one = put(w, w->user, "c_one", "x", HERE, START),
	    two = put(w, w->user, "c_two", "x", THERE, START);

	world_as(w, ROLE_ACCOUNT);
	assert_go_on(connection_end_all(&w->cx, w->user));
	assert_false(lives(w, one) || lives(w, two));
	assert_true(lives(w, theirs) && lives(w, machine));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit WHERE event = 'revoke'"), 1);
}

/* ---- passwords -------------------------------------------------------------------------------------------------- */

static void a_password_is_replaced_only_while_it_is_the_one_that_was_checked(void **state)
{
	struct world *w = *state;
	struct user *u;
	bool set;

	assert_go_on(user_find(world_as(w, ROLE_ACCOUNT), w->cx.arena, "ada", &u));
	assert_go_on(account_set_password(w->cx.store, u, "$scrypt$new", &set));
	assert_true(set);
	assert_go_on(account_set_password(w->cx.store, u, "$scrypt$late", &set));
	assert_false(set);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM user WHERE password = '$scrypt$new'"), 1);
	u->password = "$scrypt$new";
	world_sql(w, "UPDATE user SET disabled_at = 1");
	assert_go_on(account_set_password(w->cx.store, u, "$scrypt$late", &set));
	assert_false(set);
}

static void what_a_password_must_be_like(void **state)
{
	static const struct { const char *password, *fault; } row[] = {
		{ "correct horse", NULL }, { "123456789012", NULL }, { "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
		  "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4", NULL },
		{ "", "fewer" }, { "12345678901", "fewer" },
		{ "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4", "fewer" },
		{ "correct horse\x01", "control" }, { "correct horse\x7f", "control" }, { "correct\nhorse battery", "control" },
		{ "correct horse \xff", "UTF-8" },
	};
	char most[1026];
	const char *fault;

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		fault = password_fault(row[i].password, strlen(row[i].password));
		row_check(row[i].fault ? fault && strstr(fault, row[i].fault) : !fault, "%zu: %s", i, shown(fault));
	}
	memset(most, 'm', sizeof most);
	assert_null(password_fault(most, 1024));
	assert_non_null(password_fault(most, 1025));
}

static void a_record_fits_its_password(void **state)
{
	struct world *w = *state;
	const char *record;
	bool fits;

	assert_go_on(password_record(&w->cx, "correct horse battery", &record));
	assert_memory_equal(record, "$scrypt$ln=10,", 14);
	assert_go_on(crypto_password_check(w->cx.arena, record, "correct horse battery", 21, &fits));
	assert_true(fits);
	assert_go_on(crypto_password_check(w->cx.arena, record, "correct horse batterz", 21, &fits));
	assert_false(fits);
}

/* ---- times ------------------------------------------------------------------------------------------------------ */

static void times_in_words(void **state)
{
	enum { DAY = 86400, NOON = 20000 * DAY + DAY / 2 };	/* 4 October 2024 */
	static const struct { int64_t at; const char *words; } row[] = {
		{ NOON, "today, 4 October 2024" }, { NOON - DAY / 2, "today, 4 October 2024" },
		{ NOON + 3 * DAY, "today, 7 October 2024" }, { NOON - DAY / 2 - 1, "yesterday, 3 October 2024" },
		{ NOON - DAY, "yesterday, 3 October 2024" }, { NOON - DAY / 2 - DAY, "yesterday, 3 October 2024" },
		{ NOON - DAY / 2 - DAY - 1, "2 days ago, 2 October 2024" }, { NOON - 29 * DAY, "29 days ago, 5 September 2024" },
		{ NOON - 30 * DAY, "4 September 2024" },
		{ NOON - 278 * DAY, "31 December 2023" }, { NOON - 277 * DAY, "1 January 2024" }, { 0, "1 January 1970" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(row); i++)
		assert_string_equal(when_words(w->cx.arena, NOON, row[i].at), row[i].words);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(grants_of_one_client_at_one_resource_are_one_connection, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(many_connections_are_all_there, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(what_is_over_or_of_others_is_not_listed, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(a_client_that_the_operator_has_disabled_is_listed, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(ending_one_ends_the_whole_group_and_nothing_else, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_the_persons_cannot_be_ended, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(ending_all_ends_those_of_one_person, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(a_password_is_replaced_only_while_it_is_the_one_that_was_checked, world_set_up,
		    world_tear_down),
		cmocka_unit_test_setup_teardown(what_a_password_must_be_like, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(a_record_fits_its_password, world_set_up, world_tear_down),
		cmocka_unit_test_setup_teardown(times_in_words, world_set_up, world_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
