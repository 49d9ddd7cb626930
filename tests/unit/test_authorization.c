/* SPDX-License-Identifier: ISC */
/*
 * test_authorization: a request that is kept unseen until somebody has signed in; what agreeing to more gives; and who
 * may not be agreed to any more.
 */
#include "world.h"

#include "authorization.h"
#include "authorization_scope.h"
#include "cimd.h"
#include "store_pinned.h"

#define URL "https://app.example/client.json"
#define BACK "https://app.example/cb"
#define DOC "{\"client_id\":\"" URL "\",\"client_name\":\"App\",\"redirect_uris\":[\"" BACK "\"]}"
#define ASKED "response_type=code&client_id=https%3A%2F%2Fapp.example%2Fclient.json&redirect_uri=https%3A%2F%2Fapp.example%2Fcb"
#define PKCE "&code_challenge=" CHALLENGE "&code_challenge_method=S256"

static struct form form_of(struct world *w, const char *text)
{
	struct form f;

	assert_go_on(form_scan(w->cx.arena, text, strlen(text), authorization_fields, A_FIELDS, &f));
	return f;
}

static void pin(struct world *w, const char *document)
{
	const struct pinned p = { .client_id = URL, .document = document, .imported_at = START };

	assert_go_on(pinned_put(world_as(w, ROLE_MCPCTL), &p));
	world_as(w, ROLE_AUTHORIZE);
}

/* ---- kept unseen -------------------------------------------------------------------------------------------------- */

static const char *const screened[] = {
	ASKED, ASKED PKCE "&code_challenge=x", ASKED "&code_challenge=" CHALLENGE, ASKED PKCE "&prompt=none",
	ASKED PKCE "&resource=https://other.example/", ASKED PKCE "&resource=a&resource=b", ASKED PKCE "&scope=a%22b",
	ASKED PKCE "&state=1&state=2", ASKED PKCE "&client_id=x",
	"client_id=" URL PKCE, "response_type=token&client_id=" URL PKCE,
	"response_type=code&client_id=" URL "?x" PKCE, "response_type=code&client_id=HTTPS://app.example/x" PKCE,
	"response_type=code&client_id=" URL "&redirect_uri=javascript:x" PKCE,
	"response_type=code&client_id=" URL "&redirect_uri=" BACK "%23x" PKCE,
};

static void what_needs_no_document_is_checked_at_once(void **state)
{
	struct world *w = *state;
	struct form f;

	world_as(w, ROLE_AUTHORIZE);
	for (size_t i = 0; i < COUNT(screened); i++) {
		f = form_of(w, screened[i]);
		assert_true(authorization_is_by_document(&w->cx, &f));
		row_check(authorization_screen(&w->cx, &f), "%s", screened[i]);
	}
	f = form_of(w, ASKED PKCE "&state=x&scope=openid&prompt=consent&unknown=1&resource=https%3A%2F%2FMCP.example.org%2Fmcp%2F");
	w->cx.trail.why = NULL;
	assert_go_on(authorization_screen(&w->cx, &f));
	world_settings(w, "client_id_documents = off\n");
	assert_false(authorization_is_by_document(&w->cx, &f));
}

/* Kept as the browser's, and found again. */
static struct pending *keep(struct world *w, const char *text)
{
	struct digest owner = digest_of("owner");
	struct form f = form_of(w, text);
	struct random_text id;
	struct pending p, *found;

	world_as(w, ROLE_AUTHORIZE);
	assert_go_on(authorization_screen(&w->cx, &f));
	assert_go_on(authorization_keep(&w->cx, &f, &owner, &p, &id));
	assert_go_on(pending_find(w->cx.store, w->cx.arena, &p.id, &found));
	assert_non_null(found);
	assert_string_equal(found->asked, p.asked);
	return found;
}

