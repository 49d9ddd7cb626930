/* SPDX-License-Identifier: ISC */
/*
 * test_kb: the knowledge base as each person sees it: what is private is nobody else's by any way, what was changed is found as it is
 * now, and those who listen hear of what they may see.
 */
#include "world.h"

#include "buf.h"
#include "kb_change.h"
#include "search.h"
#include "store_change.h"

struct people {
	struct world *w;
	struct bearer ada, bob, machine;
};

static struct people *people_of(void **state, const char *settings)
{
	struct world *w = *state;
	struct people *p = arena_take(w->lasting, sizeof *p);
	struct user *u;
	bool taken;

	world_settings(w, settings);
	assert_go_on(user_put(world_as(w, ROLE_MCPCTL), "bob", "$scrypt$", START, &taken));
	assert_go_on(user_find(w->cx.store, w->cx.arena, "bob", &u));
	world_as(w, ROLE_MCP);
	*p = (struct people){
		.w = w, .ada = { .user_id = w->user, .user_name = "ada", .scope = BOTH }, .bob = { .user_id = u->id, .user_name = "bob",
		.scope = BOTH }, .machine = { .scope = BOTH },
	};
	return p;
}

static int64_t put(struct people *p, const struct bearer *who, const char *title, const char *content, const char *tags)
{
	struct document d = { .title = title, .content = content, .tags = tags };

	assert_go_on(kb_put(&p->w->cx, who, &d));
	return d.id;
}

/* As the operator's import does. */
static int64_t import(struct people *p, const char *title)
{
	struct document d = { .title = title, .content = "imported", .tags = "", .created_at = START };

	assert_go_on(store_begin(world_as(p->w, ROLE_MCPCTL)));
	assert_go_on(document_put(p->w->cx.store, &d, 0));
	assert_go_on(store_commit(p->w->cx.store));
	world_as(p->w, ROLE_MCP);
	return d.id;
}

/* Titles between blanks. */
static const char *listed(struct people *p, const struct bearer *who, int64_t after, size_t most, bool *more)
{
	struct buf b = buf_new(p->w->cx.arena);
	struct document *d;
	size_t n;

	assert_go_on(kb_each(&p->w->cx, who, after, most, &d, &n, more));
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i ? " " : "", d[i].title);
	return b.v;
}

static const char *tagged(struct people *p, const struct bearer *who, const char *tag, size_t most, bool *more)
{
	struct buf b = buf_new(p->w->cx.arena);
	struct document *d;
	size_t n;

	assert_go_on(kb_each_tagged(&p->w->cx, who, tag, 0, most, &d, &n, more));
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i ? " " : "", d[i].title);
	return b.v;
}

static const char *completed(struct people *p, const struct bearer *who, const char *typed, size_t most, bool *more)
{
	struct buf b = buf_new(p->w->cx.arena);
	const char **value;
	size_t n;

	assert_go_on(kb_complete(&p->w->cx, who, typed, most, &value, &n, more));
	assert_true(n <= most);
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i ? " " : "", value[i]);
	return b.v;
}

static const char *found(struct people *p, const struct bearer *who, const char *query, double *score)
{
	struct buf b = buf_new(p->w->cx.arena);
	struct hit *hit;
	size_t n;

	assert_go_on(document_search(p->w->cx.store, p->w->cx.arena, who->user_id, search_expression(p->w->cx.arena, query), 20, &hit, &n));
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i ? " " : "", hit[i].title);
	if (score)
		*score = n ? hit[0].score : 0;
	return b.v;
}

static bool reads(struct people *p, const struct bearer *who, int64_t id)
{
	struct document *d;

	assert_go_on(kb_read(&p->w->cx, who, id, &d));
	assert_true(!d || (d->id == id && d->content));
	return d != NULL;
}

static const char *updated(struct people *p, const struct bearer *who, int64_t id, const char *title, const char *content, const char *tags)
{
	struct document to = { .title = title, .content = content, .tags = tags }, *d;
	const char *wrong;

	assert_go_on(kb_update(&p->w->cx, who, id, &to, &d, &wrong));
	return wrong;
}

static const char *dropped(struct people *p, const struct bearer *who, int64_t id)
{
	struct document *d;
	const char *wrong;

	assert_go_on(kb_drop(&p->w->cx, who, id, &d, &wrong));
	assert_true(wrong || d->id == id);
	return wrong;
}

