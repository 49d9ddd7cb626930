/* SPDX-License-Identifier: ISC */
/* test_conf_section: further endpoints and scopes, each in a section of its own; and the limits, which are pairs of numbers. */
#include "unit.h"

#include "arena.h"
#include "conf.h"

#define ISSUER "issuer = https://mcp.example.org\n"
#define B "[resource https://mcp.example.org/b/mcp]\n"

static char *folder;
static char file[128];
static struct arena *arena;
static struct conf conf;
static struct conf_error error;

static int set_up(void **state)
{
	(void)state;
	folder = folder_new();
	snprintf(file, sizeof file, "%s/mcp-cgi.conf", folder);
	arena = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_drop(arena);
	folder_drop(folder);
	return 0;
}

static bool reads(const char *text)
{
	file_put(file, text, strlen(text), 0600);
	return conf_read(arena, file, &conf, &error);
}

static const struct conf_scope *scope(const char *name)
{
	for (size_t i = 0; i < conf.scopes; i++)
		if (strcmp(conf.scope[i].name, name) == 0)
			return &conf.scope[i];
	return NULL;
}

static void one_endpoint_and_two_scopes_are_there_already(void **state)
{
	(void)state;
	assert_true(reads(ISSUER "site_name = Ours\n"));
	assert_int_equal(conf.resources, 1);
	assert_string_equal(conf.resource[0].uri, "https://mcp.example.org/mcp");
	assert_string_equal(conf.resource[0].path, "/mcp");
	assert_string_equal(conf.resource[0].name, "Ours");
	assert_null(conf.resource[0].scopes);
	assert_null(conf.resource[0].tools);
	assert_int_equal(conf.scopes, 2);
	assert_string_equal(scope("read:knowledge")->implies, "");
	assert_string_equal(conf.offline.name, "offline_access");
	assert_int_equal(conf.registration, REGISTRATION_OPEN);
	assert_int_equal(conf.client_id_documents, DOCUMENTS_ON);
	assert_int_equal(conf.audit, AUDIT_ACCESS);
	assert_false(conf.client_credentials || conf.introspection);
	assert_null(conf.cimd_ca_file);
}

static void a_section_adds_an_endpoint(void **state)
{
	(void)state;
	assert_true(reads(ISSUER B "name = Team B\nscopes = read:b\ntools = search\n[scope read:b]\nwords = Read b\n"));
	assert_int_equal(conf.resources, 2);
	assert_string_equal(conf.resource[0].uri, "https://mcp.example.org/mcp");
	assert_string_equal(conf.resource[1].uri, "https://mcp.example.org/b/mcp");
	assert_string_equal(conf.resource[1].path, "/b/mcp");
	assert_string_equal(conf.resource[1].name, "Team B");
	assert_string_equal(conf.resource[1].scopes, "read:b");
	assert_string_equal(conf.resource[1].tools, "search");
	assert_string_equal(scope("read:b")->words, "Read b");
}

/* What it is called in the plain keys is what it is: the section only says more about it. */
static void a_section_may_speak_of_the_first(void **state)
{
	(void)state;
	assert_true(reads(ISSUER B "[ resource https://x]\n") == false);
	assert_true(reads(ISSUER B "\n[resource https://mcp.example.org/mcp]\nname = First\n"));
	assert_int_equal(conf.resources, 2);
	assert_string_equal(conf.resource[0].uri, "https://mcp.example.org/mcp");
	assert_string_equal(conf.resource[0].name, "First");
	assert_true(reads(ISSUER "resource = https://mcp.example.org/b/mcp\n" B "name = B\n"));
	assert_int_equal(conf.resources, 1);
	assert_string_equal(conf.resource[0].name, "B");
}

static void a_section_changes_a_scope_that_is_built_in(void **state)
{
	(void)state;
	assert_true(reads(ISSUER "[scope write:knowledge]\nwords = Write\nimplies = read:knowledge\n"
	    "[scope offline_access]\nwords = Stay\n[scope x]\n"));
	assert_string_equal(scope("write:knowledge")->words, "Write");
	assert_string_equal(scope("write:knowledge")->implies, "read:knowledge");
	assert_string_equal(scope("read:knowledge")->implies, "");
	assert_string_equal(conf.offline.words, "Stay");
	assert_int_equal(conf.scopes, 3);
	assert_string_equal(scope("x")->words, "x");
}

