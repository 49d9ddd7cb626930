/* SPDX-License-Identifier: ISC */
/*
 * test_registration: identical public registrations are one client and cost nothing, those with a secret are always
 * new; what is refused leaves a word for the operator; and what a client with a secret may do about itself, how it is
 * refused, and what is left of it afterwards (RFC 7592).
 */
#include "world.h"

#include <sys/wait.h>

#include "json.h"
#include "registration.h"
#include "store_redirect.h"

enum { HOUR = 3600, DAY = 86400 };

#define PUBLIC "{\"client_name\":\"X\",\"redirect_uris\":[\"https://x.example/cb\"],\"token_endpoint_auth_method\":\"none\"}"
#define SECRET "{\"client_name\":\"X\",\"redirect_uris\":[\"https://x.example/cb\"]}"

static struct json_object *parsed(struct world *w, const char *text)
{
	struct json_object *o;

	row_check(json_read(w->cx.arena, text, strlen(text), &o), "no JSON: %s", text);
	return o;
}

/* A request of its own begins. */
static void next(struct world *w)
{
	store_end(w->cx.store);
	w->cx.trail = (struct trail){ 0 };
	w->cx.redirect_rules = NULL;
	world_as(w, ROLE_REGISTER);
}

static const struct fail *put(struct world *w, const char *metadata, struct registered *r)
{
	next(w);
	return registration_put(&w->cx, parsed(w, metadata), r);
}

static const char *put_id(struct world *w, const char *metadata)
{
	struct registered r;
	const struct fail *no = put(w, metadata, &r);

	row_check(!no, "%s: %s", metadata, no ? no->description : "");
	return r.client->id;
}

static int64_t rows(struct world *w, const char *what)
{
	return world_ask(w, arena_printf(w->cx.arena, "SELECT count(*) FROM %s", what));
}

/* ---- the same ------------------------------------------------------------------------------------------ */

static void the_same_is_one_and_costs_nothing(void **state)
{
	struct world *w = *state;
	struct registered r, again;
	int64_t tries;

	assert_go_on(put(w, PUBLIC, &r));
	assert_false(r.new_secret || r.client->has_management || r.client->has_secret);
	tries = world_ask(w, "SELECT sum(count) FROM limits");
	w->cx.now += HOUR;
	for (int i = 0; i < 3; i++) {
		int64_t version = world_ask(w, "SELECT count(*) + sum(created_at) FROM client");

		assert_go_on(put(w, PUBLIC, &again));
		assert_string_equal(again.client->id, r.client->id);
		assert_int_equal(again.client->created_at, START);
		assert_string_equal(again.client->redirect_uris, r.client->redirect_uris);
		assert_string_equal(w->cx.trail.client_id, r.client->id);
		assert_int_equal(world_ask(w, "SELECT count(*) + sum(created_at) FROM client"), version);
	}
	assert_int_equal(world_ask(w, "SELECT sum(count) FROM limits"), tries);
	assert_int_equal(rows(w, "audit"), 1);
}

static const char *const same[] = {
	" { \"token_endpoint_auth_method\" : \"none\", \"redirect_uris\" : [ \"https:\\/\\/x.example\\/cb\" ],\n\"client_name\":\"\\u0058\"}",
	"{\"client_name\":\"X\",\"redirect_uris\":[\"https://x.example/cb\"],\"token_endpoint_auth_method\":\"none\",\"unknown\":[1]}",
	"{\"client_name\":\"X\",\"redirect_uris\":[\"https://x.example/cb\"],\"token_endpoint_auth_method\":\"none\","
	    "\"grant_types\":[\"refresh_token\",\"authorization_code\",\"other\"],\"response_types\":[\"code\"],\"scope\":\"\"}",
	"{\"client_name\":\"X\",\"redirect_uris\":[\"https://x.example/cb\"],\"token_endpoint_auth_method\":\"none\","
	    "\"client_uri\":null,\"scope\":\"openid\",\"client_id\":\"c_one\"}",
};