/* The rows of change as text. */
static const char *told(struct people *p)
{
	struct buf b = buf_new(p->w->cx.arena);
	struct change *c;
	size_t n;

	assert_go_on(change_since(p->w->cx.store, p->w->cx.arena, 0, 100, &c, &n));
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%s:%s:%lld", i ? " " : "", c[i].kind == CHANGE_RESOURCE ? "one" : c[i].kind == CHANGE_RESOURCES ? "list" : "?",
		    c[i].about, (long long)c[i].user_id);
	world_sql(p->w, "DELETE FROM change");
	return b.v;
}

/* Does the full-text index say the same as the rows? */
static void assert_indexed(struct people *p)
{
	world_sql(p->w, "INSERT INTO document_text (document_text, rank) VALUES ('integrity-check', 1)");
}

static void a_uri_is_an_id_in_one_spelling(void **state)
{
	static const struct {
		const char *uri;
		int64_t id;		/* 0: none */
	} rows[] = {
		{ "kb:///documents/7", 7 }, { "kb:///documents/10", 10 }, { "kb:///documents/9007199254740991", 9007199254740991 },
		{ "kb:///documents/9007199254740992", 0 }, { "kb:///documents/9223372036854775808", 0 },
		{ "kb:///documents/18446744073709551623", 0 }, { "kb:///documents/10000000000000007", 0 }, { "kb:///documents/0", 0 },
		{ "kb:///documents/07", 0 }, { "kb:///documents/", 0 }, { "kb:///documents/-7", 0 }, { "kb:///documents/+7", 0 },
		{ "kb:///documents/ 7", 0 }, { "kb:///documents/7 ", 0 }, { "kb:///documents/7/", 0 }, { "kb:///documents/7#a", 0 },
		{ "kb:///documents/7?a", 0 }, { "kb:///documents/%37", 0 }, { "kb:///documents/x", 0 }, { "KB:///documents/7", 0 },
		{ "kb:///Documents/7", 0 }, { "kb://documents/7", 0 }, { "kb:/documents/7", 0 }, { "kb:///documents//7", 0 },
		{ "kb:///documents/../7", 0 }, { "kb:///documents/7\n", 0 }, { "kb:///documents/\xd9\xa7", 0 }, { "", 0 }, { "7", 0 },
	};
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t id = -1;
		bool is = kb_id(rows[i].uri, &id);

		row_check(is == (rows[i].id != 0), "%s", rows[i].uri);
		row_check(!is || id == rows[i].id, "%s: %lld", rows[i].uri, (long long)id);
		row_check(!is || same_text(kb_uri(w->cx.arena, id), rows[i].uri), "%s", rows[i].uri);
	}
}

static void a_person_changes_what_he_wrote(void **state)
{
	struct people *p = people_of(state, "");
	int64_t his = put(p, &p->ada, "Sourdough", "flour and water", "bread"), operators = import(p, "Handbook"),
	    machines = put(p, &p->machine, "Report", "made nightly", "");
	struct document *d;

	p->w->cx.now += 60;
	assert_null(updated(p, &p->ada, his, NULL, "rye and water", NULL));
	assert_go_on(kb_read(&p->w->cx, &p->ada, his, &d));
	assert_string_equal(d->title, "Sourdough");
	assert_string_equal(d->content, "rye and water");
	assert_string_equal(d->tags, "bread");
	assert_int_equal(d->created_at, START);
	assert_int_equal(d->updated_at, START + 60);
	assert_int_equal(document_changed_at(d), START + 60);
	assert_string_equal(found(p, &p->bob, "rye", NULL), "Sourdough");
	assert_string_equal(found(p, &p->bob, "flour", NULL), "");
	assert_null(updated(p, &p->ada, his, "Levain", NULL, ""));
	assert_string_equal(found(p, &p->bob, "sourdough", NULL), "");
	assert_string_equal(found(p, &p->bob, "bread", NULL), "");
	assert_string_equal(found(p, &p->bob, "levain rye", NULL), "Levain");
	assert_indexed(p);
	for (int i = 0; i < 2; i++) {
		const struct bearer *who = i ? &p->bob : &p->machine;

		assert_string_equal(updated(p, who, his, "x", NULL, NULL), "Only the person who wrote a document can change or delete it.");
		assert_string_equal(dropped(p, who, his), "Only the person who wrote a document can change or delete it.");
	}
	for (int i = 0; i < 2; i++) {
		int64_t nobodys = i ? operators : machines;

		assert_string_equal(dropped(p, &p->machine, nobodys), "Only the person who wrote a document can change or delete it.");
		assert_string_equal(dropped(p, &p->ada, nobodys), "Only the person who wrote a document can change or delete it.");
		assert_true(reads(p, &p->machine, nobodys));
	}
	assert_string_equal(updated(p, &p->ada, his + 100, "x", NULL, NULL), kb_nothing);
	assert_string_equal(updated(p, &p->ada, his, "a\nb", NULL, NULL), "title must be one line of text, without control characters");
	assert_string_equal(updated(p, &p->ada, his, NULL, " \n", NULL), "content must not be blank");
	assert_null(dropped(p, &p->ada, his));
	assert_string_equal(dropped(p, &p->ada, his), kb_nothing);
	assert_false(reads(p, &p->ada, his));
	assert_string_equal(found(p, &p->ada, "rye", NULL), "");
	assert_indexed(p);
}