static void a_request_is_kept_as_it_came_and_proven_later(void **state)
{
	struct world *w = *state;
	struct pending *p = keep(w, ASKED PKCE "&state=%00%ff+%2b&scope=read%3Aknowledge&x=y"), *again;
	struct authorization z;

	assert_null(p->client_id);
	assert_null(p->redirect_uri);
	assert_string_equal(p->attempt, w->cx.id);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM client WHERE kind = 'document'"), 0);
	pin(w, DOC);
	assert_go_on(authorization_prove(&w->cx, p, &z));
	assert_true(z.proven);
	assert_go_on(pending_find(w->cx.store, w->cx.arena, &p->id, &again));
	assert_null(again->asked);
	assert_string_equal(again->client_id, URL);
	assert_string_equal(again->redirect_uri, BACK);
	assert_true(again->redirect_given);
	assert_string_equal(again->challenge, CHALLENGE);
	assert_string_equal(again->scope, "read:knowledge");
	assert_string_equal(again->resource, w->conf.resource[0].uri);
	assert_string_equal(again->state, "%00%FF%20%2B");
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit WHERE event = 'authorize' AND outcome = 'ok'"), 2);
}

static void a_request_that_does_not_fit_its_document_stays_unproven(void **state)
{
	static const char *const document[] = {
		"{", "{}", "{\"client_id\":\"" URL "\",\"client_name\":\"App\",\"redirect_uris\":[\"https://app.example/other\"]}",
		"{\"client_id\":\"" URL "\",\"client_name\":\"App\",\"redirect_uris\":[\"" BACK "/\",\"" BACK "?\"]}",
	};
	struct world *w = *state;
	struct pending *p = keep(w, ASKED PKCE);
	struct authorization z;

	for (size_t i = 0; i < COUNT(document); i++) {
		pin(w, document[i]);
		row_check(authorization_prove(&w->cx, p, &z) == &cimd_unusable, "%s", document[i]);
		store_end(w->cx.store);
		assert_false(z.proven);
	}
	assert_int_equal(world_ask(w, "SELECT count(*) FROM pending WHERE asked IS NULL"), 0);
	pin(w, DOC);
	assert_go_on(authorization_prove(&w->cx, p, &z));
}

static void what_is_kept_is_bounded(void **state)
{
	struct world *w = *state;
	char *scope = arena_take(w->cx.arena, 40000);
	struct digest owner = digest_of("owner");
	struct random_text id;
	struct pending p;
	struct form f;

	memset(scope, 'a', 39999);
	f = form_of(w, arena_printf(w->cx.arena, "%s&scope=%s", ASKED PKCE, scope));
	world_as(w, ROLE_AUTHORIZE);
	assert_go_on(authorization_screen(&w->cx, &f));
	assert_non_null(authorization_keep(&w->cx, &f, &owner, &p, &id));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM pending"), 0);
}

/* ---- asked for more ----------------------------------------------------------------------------------------------- */

static void grant(struct world *w, const char *client, const char *scope, const char *resource, int64_t user)
{
	struct grant g = {
		.user_id = user, .client_id = client, .scope = scope, .resource = resource, .created_at = START,
		.expires_at = START + 1000,
	};

	assert_go_on(grant_put(world_as(w, ROLE_AUTHORIZE), &g));
}

static const struct {
	const char *asked, *held, *may, *want, *resource_scopes;
} sum[] = {
	{ "read:knowledge", "", "", "read:knowledge", "" },
	{ "read:knowledge", "write:knowledge", "", BOTH, "" },
	{ "read:knowledge", "read:knowledge", "", "read:knowledge", "" },
	{ "read:knowledge", BOTH " offline_access", "", BOTH " offline_access", "" },
	{ "read:knowledge", "gone:scope", "", "read:knowledge", "" },
	/* never more than the client may ask, or the resource has */
	{ "read:knowledge", "write:knowledge", "read:knowledge", "read:knowledge", "" },
	{ "read:knowledge", "write:knowledge", "read:*", "read:knowledge", "" },
	{ "read:knowledge", "write:knowledge", "", "read:knowledge", "scopes = read:knowledge\n" },
	{ "write:knowledge", "", "read:knowledge", NULL, "" },
	{ "write:knowledge", "offline_access", "read:knowledge offline_access", NULL, "" },
};