#define OTHER(more) "{\"client_name\":\"X\",\"redirect_uris\":[\"https://x.example/cb\"]," more \
    "\"token_endpoint_auth_method\":\"none\"}"

static const char *const different[] = {
	"{\"client_name\":\"x\",\"redirect_uris\":[\"https://x.example/cb\"],\"token_endpoint_auth_method\":\"none\"}",
	"{\"redirect_uris\":[\"https://x.example/cb\"],\"token_endpoint_auth_method\":\"none\"}",
	"{\"client_name\":\"X\",\"redirect_uris\":[\"https://x.example/cb/\"],\"token_endpoint_auth_method\":\"none\"}",
	"{\"client_name\":\"X\",\"redirect_uris\":[\"https://x.example/cb\",\"https://x.example/cb\"],"
	    "\"token_endpoint_auth_method\":\"none\"}",
	"{\"client_name\":\"X\",\"redirect_uris\":[\"https://x.example/cb\",\"http://localhost/\"],"
	    "\"token_endpoint_auth_method\":\"none\"}",
	"{\"client_name\":\"X\\\",\\\"method\\\":\\\"none\",\"redirect_uris\":[\"https://x.example/cb\"],"
	    "\"token_endpoint_auth_method\":\"none\"}",
	OTHER("\"grant_types\":[\"authorization_code\"],"), OTHER("\"scope\":\"read:knowledge\","),
	OTHER("\"client_uri\":\"https://x.example/\","), OTHER("\"logo_uri\":\"https://x.example/\","),
	OTHER("\"tos_uri\":\"https://x.example/\","), OTHER("\"policy_uri\":\"https://x.example/\","),
	OTHER("\"contacts\":[\"a@x.example\"],"), OTHER("\"software_id\":\"a\","), OTHER("\"software_version\":\"a\","),
	OTHER("\"software_version\":\"b\","), OTHER("\"application_type\":\"native\","),
};

static void only_what_is_kept_makes_a_difference(void **state)
{
	struct world *w = *state;
	const char *id[COUNT(different) + 1];

	world_settings(w, "rate_limits = off\n");
	id[0] = put_id(w, PUBLIC);
	for (size_t i = 0; i < COUNT(same); i++)
		row_check(strcmp(put_id(w, same[i]), id[0]) == 0, "%s", same[i]);
	for (size_t i = 0; i < COUNT(different); i++) {
		id[i + 1] = put_id(w, different[i]);
		for (size_t k = 0; k <= i; k++)
			row_check(strcmp(id[i + 1], id[k]) != 0, "%s", different[i]);
		row_check(strcmp(put_id(w, different[i]), id[i + 1]) == 0, "again: %s", different[i]);
	}
}

static void a_client_with_a_secret_is_always_new(void **state)
{
	struct world *w = *state;
	struct registered one, two;
	struct secret s;

	assert_go_on(put(w, SECRET, &one));
	assert_go_on(put(w, SECRET, &two));
	assert_string_not_equal(one.client->id, two.client->id);
	assert_true(one.new_secret && one.client->has_management && two.client->has_management);
	assert_true(crypto_secret_read(SECRET_MANAGEMENT, one.management.v, &s));
	assert_true(crypto_secret_read(SECRET_CLIENT, one.secret.v, &s));
	assert_string_not_equal(one.management.v, two.management.v);
	assert_int_equal(rows(w, "client WHERE sameness IS NOT NULL"), 0);
	assert_int_equal(rows(w, "client WHERE length(management) = 32 AND length(secret) = 32"), 2);
	assert_string_not_equal(put_id(w, PUBLIC), one.client->id);
}

/* Another process: holds the file, tells so, and then registers the same. */
static void other_process(struct world *w, int tell)
{
	struct store *s = store_new(ROLE_REGISTER, w->file, 5000);
	struct client c = world_client("c_first");

	c.name = "X";
	c.redirect_uris = "[\"https://x.example/cb\"]";
	c.has_sameness = true;
	c.sameness = registration_sameness(w->cx.arena, &c);
	if (store_begin(s) || write(tell, "x", 1) != 1)
		_exit(1);
	usleep(100000);
	_exit(client_put(s, &c, 1000) || store_commit(s));
}

