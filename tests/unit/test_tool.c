/* SPDX-License-Identifier: ISC */
/* test_tool: the table, the schemas that it publishes, and the tools on a real database file. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf.h"
#include "json.h"
#include "rfc3339.h"
#include "schema.h"
#include "schema_value.h"
#include "store.h"
#include "store_user.h"
#include "tool.h"
#include "tool_definition.h"
#include "utf8.h"

static char folder[] = "/tmp/test_tool.XXXXXX", file[64];
static struct context cx = { .now = 1785231000, .peer = "", .id = "0123456789abcdef" };
static const struct conf conf = {
	.site_name = "Test", .resource = { { .uri = "https://mcp.example.org/mcp", .path = "/mcp" } }, .resources = 1,
	.scope = { { "read:knowledge", "Search", "" }, { "write:knowledge", "Add", "" } }, .scopes = 2,
	.offline = { "offline_access", "Stay", "" }, .audit = AUDIT_OFF,
};
static const struct bearer who = { .user_id = 1, .user_name = "ada", .scope = "read:knowledge write:knowledge" };

static int set_up(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(file, sizeof file, "%s/t.db", folder);
	assert_true(store_create(file));
	cx.arena = arena_new();
	cx.conf = &conf;
	cx.resource = &conf.resource[0];
	cx.store = store_new(ROLE_MCPCTL, file, 1000);
	assert_null(user_put(cx.store, "ada", "", cx.now, &(bool){ false }));
	store_set_role(cx.store, ROLE_MCP);
	return 0;
}

static int tear_down(void **state)
{
	char side[80];

	(void)state;
	store_drop(cx.store);
	arena_drop(cx.arena);
	tool_end();
	unlink(file);
	for (int i = 0; i < 2; i++) {
		snprintf(side, sizeof side, "%s%s", file, i ? "-wal" : "-shm");
		unlink(side);
	}
	return rmdir(folder);
}

static struct json_object *parse(const char *text)
{
	struct json_object *value;

	assert_true(json_read(cx.arena, text, strlen(text), &value));
	return value;
}

/* What a call came to: what was wrong, or the structured content. */
struct made {
	const char *wrong;
	struct buf result;
};

static struct call calling(void)
{
	return (struct call){ .cx = &cx, .who = &who, .revision = REVISION_MODERN, .state = "", .way = { .watch = -1 } };
}

static struct made call(const char *name, const char *arguments)
{
	const struct tool *t = tool_find(&cx, name);
	struct call c = calling();
	struct answer answer;
	struct json_object *result;
	struct made made = { .result = buf_new(cx.arena) };

	assert_non_null(t);
	assert_null(tool_run(t, &c, parse(arguments), &answer));
	result = parse(arena_printf(cx.arena, "{%s}", answer.text.v));
	if (answer.failed) {
		assert_true(json_object_get_boolean(json_get(result, "isError")));
		made.wrong = json_text(json_object_array_get_idx(json_get(result, "content"), 0), "text");
		return made;
	}
	json_put(&made.result, json_get(result, "structuredContent"));
	assert_null(schema_check(cx.arena, t->output, json_get(result, "structuredContent")));
	return made;
}

