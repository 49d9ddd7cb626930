/* SPDX-License-Identifier: ISC */
/*
 * test_store: what is single-use is taken once, however many connections try; and what is put is found as it
 * was: codes, pending requests, facts, documents.
 */
#include "world.h"

#include "store_document.h"
#include "store_meta.h"

/* ---- codes and pending requests: once ------------------------------------------------------------------ */

static void a_code_is_found_as_it_was_put(void **state)
{
	struct world *w = *state;
	struct secret s = world_code(w, "c_one");
	struct digest hash = crypto_digest_secret(&s), other = digest_of("other");
	struct code *c;

	assert_go_on(code_find(world_as(w, ROLE_TOKEN), w->cx.arena, &hash, &c));
	assert_non_null(c);
	assert_true(same_digest(&c->hash, &hash));
	assert_string_equal(c->client_id, "c_one");
	assert_string_equal(c->redirect_uri, "https://c.example/cb");
	assert_true(c->redirect_given);
	assert_string_equal(c->challenge, CHALLENGE);
	assert_int_equal(c->expires_at, START + 60);
	assert_int_equal(c->used_at, 0);
	assert_int_equal(c->tries, 0);
	assert_go_on(code_find(w->cx.store, w->cx.arena, &other, &c));
	assert_null(c);
}

static void a_code_is_taken_once_by_either_connection(void **state)
{
	struct world *w = *state;
	struct secret s = world_code(w, "c_one");
	struct digest hash = crypto_digest_secret(&s);
	struct code *c;
	bool taken = false;

	assert_go_on(code_take(world_as(w, ROLE_TOKEN), &hash, START + 1, &taken));
	assert_true(taken);
	assert_go_on(code_take(world_other(w, ROLE_TOKEN), &hash, START + 1, &taken));
	assert_false(taken);
	assert_go_on(code_take(w->cx.store, &hash, START + 2, &taken));
	assert_false(taken);
	assert_go_on(code_find(w->other, w->cx.arena, &hash, &c));
	assert_int_equal(c->used_at, START + 1);
}

static void a_code_is_not_taken_at_its_end(void **state)
{
	static const struct { int64_t at; bool taken; } row[] = { { 0, true }, { 59, true }, { 60, false },
	    { 61, false }, { 1000000, false } };
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(row); i++) {
		struct secret s = world_code(w, "c_one");
		struct digest hash = crypto_digest_secret(&s);
		bool taken = !row[i].taken;

		assert_go_on(code_take(world_as(w, ROLE_TOKEN), &hash, START + row[i].at, &taken));
		row_check(taken == row[i].taken, "after %lld s", (long long)row[i].at);
	}
}

static void wrong_tries_are_counted(void **state)
{
	struct world *w = *state;
	struct secret s = world_code(w, "c_one");
	struct digest hash = crypto_digest_secret(&s);
	struct code *c;

	for (int i = 1; i <= 3; i++) {
		assert_go_on(code_count_try(i % 2 ? world_as(w, ROLE_TOKEN) : world_other(w, ROLE_TOKEN), &hash));
		assert_go_on(code_find(world_as(w, ROLE_TOKEN), w->cx.arena, &hash, &c));
		assert_int_equal(c->tries, i);
		assert_int_equal(c->used_at, 0);
	}
}

static struct pending put_pending(struct world *w, const char *id, const char *owner, const char *asked_state)
{
	struct pending p = {
		.id = digest_of(id), .owner = digest_of(owner), .client_id = "c_one",
		    .redirect_uri = "https://c.example/cb",
		.redirect_given = false, .challenge = CHALLENGE, .scope = BOTH, .attempt = "0123456789abcdef", .resource = w->conf.resource[0].uri,
		    .state = asked_state,
		.created_at = w->cx.now, .expires_at = w->cx.now + 600,
	};

	assert_go_on(pending_put(world_as(w, ROLE_AUTHORIZE), &p));
	return p;
}

static void a_pending_request_is_found_as_it_was_put(void **state)
{
	struct world *w = *state;
	struct pending p = put_pending(w, "id", "owner", "a%20b%00"), *found;
	struct digest other = digest_of("other");

	assert_go_on(pending_find(w->cx.store, w->cx.arena, &p.id, &found));
	assert_non_null(found);
	assert_true(same_digest(&found->id, &p.id) && same_digest(&found->owner, &p.owner));
	assert_string_equal(found->client_id, p.client_id);
	assert_string_equal(found->redirect_uri, p.redirect_uri);
	assert_false(found->redirect_given);
	assert_string_equal(found->challenge, p.challenge);
	assert_string_equal(found->scope, p.scope);
	assert_string_equal(found->resource, p.resource);
	assert_string_equal(found->state, p.state);
	assert_int_equal(found->created_at, p.created_at);
	assert_int_equal(found->expires_at, p.expires_at);
	assert_int_equal(found->answered_at, 0);
	p = put_pending(w, "id2", "owner", NULL);
	assert_go_on(pending_find(w->cx.store, w->cx.arena, &p.id, &found));
	assert_null(found->state);
	assert_go_on(pending_find(w->cx.store, w->cx.arena, &other, &found));
	assert_null(found);
}