static void agreeing_gives_the_sum(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sum); i++) {
		struct world *w = world_new();
		struct client c = world_client("c_one");
		const char *before, *whole;
		const struct fail *no;
		struct pending p = { .client_id = "c_one", .scope = sum[i].asked };

		world_settings(w, arena_printf(w->cx.arena, "[resource https://mcp.example.org/mcp]\nname = X\n%s", sum[i].resource_scopes));
		p.resource = w->conf.resource[0].uri;
		c.kind = "operator";
		c.scope = sum[i].may;
		world_as(w, ROLE_AUTHORIZE);
		if (*sum[i].held)
			grant(w, "c_one", sum[i].held, p.resource, w->user);
		no = authorization_scope(&w->cx, &p, &c, w->user, &before, &whole);
		row_check(!no == (sum[i].want != NULL), "%zu: %s", i, no ? no->description : whole);
		if (!no)
			row_check(same_text(whole, sum[i].want), "%zu: %s", i, whole);
		world_drop(w);
	}
}

static void only_what_lives_and_belongs_together_is_added(void **state)
{
	struct world *w = *state;
	struct client c = world_client("c_one");
	struct pending p = { .client_id = "c_one", .scope = "read:knowledge", .resource = w->conf.resource[0].uri };
	const char *before, *whole;

	grant(w, "c_two", "write:knowledge", p.resource, w->user);
	grant(w, "c_one", "write:knowledge", "https://mcp.example.org/other", w->user);
	world_sql(w, "INSERT INTO user (name, password, created_at) VALUES ('bob', 'x', 1)");
	grant(w, "c_one", "write:knowledge", p.resource, w->user + 1);
	grant(w, "c_one", "write:knowledge", p.resource, w->user);
	world_sql(w, "UPDATE grants SET revoked_at = 1 WHERE id = (SELECT max(id) FROM grants)");
	assert_go_on(authorization_scope(&w->cx, &p, &c, w->user, &before, &whole));
	assert_string_equal(whole, "read:knowledge");
	grant(w, "c_one", "write:knowledge", p.resource, w->user);
	assert_go_on(authorization_scope(&w->cx, &p, &c, w->user, &before, &whole));
	assert_string_equal(whole, BOTH);
	w->cx.now = START + 1000;
	assert_go_on(authorization_scope(&w->cx, &p, &c, w->user, &before, &whole));
	assert_string_equal(whole, "read:knowledge");
	p.resource = "https://mcp.example.org/gone";
	assert_non_null(authorization_scope(&w->cx, &p, &c, w->user, &before, &whole));
}

/* What a client says of itself is no promise: it may ask for more when it meets a tool that needs more. */
static void only_the_operators_word_is_a_ceiling(void **state)
{
	static const struct { const char *kind, *registered, *asked, *want; } row[] = {
		{ "registered", "read:knowledge", NULL, "read:knowledge" },
		{ "registered", "read:knowledge", BOTH, BOTH },
		{ "registered", "read:knowledge", "write:knowledge", "write:knowledge" },
		{ "registered", "", NULL, BOTH },
		{ "document", "write:knowledge", NULL, "write:knowledge" },
		{ "document", "read:knowledge", "openid profile email", "read:knowledge" },
		{ "registered", "", "openid email", BOTH },
		{ "registered", "", "openid profile offline_access", BOTH " offline_access" },
		{ "registered", "", "openid unknown", NULL },
		{ "registered", "", "openi", NULL },
		{ "operator", "read:knowledge", BOTH, "read:knowledge" },
		{ "operator", "read:knowledge", NULL, "read:knowledge" },
		{ "operator", "read:*", BOTH, "read:knowledge" },
		{ "operator", "read:knowledge", "write:knowledge", NULL },
	};
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(row); i++) {
		struct client c = world_client("c_one");
		struct authorization z = { .client = &c, .resource = &w->conf.resource[0] };
		const struct fail *no;

		c.kind = row[i].kind;
		c.scope = row[i].registered;
		no = authorization_read_scope(&w->cx, row[i].asked, &z);
		row_check(!no == (row[i].want != NULL), "%zu: %s", i, no ? no->description : z.scope);
		row_check(no || same_text(z.scope, row[i].want), "%zu: %s", i, z.scope);
	}
}

/* ---- not any more ------------------------------------------------------------------------------------------------- */