static void the_table_is_sound(void **state)
{
	const struct builtin *t, *before = NULL;

	(void)state;
	for (size_t i = 0; (t = builtin_at(i)); i++, before = t) {
		assert_true(!before || strcmp(before->name, t->name) < 0);
		assert_ptr_equal(builtin_find(t->name), t);
		assert_ptr_equal(tool_find(&cx, t->name)->builtin, t);
		assert_in_range(strlen(t->name), 1, 64);
		assert_int_equal(strspn(t->name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"),
		    strlen(t->name));
		assert_true(*t->title && *t->description && *t->scope);
		assert_null(tool_definition_compile(tool_find(&cx, t->name)));
		assert_string_equal(json_text(parse(t->input_schema), "type"), "object");
		assert_string_equal(json_text(parse(t->output_schema), "type"), "object");
		assert_true(json_has(parse(t->annotations), "readOnlyHint"));
	}
	assert_non_null(before);
	assert_null(tool_find(&cx, "Search_Knowledge_Base"));
	assert_null(tool_find(&cx, ""));
}

/* What is listed from the constants is what is listed once a definition was read. */
static void the_list_is_the_same_after_a_call(void **state)
{
	(void)state;
	for (enum revision r = REVISION_OLDEST; r < REVISIONS; r++) {
		struct buf before = buf_new(cx.arena), after = buf_new(cx.arena);

		tool_end();
		assert_null(tool_put_list(&before, &cx, r, NULL, 100));
		tool_end();
		for (size_t i = 0; builtin_at(i); i++)
			assert_non_null(tool_find(&cx, builtin_at(i)->name)->definition);
		assert_null(tool_put_list(&after, &cx, r, NULL, 100));
		assert_string_equal(before.v, after.v);
	}
}

static void the_list_is_shaped_by_revision(void **state)
{
	(void)state;
	for (enum revision r = REVISION_OLDEST; r < REVISIONS; r++) {
		struct buf b = buf_new(cx.arena);
		struct json_object *list, *first;

		assert_null(tool_put_list(&b, &cx, r, NULL, 100));
		list = parse(b.v);
		first = json_object_array_get_idx(list, 0);
		assert_int_equal(json_object_array_length(list), 6);
		assert_string_equal(json_text(first, "name"), builtin_at(0)->name);
		assert_string_equal(json_text(first, "description"), builtin_at(0)->description);
		assert_true(json_has(first, "inputSchema") && json_has(first, "annotations"));
		assert_int_equal(json_has(first, "title"), r > REVISION_2025_03_26);
		assert_int_equal(json_has(first, "outputSchema"), r > REVISION_2025_03_26);
	}
}

static void what_is_created_is_found(void **state)
{
	struct made c = call("create_document",
	    "{\"title\":\"Rye bread\",\"content\":\"Sourdough\\n\\n"
	    "Mix \\\"rye\\\" & water.\",\"tags\":[\"baking\",\"how-to\"]}");
	struct json_object *made = parse(c.result.v), *hit;

	(void)state;
	assert_null(c.wrong);
	assert_string_equal(json_text(made, "title"), "Rye bread");
	assert_string_equal(json_text(made, "author"), "ada");
	assert_string_equal(json_text(made, "created_at"), "2026-07-28T09:30:00Z");
	assert_int_equal(json_object_array_length(json_get(made, "tags")), 2);

	c = call("search_knowledge_base", "{\"query\":\"WATER sourdough\"}");
	assert_int_equal(json_object_array_length(json_get(parse(c.result.v), "results")), 1);
	hit = json_object_array_get_idx(json_get(parse(c.result.v), "results"), 0);
	assert_int_equal(json_object_get_int64(json_get(hit, "id")), json_object_get_int64(json_get(made, "id")));
	assert_non_null(strstr(json_text(hit, "snippet"), "**water**"));
	assert_string_equal(json_text(hit, "created_at"), "2026-07-28T09:30:00Z");
	assert_string_equal(json_object_get_string(json_object_array_get_idx(json_get(hit, "tags"), 1)), "how-to");
}

static void tags_come_back_as_they_were(void **state)
{
	const char *tags = "[\"two words\",\"comma, inside\",\"\\\"quoted\\\"\",\"a\\tb\",\"\xe6\x97\xa5\"]";
	struct made c = call("create_document",
	    arena_printf(cx.arena, "{\"title\":\"labels\",\"content\":\"x\",\"tags\":%s}", tags));
	struct json_object *hit;

	(void)state;
	assert_null(c.wrong);
	assert_true(schema_value_is_equal(json_get(parse(c.result.v), "tags"), parse(tags)));
	c = call("search_knowledge_base", "{\"query\":\"labels comma\"}");
	hit = json_object_array_get_idx(json_get(parse(c.result.v), "results"), 0);
	assert_true(schema_value_is_equal(json_get(hit, "tags"), parse(tags)));
}

/* A snippet is so many words; a text that is one word must not come back whole. */
static void a_snippet_is_short_and_whole(void **state)
{
	struct buf b = buf_new(cx.arena);
	struct json_object *hit;
	struct made c;
	const char *snippet;

	(void)state;
	buf_text(&b, "{\"title\":\"endless\",\"content\":\"");
	for (int i = 0; i < 5000; i++)
		buf_text(&b, "\xe6\x97\xa5");
	buf_text(&b, "\"}");
	assert_null(call("create_document", b.v).wrong);
	c = call("search_knowledge_base", "{\"query\":\"endless\"}");
	hit = json_object_array_get_idx(json_get(parse(c.result.v), "results"), 0);
	snippet = json_text(hit, "snippet");
	assert_in_range(strlen(snippet), 150, 320);
	assert_true(utf8_is(snippet, strlen(snippet)));
}

static size_t count(const char *arguments)
{
	struct made c = call("search_knowledge_base", arguments);

	assert_null(c.wrong);
	return json_object_array_length(json_get(parse(c.result.v), "results"));
}

static void search_knows_words_only(void **state)
{
	(void)state;
	for (int i = 0; i < 25; i++)
		assert_null(call("create_document", "{\"title\":\"pear\",\"content\":\"plum\"}").wrong);
	assert_int_equal(count("{\"query\":\"pear\"}"), 5);
	assert_int_equal(count("{\"query\":\"pear\",\"limit\":20}"), 20);
	assert_int_equal(count("{\"query\":\"pear\",\"limit\":7.0}"), 7);
	assert_int_equal(count("{\"query\":\"pear OR nothing\"}"), 0);
	assert_int_equal(count("{\"query\":\"pea*\"}"), 0);
	assert_int_equal(count("{\"query\":\"title:pear\"}"), 0);
	assert_int_equal(count("{\"query\":\"\\\"pear\"}"), 5);
	assert_int_equal(count("{\"query\":\"p\xc3\xa9" "ar\"}"), 5);
	assert_int_equal(count("{\"query\":\"*\"}"), 0);
	assert_int_equal(count("{\"query\":\"\xe2\x80\x94\"}"), 0);
	assert_int_equal(count("{\"query\":\"\xe2\x80\x94 pear\"}"), 5);
}

static const struct {
	const char *tool;
	const char *arguments;
	const char *wrong;
} refused[] = {
	{ "search_knowledge_base", "{}", "query is required" },
	{ "search_knowledge_base", "{\"query\":\"\"}", "query must have at least 1 character" },
	{ "search_knowledge_base", "{\"query\":5}", "query must be a string" },
	{ "search_knowledge_base", "{\"query\":\"a\",\"limit\":21}", "limit must be at most 20" },
	{ "search_knowledge_base", "{\"query\":\"a\",\"limit\":0}", "limit must be at least 1" },
	{ "search_knowledge_base", "{\"query\":\"a\",\"limit\":\"3\"}", "limit must be an integer" },
	{ "search_knowledge_base", "{\"query\":\"a\",\"q\":1}", "q is not allowed" },
	{ "create_document", "{\"title\":\"t\"}", "content is required" },
	{ "create_document", "{\"title\":\"t\",\"content\":\"c\",\"tags\":\"a\"}", "tags must be an array" },
	{ "create_document", "{\"title\":\"t\",\"content\":\"c\",\"tags\":[\"a\",\"a\"]}",
	    "tags must not have two equal items" },
	{ "create_document", "{\"title\":\"t\",\"content\":\"c\",\"tags\":[\"a\",\"\"]}",
	    "tags[1] must have at least 1 character" },
	{ "create_document", "{\"title\":\"t\",\"content\":\"c\",\"tags\":[\"a\",\"b\\nc\"]}",
	    "tags must each be one line of text, without control characters" },
	{ "create_document", "{\"title\":\"t\",\"content\":\"c\",\"tags\":[\" \"]}",
	    "tags must each be one line of text, without control characters" },
	{ "create_document", "{\"title\":\" \",\"content\":\"c\"}",
	    "title must be one line of text, without control characters" },
	{ "create_document", "{\"title\":\"a\\nb\",\"content\":\"c\"}",
	    "title must be one line of text, without control characters" },
	{ "create_document", "{\"title\":\"t\",\"content\":\" \\n\"}", "content must not be blank" },
};

static void wrong_arguments_are_told_to_the_model(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct made c = call(refused[i].tool, refused[i].arguments);

		assert_non_null(c.wrong);
		assert_string_equal(c.wrong, refused[i].wrong);
		assert_int_equal(c.result.len, 0);
	}
}

