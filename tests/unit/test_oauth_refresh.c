/* SPDX-License-Identifier: ISC */
/*
 * test_oauth_refresh: one successor for a refresh token, the same one for everybody who asks in time; the end
 * of the grant for whoever comes later (OAuth 2.1 section 4.3.1).
 */
#include "tokens.h"

static const char *scope_of(struct world *w, const struct tokens *t)
{
	struct digest d = crypto_digest_secret(&t->access);
	struct bearer *b;

	assert_go_on(access_find(world_as(w, ROLE_MCP), w->cx.arena, &d, w->cx.now, &b));
	return b ? b->scope : "";
}

static bool same_secret(const struct secret *a, const struct secret *b)
{
	return strcmp(a->v, b->v) == 0;
}

/* ---- rotation ------------------------------------------------------------------------------------------ */

static void a_refresh_gives_two_new_tokens(void **state)
{
	struct world *w = *state;
	struct tokens one = start(w), two;
	struct secret s;

	w->cx.now += 100;
	assert_go_on(refresh(w, &one.refresh, &two));
	assert_true(two.has_refresh && crypto_secret_read(SECRET_REFRESH, two.refresh.v, &s));
	assert_false(same_secret(&one.refresh, &two.refresh));
	assert_false(same_secret(&one.access, &two.access));
	assert_int_equal(two.expires_in, 3600);
	assert_string_equal(two.scope, BOTH);
	assert_true(world_opens(w, &two.access));
	assert_true(world_opens(w, &one.access));
}

static void a_chain_goes_on(void **state)
{
	struct world *w = *state;
	struct tokens t = start(w), next;

	for (int i = 0; i < 10; i++) {
		w->cx.now += 3600;
		assert_go_on(refresh(w, &t.refresh, &next));
		assert_false(same_secret(&t.refresh, &next.refresh));
		t = next;
	}
	assert_true(world_opens(w, &t.access));
}

/* Parallel clients and lost answers converge. */
static void within_the_grace_all_get_the_same_successor(void **state)
{
	static const int64_t after[] = { 0, 1, 15, 29 };
	struct world *w = *state;
	struct tokens one = start(w), two, again;

	assert_go_on(refresh(w, &one.refresh, &two));
	for (size_t i = 0; i < COUNT(after); i++) {
		w->cx.now = START + after[i];
		assert_go_on(refresh(w, &one.refresh, &again));
		row_check(same_secret(&again.refresh, &two.refresh), "after %lld s", (long long)after[i]);
		row_check(again.has_refresh && !same_secret(&again.access, &two.access), "after %lld s",
		    (long long)after[i]);
		row_check(world_opens(w, &again.access) && world_opens(w, &two.access), "after %lld s",
		    (long long)after[i]);
	}
	assert_int_equal(world_ask(w, "SELECT count(*) FROM refresh"), 2);
	assert_int_equal(world_ask(w, "SELECT generation FROM grants"), 2);
	assert_go_on(refresh(w, &two.refresh, &again));
}