static struct pending proven(struct world *w, const char *id)
{
	struct pending p = {
		.id = digest_of(id), .owner = digest_of("owner"), .client_id = "c_one", .redirect_uri = "https://c.example/cb",
		.redirect_given = true, .challenge = CHALLENGE, .scope = "read:knowledge", .attempt = "0123456789abcdef",
		.resource = w->conf.resource[0].uri, .created_at = START, .expires_at = START + 600,
	};

	assert_go_on(pending_put(world_as(w, ROLE_AUTHORIZE), &p));
	return p;
}

static const struct fail *allow(struct world *w, const struct pending *p, bool *taken)
{
	const struct session who = { .user_id = w->user, .user_name = "ada", .created_at = START };
	struct secret code;
	const struct fail *no = authorization_allow(&w->cx, p, &who, &code, taken);

	store_end(w->cx.store);
	return no;
}

static void a_client_that_may_not_any_more_gets_no_code(void **state)
{
	struct world *w = *state;
	struct pending p = proven(w, "one");
	bool taken;

	world_session(w, p.owner);
	world_sql(w, "UPDATE client SET waits = 1 WHERE id = 'c_one'");
	assert_ptr_equal(allow(w, &p, &taken), &authorization_waits);
	world_sql(w, "UPDATE client SET waits = 0, disabled_at = 5 WHERE id = 'c_one'");
	assert_int_equal(allow(w, &p, &taken)->status, 400);
	world_sql(w, "UPDATE client SET disabled_at = 0, kind = 'operator', scope = 'write:knowledge' WHERE id = 'c_one'");
	assert_string_equal(allow(w, &p, &taken)->error, "invalid_scope");
	world_sql(w, "UPDATE client SET scope = '' WHERE id = 'c_one'");
	world_sql(w, "INSERT INTO redirect_rule (allow, pattern, created_at) VALUES (0, 'https://c.example/cb', 1)");
	w->cx.redirect_rules = NULL;
	assert_int_equal(allow(w, &p, &taken)->status, 400);
	world_sql(w, "DELETE FROM redirect_rule");
	w->cx.redirect_rules = NULL;
	assert_int_equal(world_ask(w, "SELECT count(*) FROM code"), 0);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM pending WHERE answered_at != 0"), 0);
	world_sql(w, "UPDATE client SET scope = '' WHERE id = 'c_one'");
	assert_go_on(allow(w, &p, &taken));
	assert_true(taken);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM code"), 1);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit WHERE event = 'consent' AND outcome = 'ok'"), 1);
}

static void the_grant_is_the_sum(void **state)
{
	struct world *w = *state;
	struct pending p = proven(w, "one");
	bool taken;

	world_session(w, p.owner);
	grant(w, "c_one", "write:knowledge offline_access", p.resource, w->user);
	assert_go_on(allow(w, &p, &taken));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM grants WHERE scope = '" BOTH " offline_access'"), 1);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM grants WHERE revoked_at = 0"), 2);
}

static void who_does_not_agree_is_written_down(void **state)
{
	struct world *w = *state;
	struct pending p = proven(w, "one");
	bool taken;

	world_session(w, p.owner);
	assert_go_on(authorization_deny(&w->cx, &p, &taken));
	assert_true(taken);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit WHERE event = 'consent' AND outcome = 'access_denied'"), 1);
	assert_go_on(authorization_deny(&w->cx, &p, &taken));
	store_end(w->cx.store);
	assert_false(taken);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit"), 1);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_WORLD(what_needs_no_document_is_checked_at_once),
		WITH_WORLD(a_request_is_kept_as_it_came_and_proven_later),
		WITH_WORLD(a_request_that_does_not_fit_its_document_stays_unproven),
		WITH_WORLD(what_is_kept_is_bounded),
		cmocka_unit_test(agreeing_gives_the_sum),
		WITH_WORLD(only_what_lives_and_belongs_together_is_added),
		WITH_WORLD(only_the_operators_word_is_a_ceiling),
		WITH_WORLD(a_client_that_may_not_any_more_gets_no_code),
		WITH_WORLD(the_grant_is_the_sum),
		WITH_WORLD(who_does_not_agree_is_written_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