static void a_number_is_not_given_twice(void **state)
{
	struct people *p = people_of(state, "");
	int64_t one = put(p, &p->ada, "One", "1", ""), two = put(p, &p->ada, "Two", "2", ""), three;

	assert_int_equal(one, 1);
	assert_int_equal(two, 2);
	assert_null(dropped(p, &p->ada, two));
	three = put(p, &p->ada, "Three", "3", "");
	assert_int_equal(three, 3);
	world_sql(p->w, "INSERT INTO document (id, title, content, tags, created_at) VALUES (9, 'x', 'x', '', 1)");
	assert_int_equal(put(p, &p->ada, "Four", "4", ""), 10);
	world_settings(p->w, "kb_visibility = private\n");
	assert_true(put(p, &p->bob, "Mine", "5", "") > UINT32_MAX);
	assert_int_equal(import(p, "Five"), 11);
}

/* A file of before, where documents have numbers and nobody has counted them. */
static void counting_goes_on_behind_what_is_there(void **state)
{
	struct people *p = people_of(state, "");

	world_sql(p->w, "INSERT INTO document (id, title, content, tags, created_at) VALUES (41, 'x', 'x', '', 1)");
	assert_int_equal(put(p, &p->ada, "New", "n", ""), 42);
}

static void what_is_private_is_its_authors_alone(void **state)
{
	struct people *p = people_of(state, "kb_visibility = private\n");
	int64_t his = put(p, &p->ada, "Salary", "the secret number", "money"), all = import(p, "Handbook");
	const struct bearer *others[] = { &p->bob, &p->machine };
	bool more;

	assert_in_range(his, UINT32_MAX, DOCUMENT_ID_MAX);
	assert_true(reads(p, &p->ada, his));
	assert_string_equal(found(p, &p->ada, "secret", NULL), "Salary");
	assert_string_equal(listed(p, &p->ada, 0, 9, &more), "Handbook Salary");
	assert_string_equal(tagged(p, &p->ada, "money", 9, &more), "Salary");
	assert_string_equal(completed(p, &p->ada, "sal", 9, &more), arena_printf(p->w->cx.arena, "%lld", (long long)his));
	for (size_t i = 0; i < COUNT(others); i++) {
		const char *digits = arena_printf(p->w->cx.arena, "%lld", (long long)his);

		assert_false(reads(p, others[i], his));
		assert_true(reads(p, others[i], all));
		assert_string_equal(found(p, others[i], "secret", NULL), "");
		assert_string_equal(listed(p, others[i], 0, 1, &more), "Handbook");
		assert_false(more);
		assert_string_equal(listed(p, others[i], all, 9, &more), "");
		assert_string_equal(tagged(p, others[i], "money", 9, &more), "");
		assert_false(more);
		assert_string_equal(completed(p, others[i], "sal", 9, &more), "");
		assert_string_equal(completed(p, others[i], digits, 9, &more), "");
		assert_string_equal(completed(p, others[i], arena_text(p->w->cx.arena, digits, 5), 9, &more), "");
		assert_string_equal(completed(p, others[i], "", 1, &more), "1");
		assert_false(more);
		assert_string_equal(updated(p, others[i], his, "x", NULL, NULL), kb_nothing);
		assert_string_equal(updated(p, others[i], his, "a\nb", NULL, NULL), kb_nothing);
		assert_string_equal(dropped(p, others[i], his), kb_nothing);
	}
	assert_true(reads(p, &p->ada, his));
	assert_indexed(p);
}

