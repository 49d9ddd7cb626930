/* SPDX-License-Identifier: ISC */
/* test_store_redirect: the operator's rules as rows, and that a request reads them when it needs them, once. */
#include "world.h"

#include "buf.h"
#include "redirect.h"

static int64_t put_rule(struct world *w, bool allow, const char *pattern)
{
	struct redirect_rule r = { .allow = allow, .pattern = pattern, .created_at = w->cx.now };

	assert_go_on(redirect_rule_put(world_as(w, ROLE_MCPCTL), &r));
	return r.id;
}

static void remember(void *with, const struct redirect_rule *r)
{
	struct buf *b = with;

	buf_printf(b, "%lld %s %s %lld\n", (long long)r->id, r->allow ? "allow" : "deny", r->pattern,
	    (long long)r->created_at - START);
}

static const char *list(struct world *w)
{
	struct buf b = buf_new(w->cx.arena);

	assert_go_on(redirect_rule_each(world_as(w, ROLE_REGISTER), w->cx.arena, remember, &b));
	return b.v;
}

static void rules_come_and_go(void **state)
{
	struct world *w = *state;
	bool found;

	assert_string_equal(list(w), "");
	assert_int_equal(put_rule(w, true, "https://a.example/*"), 1);
	assert_int_equal(put_rule(w, false, "https://b.example/*"), 2);
	w->cx.now += 5;
	assert_int_equal(put_rule(w, true, "https://a.example/*"), 1);
	assert_int_equal(put_rule(w, false, "https://a.example/*"), 3);
	assert_string_equal(list(w), "1 allow https://a.example/* 0\n2 deny https://b.example/* 0\n3 deny https://a.example/* 5\n");
	assert_go_on(redirect_rule_drop(world_as(w, ROLE_MCPCTL), 1, &found));
	assert_true(found);
	assert_go_on(redirect_rule_drop(w->cx.store, 1, &found));
	assert_false(found);
	assert_string_equal(list(w), "2 deny https://b.example/* 0\n3 deny https://a.example/* 5\n");
}

static bool check(struct world *w, const char *uri)
{
	bool allowed;

	world_as(w, ROLE_AUTHORIZE);
	assert_go_on(redirect_check(&w->cx, uri, &allowed));
	return allowed;
}

static void a_request_reads_them_once(void **state)
{
	struct world *w = *state;

	assert_true(check(w, "https://a.example/cb"));
	assert_null(w->cx.trail.why);
	put_rule(w, false, "https://a.example");
	assert_true(check(w, "https://a.example/cb"));
	w->cx.redirect_rules = NULL;
	w->cx.trail.why = "before";
	assert_true(check(w, "https://b.example/cb"));
	assert_string_equal(w->cx.trail.why, "before");
	assert_false(check(w, "https://a.example/cb"));
	assert_string_equal(w->cx.trail.why,
	    "redirect_uri 'https://a.example/cb' is what the deny rule 1 means, https://a.example");
	put_rule(w, true, "https://a.example/cb");
	w->cx.redirect_rules = NULL;
	assert_false(check(w, "https://a.example/cb"));
}

/* Without the rules nothing is allowed. */
static void rules_that_cannot_be_read_allow_nothing(void **state)
{
	struct world *w = *state;
	bool allowed = true;

	store_drop(w->cx.store);
	w->cx.store = store_new(ROLE_AUTHORIZE, arena_printf(w->cx.arena, "%s/none.db", w->folder), 50);
	assert_ptr_equal(redirect_check(&w->cx, "https://a.example/cb", &allowed), &fail_unavailable);
	assert_false(allowed);
	assert_null(w->cx.redirect_rules);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_WORLD(rules_come_and_go),
		WITH_WORLD(a_request_reads_them_once),
		WITH_WORLD(rules_that_cannot_be_read_allow_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
