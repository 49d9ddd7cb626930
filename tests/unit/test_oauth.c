/* SPDX-License-Identifier: ISC */
/*
 * test_oauth: what a code buys, and once (OAuth 2.1 section 4.1.3, RFC 7636 section 4.6).  The clock is the
 * test's, so that every limit is tried on both sides of its second.
 */
#include "world.h"

#include "authorization.h"
#include "clientauth.h"
#include "oauth.h"
#include "resource.h"

/*
 * A token request as the token program makes it: decided in one piece, and what is not committed is undone.
 */
static const struct fail *trade(struct world *w, const char *client, const struct token_request *r,
    struct tokens *t)
{
	const struct client *c = world_find_client(w, client);
	const struct fail *no;

	memset(t, 0, sizeof *t);
	no = oauth_give_for_code(&w->cx, c, r, t);
	store_end(w->cx.store);
	return no;
}

static struct token_request with(const struct secret *code)
{
	return (struct token_request){ .code = code->v, .redirect_uri = "https://c.example/cb",
	    .code_verifier = VERIFIER };
}

static bool refreshes(struct world *w, const struct tokens *t)
{
	struct token_request r = { .refresh_token = t->refresh.v };
	const struct client *c = world_find_client(w, "c_one");
	const struct fail *no;
	struct tokens next;

	no = oauth_give_for_refresh(&w->cx, c, &r, &next);
	store_end(w->cx.store);
	return !no;
}

static void is_invalid_grant(const struct fail *no)
{
	assert_ptr_equal(no, &oauth_grant_invalid);
	assert_int_equal(no->status, 400);
	assert_string_equal(no->error, "invalid_grant");
}

static void a_code_buys_two_tokens(void **state)
{
	struct world *w = *state;
	struct secret code = world_code(w, "c_one"), s;
	struct token_request r = with(&code);
	struct tokens t;

	assert_go_on(trade(w, "c_one", &r, &t));
	assert_true(crypto_secret_read(SECRET_ACCESS, t.access.v, &s));
	assert_true(t.has_refresh && crypto_secret_read(SECRET_REFRESH, t.refresh.v, &s));
	assert_int_equal(t.expires_in, 3600);
	assert_string_equal(t.scope, BOTH);
	assert_true(world_opens(w, &t.access));
	assert_true(refreshes(w, &t));
}

static void what_may_be_left_out_is_left_out(void **state)
{
	struct world *w = *state;
	struct secret code = world_code(w, "c_one");
	struct token_request r = with(&code);
	struct tokens t;

	r.redirect_uri = NULL;
	assert_go_on(trade(w, "c_one", &r, &t));
	code = world_code(w, "c_one");
	r = with(&code);
	r.resource = "HTTPS://MCP.example.org:443/mcp/";
	assert_go_on(trade(w, "c_one", &r, &t));
}

static void a_client_without_the_grant_type_gets_no_refresh_token(void **state)
{
	struct world *w = *state;
	struct secret code = world_code(w, "c_one");
	struct token_request r = with(&code);
	struct tokens t;

	world_sql(w, "UPDATE client SET grant_types = 'authorization_code'");
	assert_go_on(trade(w, "c_one", &r, &t));
	assert_false(t.has_refresh);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM refresh"), 0);
}

static void a_code_lives_until_its_second(void **state)
{
	static const struct { int64_t after; bool good; } row[] = { { 0, true }, { 59, true }, { 60, false },
	    { 61, false }, { 86400, false } };
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(row); i++) {
		struct secret code;
		struct token_request r;
		struct tokens t;

		w->cx.now = START;
		code = world_code(w, "c_one");
		r = with(&code);
		w->cx.now = START + row[i].after;
		row_check(!trade(w, "c_one", &r, &t) == row[i].good, "after %lld s", (long long)row[i].after);
	}
}

static void an_access_token_lives_until_its_second(void **state)
{
	struct world *w = *state;
	struct secret code = world_code(w, "c_one");
	struct token_request r = with(&code);
	struct tokens t;

	assert_go_on(trade(w, "c_one", &r, &t));
	w->cx.now = START + 3599;
	assert_true(world_opens(w, &t.access));
	w->cx.now = START + 3600;
	assert_false(world_opens(w, &t.access));
}

