/* SPDX-License-Identifier: ISC */
/* test_listen: rounds of listeners with a clock that the test moves: what they hear, and when it is over for them. */
#include "world.h"

#include "http.h"
#include "json.h"
#include "listen.h"
#include "rpc_message.h"
#include "serve.h"
#include "store_change.h"
#include "stream.h"

#define ID ",\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":\"s\"}"
#define META "\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":\"s\"}"
#define NOTE(method, more) "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/" method "\",\"params\":{" META more "}}\n\n"
#define RESULT "data: {\"jsonrpc\":\"2.0\",\"id\":\"s\",\"result\":{\"resultType\":\"complete\"" ID "}}\n\n"
#define LISTS "{\"toolsListChanged\":true,\"promptsListChanged\":true,\"resourcesListChanged\":true}"

/* A stream whose bytes the test reads. */
struct ear {
	struct buf heard;
	struct front front;
	struct response rs;
	struct stream s;
	struct listener *l;
};

static struct ear ear;

static int hear(void *with, const char *from, size_t n)
{
	struct ear *e = with;

	buf_put(&e->heard, from, n);
	return 0;
}

static struct bearer bearer_of(struct world *w, const char *client)
{
	struct secret s = crypto_secret(SECRET_ACCESS);
	struct grant g = world_grant(w, client);
	const struct access t = {
		.hash = crypto_digest_secret(&s), .grant_id = g.id, .scope = BOTH, .issued_at = w->cx.now, .expires_at = w->cx.now + 3600,
	};
	struct bearer *b;

	assert_go_on(access_put(world_as(w, ROLE_TOKEN), &t));
	assert_go_on(access_find(world_as(w, ROLE_LISTEN), w->cx.arena, &t.hash, w->cx.now, &b));
	assert_non_null(b);
	return *b;
}

static const struct fail *ask(struct world *w, const struct bearer *who, const char *notifications, struct listener **l)
{
	struct rpc_message m = { .kind = RPC_REQUEST, .id = "\"s\"", .method = "subscriptions/listen", .revision = REVISION_MODERN };
	const char *text = arena_printf(w->cx.arena, "{\"notifications\":%s}", notifications);

	assert_true(json_read(w->cx.arena, text, strlen(text), &m.params));
	return listen_new(&w->cx, who, &m, l);
}

static void begin(struct world *w, const struct bearer *who, const char *notifications)
{
	ear = (struct ear){ .heard = buf_new(w->cx.arena), .front = { .with = &ear, .write = hear }, .rs = { .arena = w->cx.arena } };
	ear.s = (struct stream){ .front = &ear.front, .rs = &ear.rs };
	world_as(w, ROLE_LISTEN);
	assert_go_on(ask(w, who, notifications, &ear.l));
	listen_streams.begin(&w->cx, &ear.s, ear.l);
}

/* What is heard since the last call, without the head and the names of the events. */
static const char *news(struct world *w)
{
	struct buf b = buf_new(w->cx.arena);
	const char *at = ear.heard.v;

	while ((at = strstr(at, "data: "))) {
		size_t n = (size_t)(strstr(at, "\n\n") + 2 - at);

		buf_put(&b, at, n);
		at += n;
	}
	ear.heard = buf_new(w->cx.arena);
	return b.v;
}

/* One round; is it still on? */
static bool go_round(struct world *w)
{
	world_as(w, ROLE_LISTEN);
	listen_streams.look(&w->cx);
	return listen_streams.tick(&w->cx, &ear.s, ear.l);
}

static void put(struct world *w, enum change_kind kind, const char *about, int64_t user_id)
{
	assert_go_on(change_put(world_other(w, ROLE_MCP), kind, about, user_id, w->cx.now));
}

static void first_what_is_honoured(void **state)
{
	struct world *w = *state;
	struct bearer who = bearer_of(w, "c_one");

	begin(w, &who, "{\"promptsListChanged\":true,\"toolsListChanged\":false,\"resourceSubscriptions\":[\"kb:///documents/1\",\"x:y\"]}");
	assert_string_equal(news(w), NOTE("subscriptions/acknowledged", ",\"notifications\":{\"promptsListChanged\":true}"));
	listen_drop(ear.l);
}

static void only_what_happens_from_now_on_and_only_once(void **state)
{
	struct world *w = *state;
	struct bearer who = bearer_of(w, "c_one");

	put(w, CHANGE_TOOLS, "", 0);
	begin(w, &who, LISTS);
	news(w);
	assert_true(go_round(w));
	assert_string_equal(news(w), "");
	put(w, CHANGE_PROMPTS, "", 0);
	put(w, CHANGE_TOOLS, "", 0);
	put(w, CHANGE_TOOLS, "", w->user);
	assert_true(go_round(w));
	assert_string_equal(news(w), NOTE("tools/list_changed", "") NOTE("prompts/list_changed", ""));
	assert_true(go_round(w));
	assert_string_equal(news(w), "");
	listen_drop(ear.l);
}