/* bm25() would: it counts how many documents have the word, and how long all of them are. */
static void a_score_tells_nothing_of_others(void **state)
{
	struct people *p = people_of(state, "kb_visibility = private\n");
	double before, after, two_before, two_after;
	int64_t first, second;

	put(p, &p->ada, "Probe", "is there a merger with contoso", "");
	put(p, &p->ada, "Other", "contoso", "");
	found(p, &p->ada, "merger", &before);
	found(p, &p->ada, "contoso", &two_before);
	assert_true(before > 0);
	first = put(p, &p->ada, "First", "1", "");
	for (int i = 0; i < 40; i++)
		put(p, &p->bob, "Merger", "the merger, the merger and a very long text about the merger with contoso", "merger");
	second = put(p, &p->ada, "Second", "2", "");
	found(p, &p->ada, "merger", &after);
	found(p, &p->ada, "contoso", &two_after);
	assert_true(before == after);
	assert_true(two_before == two_after);
	assert_true(second >> 20 == first >> 20);
	assert_true(second - first != 41 && first - second != 41);
}

static void a_document_keeps_what_it_was_made_with(void **state)
{
	struct people *p = people_of(state, "");
	int64_t open = put(p, &p->ada, "Open", "for all", ""), closed, machines;
	bool more;

	world_settings(p->w, "kb_visibility = private\n");
	closed = put(p, &p->ada, "Closed", "for me", "");
	machines = put(p, &p->machine, "Nightly", "for all", "");
	assert_true(reads(p, &p->bob, open));
	assert_true(reads(p, &p->bob, machines));
	assert_null(updated(p, &p->ada, open, NULL, "for all of you", NULL));
	assert_true(reads(p, &p->bob, open));
	world_settings(p->w, "kb_visibility = team\n");
	assert_false(reads(p, &p->bob, closed));
	assert_null(updated(p, &p->ada, closed, NULL, "for me alone", NULL));
	assert_false(reads(p, &p->bob, closed));
	assert_string_equal(listed(p, &p->bob, 0, 9, &more), "Open Nightly");
	world_sql(p->w, arena_printf(p->w->cx.arena, "PRAGMA foreign_keys = ON; DELETE FROM user WHERE id = %lld", (long long)p->ada.user_id));
	assert_true(reads(p, &p->bob, open));
	assert_false(reads(p, &p->bob, closed));
	assert_false(reads(p, &p->machine, closed));
	assert_string_equal(found(p, &p->machine, "alone", NULL), "");
}

static void pages_follow_each_other(void **state)
{
	struct people *p = people_of(state, "");
	bool more;

	for (int i = 1; i <= 4; i++)
		put(p, i % 2 ? &p->ada : &p->bob, arena_printf(p->w->cx.arena, "D%d", i), "text", i % 2 ? "how-to\nOdd ones" : "how to");
	world_settings(p->w, "kb_visibility = private\n");
	put(p, &p->ada, "P", "text", "how-to");
	assert_string_equal(listed(p, &p->ada, 0, 3, &more), "D1 D2 D3");
	assert_true(more);
	assert_string_equal(listed(p, &p->ada, 3, 3, &more), "D4 P");
	assert_false(more);
	assert_string_equal(listed(p, &p->ada, 3, 2, &more), "D4 P");
	assert_false(more);
	assert_string_equal(listed(p, &p->ada, DOCUMENT_ID_MAX, 2, &more), "");
	assert_string_equal(tagged(p, &p->ada, "how-to", 9, &more), "D1 D3 P");
	assert_string_equal(tagged(p, &p->ada, "HOW-TO", 2, &more), "D1 D3");
	assert_true(more);
	assert_string_equal(tagged(p, &p->ada, "how to", 9, &more), "D2 D4");
	assert_string_equal(tagged(p, &p->ada, "odd ones", 9, &more), "D1 D3");
	for (const char *const *none = (const char *const []){ "odd", "how", "text", "D1", "title:d1", "\"", "*", "!!", "%", NULL }; *none; none++)
		row_check(same_text(tagged(p, &p->ada, *none, 9, &more), ""), "%s", *none);
}