static void an_unreadable_file_is_our_fault(void **state)
{
	struct store *good = cx.store;
	struct call c = calling();
	struct answer answer;

	(void)state;
	cx.store = store_new(ROLE_MCP, "/nonexistent/t.db", 1000);
	assert_ptr_equal(tool_run(tool_find(&cx, "create_document"), &c, parse("{\"title\":\"t\",\"content\":\"c\"}"), &answer),
	    &fail_unavailable);
	assert_ptr_equal(tool_run(tool_find(&cx, "search_knowledge_base"), &c, parse("{\"query\":\"t\"}"), &answer),
	    &fail_unavailable);
	store_drop(cx.store);
	cx.store = good;
}

static void instants_are_utc(void **state)
{
	static const struct { int64_t seconds; const char *text; } cases[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ -1, "1969-12-31T23:59:59Z" },
		{ 951782399, "2000-02-28T23:59:59Z" },
		{ 951782400, "2000-02-29T00:00:00Z" },
		{ 951868800, "2000-03-01T00:00:00Z" },
		{ 1709164800, "2024-02-29T00:00:00Z" },
		{ 4107542400, "2100-03-01T00:00:00Z" },
		{ 253402300799, "9999-12-31T23:59:59Z" },
		{ -62135596800, "0001-01-01T00:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(rfc3339_text(cx.arena, cases[i].seconds), cases[i].text);
}

/* A definition on the site, of a tool that takes one member and no other. */
static void put_definition(const char *site, const char *member)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "%s/tools/one.json", site);
	assert_non_null(f = fopen(path, "w"));
	fprintf(f, "{\"description\":\"x\",\"scope\":\"\",\"run\":[\"cat\"],\"inputSchema\":{\"type\":\"object\",\"properties\":"
	    "{\"%s\":{}},\"additionalProperties\":false}}", member);
	assert_int_equal(fclose(f), 0);
}

