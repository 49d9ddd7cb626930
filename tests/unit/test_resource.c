/* SPDX-License-Identifier: ISC */
/* test_resource: every spelling of our own resource is ours, and nothing else is (RFC 8707 section 2). */
#include "unit.h"

#include "arena.h"
#include "conf.h"
#include "resource.h"

static const struct {
	const char *resource, *text;
	bool ours;
} row[] = {
	{ "https://mcp.example.org/mcp", NULL, true },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org/mcp", true },
	{ "https://mcp.example.org/mcp", "HTTPS://mcp.example.org/mcp", true },
	{ "https://mcp.example.org/mcp", "https://MCP.Example.ORG/mcp", true },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org:443/mcp", true },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org/mcp/", true },
	{ "https://mcp.example.org/mcp", "HTTPS://MCP.EXAMPLE.ORG:443/mcp/", true },
	{ "https://mcp.example.org:8443/mcp", "https://mcp.example.org:8443/mcp/", true },
	{ "https://mcp.example.org:443/mcp", "https://mcp.example.org/mcp", true },
	{ "http://127.0.0.1:8080/mcp", "http://127.0.0.1:8080/mcp", true },
	{ "http://127.0.0.1/mcp", "http://127.0.0.1:80/mcp", true },
	{ "http://[::1]:8080/mcp", "http://[::1]:8080/mcp/", true },
	{ "https://mcp.example.org", "https://mcp.example.org", true },
	{ "https://mcp.example.org", "https://mcp.example.org/", true },
	/* another server, another place */
	{ "https://mcp.example.org/mcp", "https://other.example.org/mcp", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org.evil.example/mcp", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org./mcp", false },
	{ "https://mcp.example.org/mcp", "http://mcp.example.org/mcp", false },
	{ "https://mcp.example.org/mcp", "http://mcp.example.org:443/mcp", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org:80/mcp", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org:8443/mcp", false },
	{ "https://mcp.example.org:8443/mcp", "https://mcp.example.org/mcp", false },
	{ "http://127.0.0.1:8080/mcp", "http://localhost:8080/mcp", false },
	{ "http://127.0.0.1:8080/mcp", "http://127.0.0.1:8081/mcp", false },
	{ "http://127.0.0.1:8080/mcp", "https://127.0.0.1:8080/mcp", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org/", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org/MCP", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org/mcp2", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org/mc", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org/mcp//", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org//mcp", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org/x/../mcp", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org/mcp/x", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org/%6dcp", false },
	{ "https://mcp.example.org", "https://mcp.example.org//", false },
	{ "https://mcp.example.org", "https://mcp.example.org/mcp", false },
	/* more than the grammar of a resource allows */
	{ "https://mcp.example.org/mcp", "https://mcp.example.org/mcp#", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org/mcp#f", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org/mcp?", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org/mcp?x", false },
	{ "https://mcp.example.org/mcp", "https://me@mcp.example.org/mcp", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org:443@evil.example/mcp", false },
	/* no absolute URI */
	{ "https://mcp.example.org/mcp", "/mcp", false },
	{ "https://mcp.example.org/mcp", "//mcp.example.org/mcp", false },
	{ "https://mcp.example.org/mcp", "mcp.example.org/mcp", false },
	{ "https://mcp.example.org/mcp", "mcp", false },
	{ "https://mcp.example.org/mcp", "https:/mcp.example.org/mcp", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org:/mcp", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org:0443/mcp", false },
	{ "https://mcp.example.org/mcp", " https://mcp.example.org/mcp", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org/mcp ", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org/mcp\n", false },
	{ "https://mcp.example.org/mcp", "https://mcp.example.org/mcp https://other.example/", false },
	{ "https://mcp.example.org/mcp", "urn:mcp", false },
	{ "https://mcp.example.org/mcp", "\x01", false },
};

static void only_spellings_of_our_own_are_ours(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		const struct conf conf = { .resource = { { .uri = row[i].resource } }, .resources = 1 };
		struct context cx = { .arena = a, .conf = &conf, .peer = "" };
		const struct conf_resource *found;
		const struct fail *no = resource_find(&cx, row[i].text, &found);

		row_check(no == (row[i].ours ? NULL : &resource_invalid), "%s for %s", shown(row[i].text), row[i].resource);
		row_check(no || found == &conf.resource[0], "%s for %s", shown(row[i].text), row[i].resource);
		no = resource_check(&cx, row[i].text, row[i].resource);
		row_check(no == (row[i].ours ? NULL : &resource_invalid), "%s granted %s", shown(row[i].text), row[i].resource);
	}
	arena_drop(a);
}

static void the_refusal_is_invalid_target(void **state)
{
	(void)state;
	assert_int_equal(resource_invalid.status, 400);
	assert_string_equal(resource_invalid.error, "invalid_target");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_spellings_of_our_own_are_ours),
		cmocka_unit_test(the_refusal_is_invalid_target),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