/* Both have looked before either has written. */
static void of_two_at_once_the_first_is_the_answer(void **state)
{
	struct world *w = *state;
	int status, at[2];
	pid_t child;
	char c;

	store_drop(w->cx.store);
	w->cx.store = store_new(ROLE_REGISTER, w->file, 5000);
	assert_int_equal(pipe(at), 0);
	if ((child = fork()) == 0)
		other_process(w, at[1]);
	assert_int_equal(read(at[0], &c, 1), 1);
	assert_string_equal(put_id(w, PUBLIC), "c_first");
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(rows(w, "client WHERE name = 'X'"), 1);
	close(at[0]);
	close(at[1]);
}

/* To come again would else undo what the operator did. */
static void a_disabled_one_does_not_come_back(void **state)
{
	struct world *w = *state;
	struct registered r;
	const char *id = put_id(w, PUBLIC);
	const struct fail *no;

	world_sql(w, "UPDATE client SET disabled_at = 5 WHERE name = 'X'");
	no = put(w, PUBLIC, &r);
	assert_non_null(no);
	assert_int_equal(no->status, 403);
	assert_string_equal(no->error, "access_denied");
	assert_string_equal(w->cx.trail.client_id, id);
	w->cx.now += 100 * DAY;
	assert_ptr_equal(put(w, PUBLIC, &r), no);
	assert_int_equal(rows(w, "client WHERE name = 'X' AND disabled_at = 5"), 1);
}

static void a_new_one_waits_only_where_somebody_approves(void **state)
{
	struct world *w = *state;
	struct registered r;

	assert_go_on(put(w, PUBLIC, &r));
	assert_false(r.client->waits);
	world_settings(w, "registration = approve\n");
	assert_go_on(registration_check(&w->cx, NULL));
	assert_go_on(put(w, OTHER("\"software_id\":\"w\","), &r));
	assert_true(r.client->waits);
	assert_go_on(put(w, OTHER("\"software_id\":\"w\","), &r));
	assert_true(r.client->waits);
	assert_go_on(put(w, SECRET, &r));
	assert_true(r.client->waits);
	assert_int_equal(rows(w, "client WHERE waits = 1"), 2);
}

static void only_a_new_one_is_counted(void **state)
{
	struct world *w = *state;
	struct registered r;
	const struct fail *no;

	world_settings(w, "limit_register = 2/3600\n");
	put_id(w, PUBLIC);
	for (int i = 0; i < 5; i++)
		put_id(w, PUBLIC);
	put_id(w, SECRET);
	no = put(w, SECRET, &r);
	assert_true(no && no->status == 429 && no->retry_after > 0);
	put_id(w, PUBLIC);
	assert_int_equal(rows(w, "client WHERE name = 'X'"), 2);
}

/* ---- what the operator reads ---------------------------------------------------------------------------- */

static const struct {
	const char *metadata, *why;
} refused[] = {
	{ "{\"redirect_uris\":[\"https://x.example/cb\",\"https://y.example/#f\"]}", "redirect_uri 'https://y.example/#f' has a fragment" },
	{ "{\"redirect_uris\":[\"http://y.example/\"]}",
	    "redirect_uri 'http://y.example/' is http, but not on 127.0.0.1, [::1] or localhost" },
	{ "{\"redirect_uris\":[\"https://y.example/a\\nb\\u007f\\u00e9\"]}", "redirect_uri 'https://y.example/a?b?\?\?' is not an absolute address" },
	{ "{\"redirect_uris\":[\"myapp://x\"]}", "redirect_uri 'myapp://x' has a scheme without a period that is neither in "
	    "redirect_schemes nor allowed by a rule" },
	{ "{\"redirect_uris\":[\"https://bad.example/x\"]}",
	    "redirect_uri 'https://bad.example/x' is what the deny rule 1 means, https://bad.example" },
	{ "{\"redirect_uris\":[\"https://x.example/\"],\"tos_uri\":\"javascript:x\"}", "tos_uri is not the https URL of a page" },
	{ "{\"redirect_uris\":[\"https://x.example/\"],\"logo_uri#ja\":5}", "logo_uri is not the https URL of a page" },
	{ "{\"redirect_uris\":[\"https://x.example/\"],\"client_name\":5}", NULL },
};