/* Requests that are wrong in one thing: who sends one gets a refusal, and the code stays good. */
static const struct {
	const char *what, *client;
	struct token_request r;		/* a field that is set replaces the good one; "" is absent */
	const char *error;
} wrong[] = {
	{ "no code", "c_one", { .code = "" }, "invalid_request" },
	{ "no verifier", "c_one", { .code_verifier = "" }, "invalid_request" },
	{ "another client", "c_two", { 0 }, "invalid_grant" },
	{ "another redirect_uri", "c_one", { .redirect_uri = "https://c.example/cb/" }, "invalid_grant" },
	{ "redirect_uri in another case", "c_one", { .redirect_uri = "HTTPS://c.example/cb" }, "invalid_grant" },
	{ "another verifier", "c_one", { .code_verifier = "eBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" },
	  "invalid_grant" },
	{ "the challenge as verifier", "c_one", { .code_verifier = CHALLENGE }, "invalid_grant" },
	{ "a short verifier", "c_one", { .code_verifier = "short" }, "invalid_grant" },
	{ "a verifier with a blank", "c_one", { .code_verifier = VERIFIER " " }, "invalid_grant" },
	{ "a verifier with a slash", "c_one", { .code_verifier = "/BjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" },
	  "invalid_grant" },
	{ "another resource", "c_one", { .resource = "https://other.example/mcp" }, "invalid_target" },
	{ "no URI as resource", "c_one", { .resource = "mcp" }, "invalid_target" },
};

static struct token_request wrong_request(size_t i, const struct secret *code)
{
	struct token_request r = with(code);

	if (wrong[i].r.code)
		r.code = *wrong[i].r.code ? wrong[i].r.code : NULL;
	if (wrong[i].r.code_verifier)
		r.code_verifier = *wrong[i].r.code_verifier ? wrong[i].r.code_verifier : NULL;
	if (wrong[i].r.redirect_uri)
		r.redirect_uri = wrong[i].r.redirect_uri;
	if (wrong[i].r.resource)
		r.resource = wrong[i].r.resource;
	return r;
}

static void a_wrong_request_is_refused_and_costs_nothing(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct secret code = world_code(w, "c_one");
		struct token_request good = with(&code), r = wrong_request(i, &code);
		const struct fail *no;
		struct tokens t;

		no = trade(w, wrong[i].client, &r, &t);
		row_check(no && same_text(no->error, wrong[i].error), "%s: %s", wrong[i].what, no ? no->error : "tokens");
		row_check(no->status == 400, "%s: %d", wrong[i].what, no->status);
		row_check(!trade(w, "c_one", &good, &t), "%s: the code is burnt", wrong[i].what);
	}
}

/*
 * ... and once the code is spent it does not end the grant either: only who could have redeemed it may do
 * that.
 */
static void a_wrong_request_with_a_used_code_ends_nothing(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct secret code = world_code(w, "c_one");
		struct token_request good = with(&code), r = wrong_request(i, &code);
		struct tokens t, none;

		assert_go_on(trade(w, "c_one", &good, &t));
		row_check(trade(w, wrong[i].client, &r, &none), "%s", wrong[i].what);
		row_check(world_opens(w, &t.access) && refreshes(w, &t), "%s ends the grant", wrong[i].what);
	}
}

static void what_is_no_code_is_invalid_grant(void **state)
{
	static const char *const text[] = { "x", "mcpc_", "' OR 1=1 --", "\x01",
	    "mcpc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA000000" };
	struct world *w = *state;
	struct secret other[] = { crypto_secret(SECRET_ACCESS), crypto_secret(SECRET_REFRESH),
	    crypto_secret(SECRET_CODE) };
	struct tokens t;

	for (size_t i = 0; i < COUNT(text); i++) {
		struct token_request r = { .code = text[i], .code_verifier = VERIFIER };

		is_invalid_grant(trade(w, "c_one", &r, &t));
	}
	for (size_t i = 0; i < COUNT(other); i++) {
		struct token_request r = with(&other[i]);

		is_invalid_grant(trade(w, "c_one", &r, &t));
	}
}

static void five_wrong_verifiers_burn_the_code(void **state)
{
	for (int tries = 0; tries <= 6; tries++) {
		struct world *w = *state;
		struct secret code = world_code(w, "c_one");
		struct token_request bad = with(&code), good = bad;
		struct tokens t;

		bad.code_verifier = "eBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
		for (int i = 0; i < tries; i++)
			is_invalid_grant(trade(w, "c_one", &bad, &t));
		row_check(!trade(w, "c_one", &good, &t) == (tries < 5), "after %d tries", tries);
	}
}

static void a_replay_revokes_the_grant(void **state)
{
	static const int64_t after[] = { 0, 1, 59, 60, 3000 };

	for (size_t i = 0; i < COUNT(after); i++) {
		struct world *w = world_new();
		struct secret code = world_code(w, "c_one"), second = world_code(w, "c_one");
		struct token_request r = with(&code), r2 = with(&second);
		struct tokens t, t2, none;

		assert_go_on(trade(w, "c_one", &r, &t));
		assert_go_on(trade(w, "c_one", &r2, &t2));
		w->cx.now = START + after[i];
		row_check(world_opens(w, &t.access), "%lld: before", (long long)after[i]);
		is_invalid_grant(trade(w, "c_one", &r, &none));
		row_check(!world_opens(w, &t.access), "%lld: the access token lives", (long long)after[i]);
		row_check(!refreshes(w, &t), "%lld: the refresh token lives", (long long)after[i]);
		row_check(world_opens(w, &t2.access) && refreshes(w, &t2), "%lld: another grant died, too",
		    (long long)after[i]);
		world_drop(w);
	}
	(void)state;
}