static void a_wrong_section_is_named(void **state)
{
	static const struct { const char *text; int line; const char *word; } row[] = {
		{ ISSUER "[resource]\n", 2, "section" }, { ISSUER "[]\n", 2, "section" }, { ISSUER "[scope]\n", 2, "section" },
		{ ISSUER "[scope x\n", 2, "section" }, { ISSUER "[scop x]\n", 2, "section" }, { ISSUER "[scope ]\n", 2, "named" },
		{ ISSUER "[scope a b]\n", 2, "named" }, { ISSUER "[scope read:*]\n", 2, "named" },
		{ ISSUER "[scope \"]\n", 2, "named" }, { ISSUER "[scope x]\n[scope x]\n", 3, "already" },
		{ ISSUER "[scope offline_access]\n[scope offline_access]\n", 3, "already" },
		{ ISSUER "[scope read:knowledge]\n[scope read:knowledge]\n", 3, "already" },
		{ ISSUER B B, 3, "already" }, { ISSUER "[resource http://mcp.example.org/b]\n", 2, "https" },
		{ ISSUER "[resource https://mcp.example.org/b/]\n", 2, "slash" },
		{ ISSUER "[resource https://mcp.example.org/b?x]\n", 2, "query" },
		{ ISSUER "[resource https://other.example/mcp]\n", 0, "issuer" }, { ISSUER B "site_name = x\n", 3, "unknown" },
		{ ISSUER B "words = x\n", 3, "unknown" }, { ISSUER "[scope x]\nname = y\n", 3, "unknown" },
		{ ISSUER B "name = a\nname = b\n", 4, "twice" }, { ISSUER B "scopes = read:b\n", 0, "read:b" },
		{ ISSUER "[scope x]\nimplies = y\n", 0, "'y'" }, { ISSUER "[scope x]\n" ISSUER, 3, "unknown" },
		{ "[scope x]\n", 0, "issuer" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		row_check(!reads(row[i].text), "%s is read", row[i].text);
		row_check(error.line == row[i].line && strstr(error.reason, row[i].word), "%s: %d: %s", row[i].text, error.line,
		    error.reason);
	}
}

static void there_is_an_end_to_sections(void **state)
{
	char text[8192] = ISSUER;

	(void)state;
	for (int i = 0; i < RESOURCES_MAX - 1; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "[resource https://mcp.example.org/%d]\n", i);
	assert_true(reads(text));
	assert_int_equal(conf.resources, RESOURCES_MAX);
	snprintf(text + strlen(text), sizeof text - strlen(text), "[resource https://mcp.example.org/x]\n");
	assert_false(reads(text));
	snprintf(text, sizeof text, ISSUER);
	for (int i = 0; i < SCOPES_MAX - SCOPES_BUILT_IN; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "[scope s%d]\n", i);
	assert_true(reads(text));
	snprintf(text + strlen(text), sizeof text - strlen(text), "[scope x]\n");
	assert_false(reads(text));
}

static void a_limit_is_a_number_and_seconds(void **state)
{
	static const char *const wrong[] = { "", "20", "20/", "/60", "0/60", "20/0", "-1/60", "20/60/1", "20 / 60", "a/b", "1000001/1",
	    "1/86401" };

	(void)state;
	assert_true(reads(ISSUER));
	assert_int_equal(conf.limit[LIMIT_REGISTER].most, 20);
	assert_int_equal(conf.limit[LIMIT_REGISTER].window, 3600);
	assert_true(reads(ISSUER "limit_token = 7/9\n"));
	assert_int_equal(conf.limit[LIMIT_TOKEN].most, 7);
	assert_int_equal(conf.limit[LIMIT_TOKEN].window, 9);
	for (size_t i = 0; i < COUNT(wrong); i++)
		row_check(!reads(arena_printf(arena, ISSUER "limit_token = %s\n", wrong[i])), "'%s' is a limit", wrong[i]);
}

static void a_mode_is_one_of_its_words(void **state)
{
	(void)state;
	assert_true(reads(ISSUER "registration = approve\nclient_id_documents = pinned\naudit = calls\n"));
	assert_int_equal(conf.registration, REGISTRATION_APPROVE);
	assert_int_equal(conf.client_id_documents, DOCUMENTS_PINNED);
	assert_int_equal(conf.audit, AUDIT_CALLS);
	assert_true(reads(ISSUER "registration = off\nclient_id_documents = off\naudit = off\ncimd_ca_file = ca.pem\n"));
	assert_int_equal(conf.registration, REGISTRATION_OFF);
	assert_int_equal(conf.client_id_documents, DOCUMENTS_OFF);
	assert_int_equal(conf.audit, AUDIT_OFF);
	assert_string_equal(conf.cimd_ca_file, arena_printf(arena, "%s/ca.pem", folder));
	assert_false(reads(ISSUER "client_id_documents = yes\n"));
	assert_false(reads(ISSUER "audit = on pinned\n"));
	assert_false(reads(ISSUER "audit =\n"));
}

#define WITH_FILE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_FILE(one_endpoint_and_two_scopes_are_there_already),
		WITH_FILE(a_section_adds_an_endpoint),
		WITH_FILE(a_section_may_speak_of_the_first),
		WITH_FILE(a_section_changes_a_scope_that_is_built_in),
		WITH_FILE(a_wrong_section_is_named),
		WITH_FILE(there_is_an_end_to_sections),
		WITH_FILE(a_limit_is_a_number_and_seconds),
		WITH_FILE(a_mode_is_one_of_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