static void a_refusal_leaves_a_word(void **state)
{
	struct world *w = *state;
	struct redirect_rule rule = { .pattern = "https://bad.example", .created_at = START };
	struct registered r;

	assert_go_on(redirect_rule_put(world_as(w, ROLE_MCPCTL), &rule));
	for (size_t i = 0; i < COUNT(refused); i++) {
		row_check(put(w, refused[i].metadata, &r) != NULL, "%s", refused[i].metadata);
		row_check(same_text(w->cx.trail.why, refused[i].why), "%s", shown(w->cx.trail.why));
	}
	assert_non_null(put(w, arena_printf(w->cx.arena, "{\"redirect_uris\":[\"x:%01000d\"]}", 0), &r));
	assert_in_range(strlen(w->cx.trail.why), 200, 350);
	assert_int_equal(rows(w, "client WHERE id NOT IN ('c_one', 'c_two')"), 0);
}

static void what_went_well_is_written_with_it(void **state)
{
	struct world *w = *state;
	const char *id = put_id(w, PUBLIC);

	assert_int_equal(rows(w, arena_printf(w->cx.arena,
	    "audit WHERE event = 'register' AND outcome = 'ok' AND client_id = '%s'", id)), 1);
	world_settings(w, "audit = off\n");
	put_id(w, SECRET);
	assert_int_equal(rows(w, "audit"), 1);
}

/* ---- a client and its own registration --------------------------------------------------------------------- */

static const struct fail *find(struct world *w, const char *id, const char *token, struct registered *r)
{
	next(w);
	return registration_find(&w->cx, id, token ? arena_printf(w->cx.arena, "Bearer %s", token) : NULL, r);
}

static struct registered managed(struct world *w)
{
	struct registered r;

	assert_go_on(put(w, SECRET, &r));
	return r;
}

static void only_the_right_token_opens(void **state)
{
	struct world *w = *state;
	struct registered one = managed(w), two = managed(w), r;
	struct secret other = crypto_secret(SECRET_MANAGEMENT);
	const char *open = put_id(w, PUBLIC);
	const struct { const char *id, *token; } wrong[] = {
		{ one.client->id, NULL }, { one.client->id, "" }, { one.client->id, "x" }, { one.client->id, other.v },
		{ one.client->id, two.management.v }, { one.client->id, one.secret.v }, { open, one.management.v }, { open, other.v },
		{ "c_nobody", one.management.v }, { "c_nobody", NULL }, { "", one.management.v }, { "c_one", one.management.v },
	};
	size_t n = COUNT(wrong);

	for (size_t i = 0; i < n; i++) {
		row_check(find(w, wrong[i].id, wrong[i].token, &r) == &registration_unmanaged, "%zu", i);
		row_check(w->cx.trail.why != NULL, "%zu", i);
	}
	assert_int_equal(world_ask(w, "SELECT count FROM limits WHERE key = 'token 192.0.2.1'"), n);
	assert_go_on(find(w, one.client->id, one.management.v, &r));
	assert_string_equal(r.client->id, one.client->id);
	assert_string_equal(r.management.v, one.management.v);
	assert_false(r.new_secret);
	assert_string_equal(w->cx.trail.client_id, one.client->id);
	assert_int_equal(world_ask(w, "SELECT count FROM limits WHERE key = 'token 192.0.2.1'"), n);
	world_sql(w, "UPDATE client SET disabled_at = 5");
	assert_ptr_equal(find(w, one.client->id, one.management.v, &r), &registration_unmanaged);
}