/* What was taken back after consent buys nothing. */
static void a_code_dies_with_its_grant(void **state)
{
	static const char *const kill[] = {
		"UPDATE grants SET revoked_at = 1", "UPDATE user SET disabled_at = 1",
		"UPDATE grants SET resource = 'https://old.example/mcp'",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(kill); i++) {
		struct world *w = world_new();
		struct secret code = world_code(w, "c_one");
		struct token_request r = with(&code);
		struct tokens t;

		world_sql(w, kill[i]);
		row_check(trade(w, "c_one", &r, &t) == &oauth_grant_invalid, "%s", kill[i]);
		row_check(world_ask(w, "SELECT count(*) FROM access") == 0, "%s: an access token", kill[i]);
		world_drop(w);
	}
}

static void a_busy_file_leaves_the_code_good(void **state)
{
	struct world *w = *state;
	struct secret code = world_code(w, "c_one");
	struct token_request r = with(&code);
	struct tokens t;

	assert_go_on(store_begin(world_other(w, ROLE_TOKEN)));
	assert_ptr_equal(trade(w, "c_one", &r, &t), &fail_unavailable);
	store_end(w->other);
	assert_go_on(trade(w, "c_one", &r, &t));
}

static void only_hashes_are_kept(void **state)
{
	struct world *w = *state;
	struct secret code = world_code(w, "c_one");
	struct token_request r = with(&code);
	struct tokens t;
	char *bytes;
	FILE *f;
	long n;

	assert_go_on(trade(w, "c_one", &r, &t));
	world_sql(w, "PRAGMA wal_checkpoint(TRUNCATE)");
	f = fopen(w->file, "r");
	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	n = ftell(f);
	rewind(f);
	bytes = arena_take(w->cx.arena, (size_t)n);
	assert_int_equal(fread(bytes, 1, (size_t)n, f), n);
	fclose(f);
	assert_null(memmem(bytes, (size_t)n, code.v + 5, RANDOM_TEXT));
	assert_null(memmem(bytes, (size_t)n, t.access.v + 5, RANDOM_TEXT));
	assert_null(memmem(bytes, (size_t)n, t.refresh.v + 5, RANDOM_TEXT));
	assert_non_null(memmem(bytes, (size_t)n, crypto_digest_secret(&t.access).v, DIGEST_SIZE));
}

/* From consent to a code: what is pending is spent by it, and the code is worth what was asked for. */
static void consent_makes_one_code(void **state)
{
	struct world *w = *state;
	const struct session who = { .user_id = w->user, .user_name = "ada", .created_at = START };
	struct pending p = {
		.id = digest_of("id"), .owner = digest_of("owner"), .client_id = "c_one",
		    .redirect_uri = "https://c.example/cb",
		.redirect_given = true, .challenge = CHALLENGE, .scope = "read:knowledge", .attempt = "0123456789abcdef", .resource = w->conf.resource[0].uri,
		.created_at = START, .expires_at = START + 600,
	};
	struct secret code, none;
	struct token_request r;
	struct tokens t;
	bool taken = false;

	assert_go_on(pending_put(world_as(w, ROLE_AUTHORIZE), &p));
	assert_go_on(authorization_allow(&w->cx, &p, &who, &none, &taken));
	store_end(w->cx.store);
	assert_false(taken);		/* the session has ended meanwhile */
	world_session(w, p.owner);
	assert_go_on(authorization_allow(&w->cx, &p, &who, &code, &taken));
	assert_true(taken);
	assert_go_on(authorization_allow(&w->cx, &p, &who, &none, &taken));
	store_end(w->cx.store);
	assert_false(taken);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM code"), 1);
	r = with(&code);
	w->cx.now = START + 59;
	assert_go_on(trade(w, "c_one", &r, &t));
	assert_string_equal(t.scope, "read:knowledge");
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_WORLD(a_code_buys_two_tokens),
		WITH_WORLD(what_may_be_left_out_is_left_out),
		WITH_WORLD(a_client_without_the_grant_type_gets_no_refresh_token),
		WITH_WORLD(a_code_lives_until_its_second),
		WITH_WORLD(an_access_token_lives_until_its_second),
		WITH_WORLD(a_wrong_request_is_refused_and_costs_nothing),
		WITH_WORLD(a_wrong_request_with_a_used_code_ends_nothing),
		WITH_WORLD(what_is_no_code_is_invalid_grant),
		WITH_WORLD(five_wrong_verifiers_burn_the_code),
		cmocka_unit_test(a_replay_revokes_the_grant),
		cmocka_unit_test(a_code_dies_with_its_grant),
		WITH_WORLD(a_busy_file_leaves_the_code_good),
		WITH_WORLD(only_hashes_are_kept),
		WITH_WORLD(consent_makes_one_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