static void a_pending_request_is_answered_once(void **state)
{
	struct world *w = *state;
	struct pending p = put_pending(w, "id", "owner", NULL), *found;
	bool taken = false;

	world_session(w, p.owner);
	assert_go_on(pending_take(w->cx.store, &p.id, &p.owner, START + 9, &taken));
	assert_true(taken);
	assert_go_on(pending_take(world_other(w, ROLE_AUTHORIZE), &p.id, &p.owner, START + 9, &taken));
	assert_false(taken);
	assert_go_on(pending_find(w->cx.store, w->cx.arena, &p.id, &found));
	assert_int_equal(found->answered_at, START + 9);
}

static void a_pending_request_is_answered_in_its_time_by_its_browser(void **state)
{
	static const struct { const char *owner; int64_t at; bool taken; } row[] = {
		{ "owner", 0, true }, { "owner", 599, true }, { "owner", 600, false }, { "owner", 601, false },
		{ "other", 0, false }, { "", 1, false },
	};
	struct world *w = *state;

	world_session(w, digest_of("owner"));
	for (size_t i = 0; i < COUNT(row); i++) {
		struct pending p = put_pending(w, arena_printf(w->cx.arena, "id%zu", i), "owner", NULL);
		struct digest owner = digest_of(row[i].owner);
		bool taken = !row[i].taken;

		assert_go_on(pending_take(w->cx.store, &p.id, &owner, START + row[i].at, &taken));
		row_check(taken == row[i].taken, "%s after %lld s", row[i].owner, (long long)row[i].at);
	}
}

static void what_a_browser_asked_moves_to_its_session(void **state)
{
	struct world *w = *state;
	struct pending mine = put_pending(w, "mine", "before", NULL), too = put_pending(w, "too", "before", NULL);
	struct pending foreign = put_pending(w, "foreign", "other", NULL), *found;
	struct digest session = digest_of("session");
	bool taken = true;

	assert_go_on(pending_move(w->cx.store, &mine.owner, &session));
	assert_go_on(pending_take(w->cx.store, &mine.id, &session, START + 1, &taken));
	assert_false(taken);		/* nobody is signed in yet */
	world_session(w, session);
	assert_go_on(pending_take(w->cx.store, &mine.id, &mine.owner, START + 1, &taken));
	assert_false(taken);
	assert_go_on(pending_take(w->cx.store, &mine.id, &session, START + 1, &taken));
	assert_true(taken);
	assert_go_on(pending_take(w->cx.store, &too.id, &session, START + 1, &taken));
	assert_true(taken);
	assert_go_on(pending_find(w->cx.store, w->cx.arena, &foreign.id, &found));
	assert_true(same_digest(&found->owner, &foreign.owner));
}

/* ---- facts, documents ---------------------------------------------------------------------------------- */

static void the_key_of_a_file_stays_and_is_its_own(void **state)
{
	struct world *w = *state, *w2 = world_new();
	struct digest one, again, other, zero = { { 0 } };

	assert_go_on(meta_find_key(world_as(w, ROLE_AUTHORIZE), &one));
	assert_go_on(meta_find_key(world_other(w, ROLE_AUTHORIZE), &again));
	assert_go_on(meta_find_key(world_as(w2, ROLE_AUTHORIZE), &other));
	assert_true(same_digest(&one, &again));
	assert_false(same_digest(&one, &other));
	assert_false(same_digest(&one, &zero));
	world_drop(w2);
}

static int64_t put_document(struct world *w, const char *title, const char *content, int64_t user)
{
	struct document d = { .title = title, .content = content, .tags = "", .created_at = w->cx.now };

	assert_go_on(store_begin(world_as(w, ROLE_MCP)));
	assert_go_on(document_put(w->cx.store, &d, user));
	assert_go_on(store_commit(w->cx.store));
	return d.id;
}

static void documents_are_found_best_first(void **state)
{
	struct world *w = *state;
	int64_t content = put_document(w, "Other", "a line about apples, and a second line", w->user);
	int64_t title = put_document(w, "Apples", "round", 0), n;
	struct hit *hit;
	size_t hits;

	put_document(w, "Pears", "nothing of the kind", 0);
	assert_go_on(document_search(w->cx.store, w->cx.arena, w->user, "\"apples\"", 10, &hit, &hits));
	assert_int_equal(hits, 2);
	assert_int_equal(hit[0].id, title);
	assert_int_equal(hit[1].id, content);
	assert_true(hit[0].score > hit[1].score);
	assert_string_equal(hit[1].author, "ada");
	assert_non_null(strstr(hit[1].snippet, "**apples**"));
	assert_int_equal(hit[1].created_at, START);
	assert_go_on(document_search(w->cx.store, w->cx.arena, w->user, "\"apples\"", 1, &hit, &hits));
	assert_int_equal(hits, 1);
	assert_go_on(document_search(w->cx.store, w->cx.arena, w->user, "\"cherries\"", 10, &hit, &hits));
	assert_int_equal(hits, 0);
	assert_go_on(document_count(world_as(w, ROLE_MCPCTL), &n));
	assert_int_equal(n, 3);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_WORLD(a_code_is_found_as_it_was_put),
		WITH_WORLD(a_code_is_taken_once_by_either_connection),
		WITH_WORLD(a_code_is_not_taken_at_its_end),
		WITH_WORLD(wrong_tries_are_counted),
		WITH_WORLD(a_pending_request_is_found_as_it_was_put),
		WITH_WORLD(a_pending_request_is_answered_once),
		WITH_WORLD(a_pending_request_is_answered_in_its_time_by_its_browser),
		WITH_WORLD(what_a_browser_asked_moves_to_its_session),
		WITH_WORLD(the_key_of_a_file_stays_and_is_its_own),
		WITH_WORLD(documents_are_found_best_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