static void who_guesses_has_to_wait(void **state)
{
	struct world *w = *state;
	struct registered one = managed(w), r;
	const struct fail *no;

	world_settings(w, "limit_token = 3/60\n");
	for (int i = 0; i < 3; i++)
		assert_ptr_equal(find(w, one.client->id, NULL, &r), &registration_unmanaged);
	no = find(w, one.client->id, NULL, &r);
	assert_true(no && no->status == 429);
	no = find(w, one.client->id, one.management.v, &r);
	assert_true(no && no->status == 429);
	w->cx.now += 61;
	assert_go_on(find(w, one.client->id, one.management.v, &r));
	world_settings(w, "limit_token = 1/60\nrate_limits = off\n");
	for (int i = 0; i < 3; i++)
		assert_ptr_equal(find(w, one.client->id, NULL, &r), &registration_unmanaged);
}

static const struct fail *change(struct world *w, const struct registered *of, const char *more, struct registered *r)
{
	const struct fail *no = find(w, of->client->id, of->management.v, r);

	if (no)
		return no;
	return registration_change(&w->cx, parsed(w, arena_printf(w->cx.arena, "{\"client_id\":\"%s\",%s}", of->client->id, more)), r);
}

#define PLACE "\"redirect_uris\":[\"https://y.example/cb\"]"

static void a_change_replaces_everything(void **state)
{
	struct world *w = *state;
	struct registered one, two = managed(w), r;
	const struct client *c;

	assert_go_on(put(w, "{\"client_name\":\"X\",\"redirect_uris\":[\"https://x.example/cb\"],\"scope\":\"read:knowledge\","
	    "\"grant_types\":[\"authorization_code\"],\"client_uri\":\"https://x.example/\",\"contacts\":[\"a\"]}", &one));
	world_grant(w, one.client->id);
	w->cx.now += 5;
	assert_go_on(change(w, &one, PLACE ",\"client_name\":\"Y\",\"token_endpoint_auth_method\":\"client_secret_post\"", &r));
	assert_string_equal(r.client->id, one.client->id);
	assert_string_equal(r.client->name, "Y");
	assert_int_equal(r.client->created_at, START);
	assert_false(r.new_secret);
	assert_true(r.client->has_management);
	c = world_find_client(w, one.client->id);
	assert_string_equal(c->name, "Y");
	assert_string_equal(c->redirect_uris, "[\"https://y.example/cb\"]");
	assert_string_equal(c->auth_method, "client_secret_post");
	assert_string_equal(c->grant_types, "authorization_code refresh_token");
	assert_string_equal(c->scope, "");
	assert_null(c->uri);
	assert_string_equal(c->metadata, "{}");
	assert_true(c->has_secret && same_digest(&c->secret, &one.client->secret));
	assert_string_equal(world_find_client(w, two.client->id)->name, "X");
	assert_int_equal(rows(w, "grants WHERE revoked_at = 0"), 1);
	assert_int_equal(rows(w, "audit WHERE why = 'changed its registration'"), 1);
	assert_go_on(find(w, one.client->id, one.management.v, &r));
}

static void a_change_that_is_none_writes_nothing(void **state)
{
	struct world *w = *state;
	struct registered one = managed(w), r;

	world_settings(w, "registration = approve\n");
	assert_go_on(change(w, &one, "\"client_name\":\"X\",\"redirect_uris\":[\"https://x.example/cb\"]", &r));
	assert_false(r.client->waits);
	assert_int_equal(rows(w, "client WHERE waits = 1"), 0);
	assert_int_equal(rows(w, "audit WHERE why <> ''"), 0);
}

static void what_was_approved_is_looked_at_again_when_it_changes(void **state)
{
	struct world *w = *state;
	struct registered one = managed(w), r;

	world_settings(w, "registration = approve\n");
	assert_go_on(change(w, &one, PLACE, &r));
	assert_int_equal(rows(w, "client WHERE waits = 1"), 1);
	world_settings(w, "");
	assert_go_on(change(w, &one, PLACE ",\"client_name\":\"Z\"", &r));
	assert_int_equal(rows(w, "client WHERE waits = 1"), 1);
}