static void what_is_somebody_elses_is_not_heard(void **state)
{
	struct world *w = *state;
	struct bearer who = bearer_of(w, "c_one");

	begin(w, &who, LISTS);
	news(w);
	put(w, CHANGE_TOOLS, "", w->user + 1);
	assert_true(go_round(w));
	assert_string_equal(news(w), "");
	listen_drop(ear.l);
}

static void a_token_that_expires_ends_it_within_a_minute(void **state)
{
	struct world *w = *state;
	struct bearer who = bearer_of(w, "c_one");

	begin(w, &who, LISTS);
	news(w);
	w->conf.listen_life = 1800;
	w->cx.now += 50;
	assert_true(go_round(w));
	world_sql(w, "UPDATE access SET expires_at = 1785231055");
	assert_true(go_round(w));		/* somebody has written, and the token is still good */
	w->cx.now += 30;
	assert_true(go_round(w));		/* nobody has written since */
	w->cx.now += 31;
	assert_false(go_round(w));
	assert_string_equal(news(w), RESULT);
	listen_drop(ear.l);
}

static void a_grant_that_is_revoked_ends_it_within_a_second(void **state)
{
	struct world *w = *state;
	struct bearer who = bearer_of(w, "c_one");

	begin(w, &who, LISTS);
	news(w);
	world_sql(w, "UPDATE grants SET revoked_at = 1785231000");
	assert_true(go_round(w));
	w->cx.now++;
	assert_false(go_round(w));
	assert_string_equal(news(w), RESULT);
	listen_drop(ear.l);
}

static void a_life_is_as_long_as_the_settings_say_about(void **state)
{
	struct world *w = *state;
	struct bearer who = bearer_of(w, "c_one");
	int64_t least = INT64_MAX, most = 0;

	world_sql(w, "UPDATE access SET expires_at = expires_at + 3600");
	w->conf.listen_life = 600;
	for (int i = 0; i < 40; i++) {
		int64_t from = w->cx.now;

		begin(w, &who, LISTS);
		while (go_round(w))
			w->cx.now++;
		least = w->cx.now - from < least ? w->cx.now - from : least;
		most = w->cx.now - from > most ? w->cx.now - from : most;
		w->cx.now = from;
		listen_drop(ear.l);
	}
	assert_in_range(least, 540, 590);
	assert_in_range(most, 610, 660);
	begin(w, &who, LISTS);
	listen_shorten(ear.l, 20);
	w->cx.now += 19;
	assert_true(go_round(w));
	w->cx.now++;
	assert_false(go_round(w));
	listen_drop(ear.l);
}

static void one_person_and_all_have_so_many(void **state)
{
	struct world *w = *state;
	struct bearer one = bearer_of(w, "c_one"), two = bearer_of(w, "c_two"), machine = { .client_id = "m", .scope = "" };
	struct listener *l[4], *more;

	world_settings(w, "listen_person = 2\nlisten_max = 4\n");
	world_as(w, ROLE_LISTEN);
	assert_go_on(ask(w, &one, LISTS, &l[0]));
	assert_go_on(ask(w, &two, LISTS, &l[1]));
	assert_int_equal(ask(w, &one, LISTS, &more)->code, RPC_INTERNAL_ERROR);	/* the same person with another client */
	assert_go_on(ask(w, &machine, LISTS, &l[2]));
	assert_go_on(ask(w, &machine, LISTS, &l[3]));
	machine.client_id = "other";
	assert_int_equal(ask(w, &machine, LISTS, &more)->code, RPC_INTERNAL_ERROR);
	listen_drop(l[1]);
	assert_go_on(ask(w, &machine, LISTS, &l[1]));
	for (int i = 0; i < 4; i++)
		listen_drop(l[i]);
}

static void the_end_of_the_process_is_a_result(void **state)
{
	struct world *w = *state;
	struct bearer who = bearer_of(w, "c_one");

	begin(w, &who, "{}");
	news(w);
	listen_streams.end(&w->cx, &ear.s, ear.l);
	assert_string_equal(news(w), RESULT);
	listen_streams.drop(ear.l);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(first_what_is_honoured), TEST(only_what_happens_from_now_on_and_only_once), TEST(what_is_somebody_elses_is_not_heard),
		TEST(a_token_that_expires_ends_it_within_a_minute), TEST(a_grant_that_is_revoked_ends_it_within_a_second),
		TEST(a_life_is_as_long_as_the_settings_say_about), TEST(one_person_and_all_have_so_many),
		TEST(the_end_of_the_process_is_a_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