/* As another request, some time after all files were written. */
static const struct tool *found_later(struct context *at, const char *id)
{
	const struct tool *t;

	snprintf(at->id, sizeof at->id, "%s", id);
	at->shown = NULL;
	assert_non_null(t = tool_find(at, "one"));
	return t;
}

static void a_schema_is_compiled_once_until_its_file_changes(void **state)
{
	struct conf with_site = conf;
	struct context at = cx;
	const struct schema *first;
	const struct tool *t;
	char site[64], tools[80];

	(void)state;
	snprintf(site, sizeof site, "%s/site", folder);
	snprintf(tools, sizeof tools, "%s/tools", site);
	assert_return_code(mkdir(site, 0755), 0);
	assert_return_code(mkdir(tools, 0755), 0);
	with_site.site = site;
	at.conf = &with_site;
	at.now = (int64_t)time(NULL) + 60;
	put_definition(site, "a");
	assert_non_null(first = found_later(&at, "0000000000000001")->input);
	for (int i = 0; i < 3; i++)
		assert_ptr_equal(found_later(&at, "0000000000000002")->input, first);
	put_definition(site, "another");
	t = found_later(&at, "0000000000000003");
	assert_null(schema_check(at.arena, t->input, parse("{\"another\":1}")));
	assert_non_null(schema_check(at.arena, t->input, parse("{\"a\":1}")));
	tool_end();
	assert_return_code(unlink(arena_printf(at.arena, "%s/one.json", tools)), 0);
	assert_return_code(rmdir(tools), 0);
	assert_return_code(rmdir(site), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_sound),
		cmocka_unit_test(the_list_is_shaped_by_revision),
		cmocka_unit_test(the_list_is_the_same_after_a_call),
		cmocka_unit_test(what_is_created_is_found),
		cmocka_unit_test(tags_come_back_as_they_were),
		cmocka_unit_test(a_snippet_is_short_and_whole),
		cmocka_unit_test(search_knows_words_only),
		cmocka_unit_test(wrong_arguments_are_told_to_the_model),
		cmocka_unit_test(an_unreadable_file_is_our_fault),
		cmocka_unit_test(instants_are_utc),
		cmocka_unit_test(a_schema_is_compiled_once_until_its_file_changes),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