static void it_works_whoever_may_register(void **state)
{
	static const char *const settings[] = {
		"registration = off\n", "registration = token\nregistration_token = 0123456789012345678901234567890123456789\n",
	};
	struct world *w = *state;
	struct registered one = managed(w), r;

	for (size_t i = 0; i < COUNT(settings); i++) {
		world_settings(w, settings[i]);
		assert_non_null(registration_check(&w->cx, NULL));
		assert_go_on(change(w, &one, arena_printf(w->cx.arena, PLACE ",\"client_name\":\"%zu\"", i), &r));
	}
}

static void a_change_can_be_refused(void **state)
{
	struct world *w = *state;
	struct registered one = managed(w), two = managed(w), r;
	const struct { const char *body, *error; } wrong[] = {
		{ "[]", "invalid_client_metadata" }, { "\"x\"", "invalid_client_metadata" }, { "{}", "invalid_client_metadata" },
		{ "{" PLACE "}", "invalid_client_metadata" }, { "{\"client_id\":5," PLACE "}", "invalid_client_metadata" },
		{ "{\"client_id\":\"c_one\"," PLACE "}", "invalid_client_metadata" },
		{ "{\"client_id\":\"%s\"}", "invalid_redirect_uri" },
		{ "{\"client_id\":\"%s\",\"redirect_uris\":[]}", "invalid_redirect_uri" },
		{ "{\"client_id\":\"%s\",\"redirect_uris\":[\"javascript:x\"]}", "invalid_redirect_uri" },
		{ "{\"client_id\":\"%s\",\"token_endpoint_auth_method\":\"none\"," PLACE "}", "invalid_client_metadata" },
		{ "{\"client_id\":\"%s\",\"token_endpoint_auth_method\":\"private_key_jwt\"," PLACE "}", "invalid_client_metadata" },
		{ "{\"client_id\":\"%s\",\"client_secret\":\"x\"," PLACE "}", "invalid_client_metadata" },
		{ "{\"client_id\":\"%s\",\"client_secret\":null," PLACE "}", "invalid_client_metadata" },
		{ arena_printf(w->cx.arena, "{\"client_id\":\"%%s\",\"client_secret\":\"%s\"," PLACE "}", two.secret.v),
		    "invalid_client_metadata" },
		{ "{\"client_id\":\"%s\",\"registration_access_token\":\"x\"," PLACE "}", "invalid_client_metadata" },
		{ "{\"client_id\":\"%s\",\"registration_client_uri\":\"x\"," PLACE "}", "invalid_client_metadata" },
		{ "{\"client_id\":\"%s\",\"client_id_issued_at\":1," PLACE "}", "invalid_client_metadata" },
		{ "{\"client_id\":\"%s\",\"client_secret_expires_at\":0," PLACE "}", "invalid_client_metadata" },
		{ "{\"client_id\":\"%s\",\"client_name\":5," PLACE "}", "invalid_client_metadata" },
		{ "{\"client_id\":\"%s\",\"scope\":\"\\\"\"," PLACE "}", "invalid_client_metadata" },
	};

	for (size_t i = 0; i < COUNT(wrong); i++) {
		const char *at = strstr(wrong[i].body, "%s"), *body = wrong[i].body;
		const struct fail *no;

		if (at)
			body = arena_printf(w->cx.arena, "%.*s%s%s", (int)(at - body), body, one.client->id, at + 2);
		assert_go_on(find(w, one.client->id, one.management.v, &r));
		no = registration_change(&w->cx, parsed(w, body), &r);
		row_check(no && no->status == 400 && strcmp(no->error, wrong[i].error) == 0, "%s", body);
	}
	assert_go_on(change(w, &one, arena_printf(w->cx.arena, "\"client_secret\":\"%s\"," PLACE, one.secret.v), &r));
	assert_int_equal(rows(w, "client WHERE redirect_uris LIKE '%y.example%'"), 1);
}