static void after_the_grace_the_grant_ends(void **state)
{
	static const struct { int64_t grace, after; bool good; } row[] = {
		{ 30, 29, true }, { 30, 30, false }, { 30, 31, false }, { 30, 86400, false }, { 1, 0, true },
		{ 1, 1, false }, { 300, 299, true },
		{ 300, 300, false }, { 0, 0, false }, { 0, 1, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		struct world *w = world_new();
		struct tokens one = start(w), two, again;
		const struct fail *no;

		w->conf.refresh_grace = row[i].grace;
		assert_go_on(refresh(w, &one.refresh, &two));
		w->cx.now += row[i].after;
		no = refresh(w, &one.refresh, &again);
		row_check(no == (row[i].good ? NULL : &oauth_grant_invalid), "grace %lld, after %lld s",
		    (long long)row[i].grace,
		    (long long)row[i].after);
		row_check(row[i].good || (!world_opens(w, &one.access) && !world_opens(w, &two.access)),
		    "%zu: an access token lives", i);
		row_check(!refresh(w, &two.refresh, &again) == row[i].good, "%zu: the successor", i);
		world_drop(w);
	}
}

/* The successor has been used: whoever shows its parent now is not a client that missed an answer. */
static void when_the_successor_is_spent_the_grant_ends(void **state)
{
	struct world *w = *state;
	struct tokens one = start(w), two, three, none;

	assert_go_on(refresh(w, &one.refresh, &two));
	w->cx.now += 1;
	assert_go_on(refresh(w, &two.refresh, &three));
	w->cx.now += 1;
	assert_ptr_equal(refresh(w, &one.refresh, &none), &oauth_grant_invalid);
	assert_ptr_equal(refresh(w, &two.refresh, &none), &oauth_grant_invalid);
	assert_ptr_equal(refresh(w, &three.refresh, &none), &oauth_grant_invalid);
	assert_false(world_opens(w, &one.access) || world_opens(w, &two.access) || world_opens(w, &three.access));
}

static void the_newest_pair_still_converges_late_in_a_chain(void **state)
{
	struct world *w = *state;
	struct tokens one = start(w), two, three, again;

	assert_go_on(refresh(w, &one.refresh, &two));
	w->cx.now += 1000;
	assert_go_on(refresh(w, &two.refresh, &three));
	w->cx.now += 29;
	assert_go_on(refresh(w, &two.refresh, &again));
	assert_true(same_secret(&three.refresh, &again.refresh));
}

static void a_replay_ends_its_own_grant_only(void **state)
{
	struct world *w = *state;
	struct tokens one = start(w), other = start(w), two;

	assert_go_on(refresh(w, &one.refresh, &two));
	w->cx.now += 31;
	assert_ptr_equal(refresh(w, &one.refresh, &two), &oauth_grant_invalid);
	assert_true(world_opens(w, &other.access));
	assert_go_on(refresh(w, &other.refresh, &two));
}

/* ---- how long ------------------------------------------------------------------------------------------ */

static void a_refresh_token_lives_until_its_second(void **state)
{
	static const struct { int64_t idle, most, after; bool good; } row[] = {
		{ 1000, 5000, 0, true }, { 1000, 5000, 999, true }, { 1000, 5000, 1000, false },
		{ 1000, 5000, 1001, false },
		{ 9000, 5000, 4999, true }, { 9000, 5000, 5000, false }, { 5000, 5000, 4999, true },
		{ 5000, 5000, 5000, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		struct world *w = world_new();
		struct tokens one, two;

		w->conf.refresh_idle_ttl = row[i].idle;
		w->conf.refresh_ttl = row[i].most;
		one = start(w);
		w->cx.now += row[i].after;
		row_check(!refresh(w, &one.refresh, &two) == row[i].good, "idle %lld, at most %lld: after %lld s",
		    (long long)row[i].idle,
		    (long long)row[i].most, (long long)row[i].after);
		world_drop(w);
	}
}

/* However often it was renewed: the absolute end is the consent's. */
static void the_absolute_end_is_not_moved_by_use(void **state)
{
	struct world *w = *state;
	struct tokens t, next;

	w->conf.refresh_idle_ttl = 1000;
	w->conf.refresh_ttl = 5000;
	t = start(w);
	for (int i = 0; i < 5; i++) {
		w->cx.now += 900;
		assert_go_on(refresh(w, &t.refresh, &next));
		t = next;
	}
	w->cx.now = START + 4999;
	assert_go_on(refresh(w, &t.refresh, &next));
	w->cx.now = START + 5000;
	assert_ptr_equal(refresh(w, &next.refresh, &t), &oauth_grant_invalid);
}

/* Inside the grace, but past its own end. */
static void an_expired_token_does_not_converge(void **state)
{
	struct world *w = *state;
	struct tokens one, two, none;

	w->conf.refresh_idle_ttl = 1000;
	one = start(w);
	w->cx.now = START + 999;
	assert_go_on(refresh(w, &one.refresh, &two));
	w->cx.now = START + 1000;
	assert_ptr_equal(refresh(w, &one.refresh, &none), &oauth_grant_invalid);
	assert_true(world_opens(w, &two.access));
}

/* ---- what is wrong with a request ---------------------------------------------------------------------- */

static const struct {
	const char *what, *client;
	struct token_request r;
	const char *error;
} wrong[] = {
	{ "no token", "c_one", { .refresh_token = "" }, "invalid_request" },
	{ "another client", "c_two", { 0 }, "invalid_grant" },
	{ "another resource", "c_one", { .resource = "https://other.example/mcp" }, "invalid_target" },
	{ "a wider scope", "c_one", { .scope = BOTH " offline_access" }, "invalid_scope" },
	{ "an unknown scope", "c_one", { .scope = "read:knowledge admin" }, "invalid_scope" },
	{ "a malformed scope", "c_one", { .scope = "read:knowledge  write:knowledge" }, "invalid_scope" },
	{ "a quoted scope", "c_one", { .scope = "\"read:knowledge\"" }, "invalid_scope" },
};

static void a_wrong_request_is_refused_before_anything_is_spent(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(wrong); i++)
		for (int used = 0; used < 2; used++) {
			struct tokens one = start(w), two, t;
			struct token_request r = wrong[i].r;
			const struct fail *no;

			if (used)
				assert_go_on(refresh(w, &one.refresh, &two));
			r.refresh_token = r.refresh_token ? NULL : one.refresh.v;
			no = refresh_with(w, wrong[i].client, &r, &t);
			row_check(no && same_text(no->error, wrong[i].error), "%s: %s", wrong[i].what, no ? no->error : "tokens");
			row_check(world_opens(w, &one.access), "%s ends the grant", wrong[i].what);
			row_check(!refresh(w, &one.refresh, &t), "%s spends the token", wrong[i].what);
			row_check(!used || same_secret(&t.refresh, &two.refresh), "%s: another successor", wrong[i].what);
		}
}

/* Also later: a replay by another client or for another resource is no replay. */
static void a_wrong_request_after_the_grace_ends_nothing(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct tokens one = start(w), two, t;
		struct token_request r = wrong[i].r;

		assert_go_on(refresh(w, &one.refresh, &two));
		w->cx.now += 1000;
		r.refresh_token = r.refresh_token ? NULL : one.refresh.v;
		row_check(refresh_with(w, wrong[i].client, &r, &t), "%s", wrong[i].what);
		row_check(world_opens(w, &two.access) && !refresh(w, &two.refresh, &t), "%s ends the grant", wrong[i].what);
	}
}