static void a_title_or_a_number_is_completed(void **state)
{
	static const struct {
		const char *typed, *values;
	} rows[] = {
		{ "", "1 2 3 4 5 6 7 8 9 10 11 12" }, { "1", "1 10 11 12" }, { "12", "12" }, { "2", "2" }, { "sour", "1" }, { "SOURDOUGH", "1" },
		{ "bread", "1 2" }, { "rye b", "2" }, { "b rye", "" }, { "filler", "3 4 5 6 7 8 9 10 11 12" }, { "text", "" }, { "01", "" },
		{ "-1", "10 11 12" }, { "1 ", "10 11 12" }, { "99999999999999999999", "" }, { "9007199254740992", "" }, { "\"", "" },
		{ "*", "" }, { "title:", "" }, { "sour*", "1" }, { "a OR b", "" }, { "\xf0\x9f\x94\xa5", "" },
	};
	struct people *p = people_of(state, "");
	bool more;

	put(p, &p->ada, "Sourdough bread", "text", "");
	put(p, &p->bob, "Rye bread", "text", "");
	for (int i = 3; i <= 12; i++)
		put(p, &p->ada, arena_printf(p->w->cx.arena, "Filler %d", i), "text", "");
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *got = completed(p, &p->bob, rows[i].typed, 50, &more);

		row_check(same_text(got, rows[i].values), "'%s': %s", rows[i].typed, got);
		row_check(!more, "'%s': more", rows[i].typed);
	}
	assert_string_equal(completed(p, &p->bob, "filler", 4, &more), "3 4 5 6");
	assert_true(more);
	assert_string_equal(completed(p, &p->bob, "", 12, &more), "1 2 3 4 5 6 7 8 9 10 11 12");
	assert_false(more);
	assert_string_equal(completed(p, &p->bob, "1", 3, &more), "1 10 11");
	assert_true(more);
}

static void those_who_may_see_it_hear_of_it(void **state)
{
	struct people *p = people_of(state, "");
	struct arena *a = p->w->cx.arena;
	int64_t id = put(p, &p->ada, "Open", "one", "");
	long long ada = (long long)p->ada.user_id;

	assert_string_equal(told(p), "list::0");
	assert_null(updated(p, &p->ada, id, "Open", "one", ""));
	assert_string_equal(told(p), "");
	assert_null(updated(p, &p->ada, id, NULL, "two", NULL));
	assert_string_equal(told(p), "one:kb:///documents/1:0 list::0");
	assert_non_null(updated(p, &p->bob, id, NULL, "three", NULL));
	assert_non_null(dropped(p, &p->bob, id));
	assert_string_equal(told(p), "");
	assert_null(dropped(p, &p->ada, id));
	assert_string_equal(told(p), "one:kb:///documents/1:0 list::0");
	world_settings(p->w, "kb_visibility = private\n");
	id = put(p, &p->ada, "Closed", "one", "");
	assert_string_equal(told(p), arena_printf(a, "list::%lld", ada));
	assert_null(updated(p, &p->ada, id, NULL, "two", NULL));
	assert_string_equal(told(p), arena_printf(a, "one:%s:%lld list::%lld", kb_uri(a, id), ada, ada));
	assert_null(dropped(p, &p->ada, id));
	assert_string_equal(told(p), arena_printf(a, "one:%s:%lld list::%lld", kb_uri(a, id), ada, ada));
}

static void adding_and_changing_are_counted_together(void **state)
{
	struct people *p = people_of(state, "limit_documents = 2/60\n");
	struct document to = { .content = "three" }, *d;
	int64_t id = put(p, &p->ada, "Open", "one", "");
	const struct fail *no;
	const char *wrong;

	assert_null(updated(p, &p->ada, id, NULL, "two", NULL));
	assert_null(updated(p, &p->ada, id, NULL, "two", NULL));
	no = kb_update(&p->w->cx, &p->ada, id, &to, &d, &wrong);
	assert_non_null(no);
	assert_int_equal(no->status, 429);
	assert_string_equal(found(p, &p->bob, "two", NULL), "Open");
	assert_null(dropped(p, &p->ada, id));
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_WORLD(a_uri_is_an_id_in_one_spelling),
		WITH_WORLD(a_person_changes_what_he_wrote),
		WITH_WORLD(a_number_is_not_given_twice),
		WITH_WORLD(counting_goes_on_behind_what_is_there),
		WITH_WORLD(what_is_private_is_its_authors_alone),
		WITH_WORLD(a_score_tells_nothing_of_others),
		WITH_WORLD(a_document_keeps_what_it_was_made_with),
		WITH_WORLD(pages_follow_each_other),
		WITH_WORLD(a_title_or_a_number_is_completed),
		WITH_WORLD(those_who_may_see_it_hear_of_it),
		WITH_WORLD(adding_and_changing_are_counted_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