static void what_is_dropped_is_gone_with_all_it_had(void **state)
{
	struct world *w = *state;
	struct registered one = managed(w), two = managed(w), r;

	world_code(w, one.client->id);
	world_code(w, two.client->id);
	world_sql(w, "INSERT INTO access SELECT CAST(id AS BLOB), id, 'x', 1, 2 FROM grants;"
	    "INSERT INTO refresh SELECT CAST(id AS BLOB), id, 0, 2, NULL, NULL FROM grants;"
	    "INSERT INTO pending (hash, owner, attempt, client_id, redirect_uri, challenge, scope, resource, created_at, expires_at)"
	    " SELECT CAST(id AS BLOB), x'01', '', id, 'x', 'x', 'x', 'x', 1, 2 FROM client WHERE secret IS NOT NULL");
	assert_int_equal(rows(w, "pending"), 2);
	assert_go_on(find(w, one.client->id, one.management.v, &r));
	assert_go_on(registration_drop(&w->cx, &r));
	assert_int_equal(rows(w, "grants"), 1);
	assert_int_equal(rows(w, "code"), 1);
	assert_int_equal(rows(w, "access"), 1);
	assert_int_equal(rows(w, "refresh"), 1);
	assert_int_equal(rows(w, "pending"), 1);
	assert_int_equal(rows(w, "audit WHERE why = 'removed itself'"), 1);
	assert_ptr_equal(find(w, one.client->id, one.management.v, &r), &registration_unmanaged);
	assert_go_on(find(w, two.client->id, two.management.v, &r));
}

/* Two requests that have both shown the token: the second one finds nothing to work on. */
static void who_comes_second_comes_too_late(void **state)
{
	struct world *w = *state;
	struct registered one = managed(w), first, second, third;

	assert_go_on(find(w, one.client->id, one.management.v, &first));
	assert_go_on(find(w, one.client->id, one.management.v, &second));
	assert_go_on(find(w, one.client->id, one.management.v, &third));
	assert_go_on(registration_drop(&w->cx, &first));
	next(w);
	assert_ptr_equal(registration_drop(&w->cx, &second), &registration_unmanaged);
	next(w);
	assert_ptr_equal(registration_change(&w->cx, parsed(w, arena_printf(w->cx.arena, "{\"client_id\":\"%s\"," PLACE "}",
	    one.client->id)), &third), &registration_unmanaged);
	assert_int_equal(rows(w, "client WHERE secret IS NOT NULL"), 0);
}

static void a_busy_file_is_nobody_s_fault(void **state)
{
	struct world *w = *state;
	struct registered one = managed(w), r;

	next(w);
	assert_go_on(store_begin(world_other(w, ROLE_REGISTER)));
	assert_go_on(find(w, one.client->id, one.management.v, &r));
	assert_ptr_equal(registration_drop(&w->cx, &r), &fail_unavailable);
	assert_ptr_equal(put(w, PUBLIC, &r), &fail_unavailable);
	store_end(w->other);
	assert_go_on(find(w, one.client->id, one.management.v, &r));
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_WORLD(the_same_is_one_and_costs_nothing),
		WITH_WORLD(only_what_is_kept_makes_a_difference),
		WITH_WORLD(a_client_with_a_secret_is_always_new),
		WITH_WORLD(of_two_at_once_the_first_is_the_answer),
		WITH_WORLD(a_disabled_one_does_not_come_back),
		WITH_WORLD(a_new_one_waits_only_where_somebody_approves),
		WITH_WORLD(only_a_new_one_is_counted),
		WITH_WORLD(a_refusal_leaves_a_word),
		WITH_WORLD(what_went_well_is_written_with_it),
		WITH_WORLD(only_the_right_token_opens),
		WITH_WORLD(who_guesses_has_to_wait),
		WITH_WORLD(a_change_replaces_everything),
		WITH_WORLD(a_change_that_is_none_writes_nothing),
		WITH_WORLD(what_was_approved_is_looked_at_again_when_it_changes),
		WITH_WORLD(it_works_whoever_may_register),
		WITH_WORLD(a_change_can_be_refused),
		WITH_WORLD(what_is_dropped_is_gone_with_all_it_had),
		WITH_WORLD(who_comes_second_comes_too_late),
		WITH_WORLD(a_busy_file_is_nobody_s_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