static void what_is_no_refresh_token_is_invalid_grant(void **state)
{
	struct world *w = *state;
	struct tokens one = start(w), t;
	struct secret unknown = crypto_secret(SECRET_REFRESH), code = world_code(w, "c_one");
	const char *const text[] = { "x", "mcpr_", unknown.v, one.access.v, code.v, "\x01", "' OR 1=1 --" };

	for (size_t i = 0; i < COUNT(text); i++) {
		struct token_request r = { .refresh_token = text[i] };

		row_check(refresh_with(w, "c_one", &r, &t) == &oauth_grant_invalid, "%s", text[i]);
	}
	assert_true(world_opens(w, &one.access));
}

static void a_narrower_scope_narrows_the_access_token_only(void **state)
{
	struct world *w = *state;
	struct tokens one = start(w), two, three;
	struct token_request r = { .refresh_token = one.refresh.v, .scope = "read:knowledge" };

	assert_go_on(refresh_with(w, "c_one", &r, &two));
	assert_string_equal(two.scope, "read:knowledge");
	assert_string_equal(scope_of(w, &two), "read:knowledge");
	r = (struct token_request){ .refresh_token = two.refresh.v };
	assert_go_on(refresh_with(w, "c_one", &r, &three));
	assert_string_equal(three.scope, BOTH);
	assert_string_equal(scope_of(w, &three), BOTH);
}

static void a_refresh_token_dies_with_its_grant(void **state)
{
	static const char *const kill[] = {
		"UPDATE grants SET revoked_at = 1", "UPDATE user SET disabled_at = 1", "UPDATE grants SET expires_at = 1",
		"UPDATE grants SET resource = 'https://old.example/mcp'",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(kill); i++) {
		struct world *w = world_new();
		struct tokens one = start(w), t;

		world_sql(w, kill[i]);
		row_check(refresh(w, &one.refresh, &t) == &oauth_grant_invalid, "%s", kill[i]);
		row_check(world_ask(w, "SELECT count(*) FROM access") == 1, "%s: an access token", kill[i]);
		world_drop(w);
	}
}

static void a_busy_file_leaves_the_token_good(void **state)
{
	struct world *w = *state;
	struct tokens one = start(w), t;

	assert_go_on(store_begin(world_other(w, ROLE_TOKEN)));
	assert_ptr_equal(refresh(w, &one.refresh, &t), &fail_unavailable);
	store_end(w->other);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM refresh WHERE used_at IS NOT NULL"), 0);
	assert_go_on(refresh(w, &one.refresh, &t));
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_WORLD(a_refresh_gives_two_new_tokens),
		WITH_WORLD(a_chain_goes_on),
		WITH_WORLD(within_the_grace_all_get_the_same_successor),
		cmocka_unit_test(after_the_grace_the_grant_ends),
		WITH_WORLD(when_the_successor_is_spent_the_grant_ends),
		WITH_WORLD(the_newest_pair_still_converges_late_in_a_chain),
		WITH_WORLD(a_replay_ends_its_own_grant_only),
		cmocka_unit_test(a_refresh_token_lives_until_its_second),
		WITH_WORLD(the_absolute_end_is_not_moved_by_use),
		WITH_WORLD(an_expired_token_does_not_converge),
		WITH_WORLD(a_wrong_request_is_refused_before_anything_is_spent),
		WITH_WORLD(a_wrong_request_after_the_grace_ends_nothing),
		WITH_WORLD(what_is_no_refresh_token_is_invalid_grant),
		WITH_WORLD(a_narrower_scope_narrows_the_access_token_only),
		cmocka_unit_test(a_refresh_token_dies_with_its_grant),
		WITH_WORLD(a_busy_file_leaves_the_token_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
