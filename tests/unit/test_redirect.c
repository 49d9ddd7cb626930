/* SPDX-License-Identifier: ISC */
/*
 * test_redirect: which addresses may be registered, which of them an authorization request may name, and
 * which a browser is sent to before anybody has agreed (RFC 9700 section 4.1, RFC 8252 sections 7.1 and 7.3).
 */
#include "unit.h"

#include "redirect.h"

static const struct conf conf = {
	.redirect_schemes = "cursor vscode vscode-insiders claude",
	.trusted_redirects = "claude.ai claude.com chatgpt.com vscode.dev insiders.vscode.dev www.cursor.com",
};

static int set_up(void **state)
{
	*state = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	arena_drop(*state);
	return 0;
}

/* ---- registering --------------------------------------------------------------------------------------- */

static const char *const allowed[] = {
	"https://c.example/cb", "https://c.example", "https://c.example/", "https://c.example:8443/cb",
	"https://c.example/cb?a=b", "https://[2001:db8::1]/cb", "https://192.0.2.1/cb",
	"https://claude.ai/api/mcp/auth_callback", "https://chatgpt.com/connector_platform_oauth_redirect",
	"https://localhost/cb", "https://C.example/cb",
	/* loopback by http, any port */
	"http://127.0.0.1/cb", "http://127.0.0.1:8123/cb", "http://[::1]:1/cb", "http://[::1]/cb",
	"http://localhost:3000/cb", "http://localhost/cb", "http://localhost", "http://127.0.0.1:65535/",
	"http://127.0.0.1:33418/?x=y",
	/* listed schemes, and those with a period */
	"cursor://anysphere.cursor-mcp/oauth/cb", "vscode://vscode.github-authentication/did-authenticate",
	"vscode-insiders://x/cb", "claude://x", "com.example.app:/cb", "com.example.app://cb",
	"org.example.x:/oauth2redirect",
};

static void a_good_address_may_be_registered(void **state)
{
	for (size_t i = 0; i < COUNT(allowed); i++)
		row_check(redirect_is_allowed(*state, &conf, allowed[i]), "%s", allowed[i]);
}

static const char *const refused[] = {
	/* schemes that run or show something */
	"javascript:alert(1)", "JaVaScRiPt:alert(1)", "\tjavascript:alert(1)", " javascript:alert(1)",
	"java\nscript:alert(1)", "java\tscript:alert(1)", "javascript://c.example/%0aalert(1)",
	"data:text/html,<script>alert(1)</script>", "DATA:text/html;base64,PHNjcmlwdD4=", "data:text/html,x",
	"vbscript:msgbox(1)", "VBScript:x", "file:///etc/passwd", "file:/x", "blob:https://c.example/0",
	"about:blank", "about:srcdoc", "view-source:https://c.example/", "filesystem:https://c.example/x",
	"ftp://c.example/cb", "ws://c.example/cb", "wss://c.example/cb", "mailto:x@c.example", "tel:1",
	"intent://x#Intent;end", "chrome://settings", "urn:ietf:wg:oauth:2.0:oob", "urn:ietf:wg:oauth:2.0:oob:auto",
	"jar:https://c.example/x", "blob:x",
	/* a private scheme that has no period and is not listed */
	"myapp://cb", "myapp:/cb", "cursors://cb", "vscode-x://cb", "code://x", "localhost:3000/cb",
	/* http is for loopback names only */
	"http://c.example/cb", "http://127.0.0.2/cb", "http://127.0.0.1.evil.example/cb",
	"http://localhost.evil.example/cb", "http://localhost./cb", "http://0.0.0.0:1/cb", "http://192.168.0.1/cb",
	"http://[::]/cb", "http://[::ffff:127.0.0.1]/cb", "http://127.1/cb", "http://2130706433/cb",
	"http://0x7f000001/cb", "http://evil.example#@127.0.0.1/cb",
	/* user, fragment */
	"https://user@c.example/cb", "https://user:pw@c.example/cb", "https://@c.example/cb",
	"http://x@127.0.0.1/cb", "http://127.0.0.1@evil.example/cb", "https://claude.ai:443@evil.example/cb",
	"com.example.app://x@y/cb", "https://c.example/cb#f", "https://c.example/cb#", "http://127.0.0.1/cb#x",
	"com.example.app:/cb#x", "cursor://x#",
	/* no host, no port, no URI */
	"https:", "https:/cb", "https://", "https:///cb", "https:c.example/cb", "https://:8443/cb", "http://",
	"http:/127.0.0.1/cb", "http:127.0.0.1", "https://c.example:0/cb", "https://c.example:65536/cb",
	"https://c.example:/cb", "https://c.example:08/cb", "http://127.0.0.1:0/cb", "http://127.0.0.1:65536/cb",
	"http://127.0.0.1:-1/cb", "http://127.0.0.1:08/cb", "http://localhost:3000evil/cb", "http://[::1/cb",
	"http://[::1]evil/cb", "", "/", "/cb", "cb", "//c.example/cb", "?x", "#", "c.example/cb",
	"https//c.example/cb", "https:\\\\c.example\\cb", "https://c.example\\@evil.example/cb",
	"https://c.example/c b", "https://c.example/cb\r\nX: y", "https://c.example/cb\n", " https://c.example/cb",
	"https://c.example/cb ", "https://c.ex\xc3\xa4mple/cb", "https://c.example/\"><script>",
	"https://c.example/%", "https://c.example/%zz", "https://c.example/{x}", "https://*.example/cb|x",
	"https://c.example/^", "https://c.example/`x`",
};

static void anything_else_may_not(void **state)
{
	for (size_t i = 0; i < COUNT(refused); i++)
		row_check(!redirect_is_allowed(*state, &conf, refused[i]), "%s", refused[i]);
}

/* An operator cannot list what would run in the page. */
static void no_setting_allows_a_scheme_that_runs(void **state)
{
	static const char *const uri[] = {
		"javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///x", "blob:x", "about:blank",
		"view-source:x", "http://c.example/cb",
	};
	const struct conf careless = {
		.redirect_schemes = "javascript data vbscript file blob about view-source http https",
		    .trusted_redirects = "",
	};

	for (size_t i = 0; i < COUNT(uri); i++)
		row_check(!redirect_is_allowed(*state, &careless, uri[i]), "%s", uri[i]);
}

static void the_list_of_schemes_is_a_setting(void **state)
{
	const struct conf none = { .redirect_schemes = "", .trusted_redirects = "" };
	const struct conf own = { .redirect_schemes = "myapp", .trusted_redirects = "" };

	assert_false(redirect_is_allowed(*state, &none, "cursor://x"));
	assert_true(redirect_is_allowed(*state, &none, "com.example.app:/cb"));
	assert_true(redirect_is_allowed(*state, &own, "myapp://cb"));
	assert_true(redirect_is_allowed(*state, &own, "MyApp://cb"));
	assert_false(redirect_is_allowed(*state, &own, "cursor://x"));
}

/* ---- asking for a registered one ----------------------------------------------------------------------- */

static const struct {
	const char *registered, *uri;
	bool match;
} asked[] = {
	/* exactly as registered */
	{ "[\"https://c.example/cb\"]", "https://c.example/cb", true },
	{ "[\"https://a.example/\",\"https://c.example/cb\"]", "https://c.example/cb", true },
	{ "[\"https://c.example/cb?a=b\"]", "https://c.example/cb?a=b", true },
	{ "[\"com.example.app:/cb\"]", "com.example.app:/cb", true },
	{ "[\"cursor://anysphere.cursor-mcp/oauth/cb\"]", "cursor://anysphere.cursor-mcp/oauth/cb", true },
	{ "[\"https:\\/\\/c.example\\/cb\"]", "https://c.example/cb", true },
	{ "[]", "https://c.example/cb", false },
	/* anything that is not */
	{ "[\"https://c.example/cb\"]", "https://d.example/cb", false },
	{ "[\"https://c.example/cb\"]", "https://c.example/cb/", false },
	{ "[\"https://c.example/cb\"]", "https://c.example/CB", false },
	{ "[\"https://c.example/cb\"]", "https://c.example/cb?x=1", false },
	{ "[\"https://c.example/cb\"]", "https://c.example/cb?", false },
	{ "[\"https://c.example/cb?a=b\"]", "https://c.example/cb", false },
	{ "[\"https://c.example/cb?a=b\"]", "https://c.example/cb?a=b&c=d", false },
	{ "[\"https://c.example/cb\"]", "https://c.example/cb#", false },
	{ "[\"https://c.example/cb\"]", "https://c.example/cb#x", false },
	{ "[\"https://c.example/cb\"]", "https://c.example/cb/../cb", false },
	{ "[\"https://c.example/cb\"]", "https://c.example/./cb", false },
	{ "[\"https://c.example/cb\"]", "https://c.example//cb", false },
	{ "[\"https://c.example/cb\"]", "https://c.example/%63b", false },
	{ "[\"https://c.example/cb\"]", "https://c.example/%2e/cb", false },
	{ "[\"https://c.example/cb\"]", "https://c.example:443/cb", false },
	{ "[\"https://c.example:443/cb\"]", "https://c.example/cb", false },
	{ "[\"https://c.example/cb\"]", "http://c.example/cb", false },
	{ "[\"https://c.example/cb\"]", "https://c.example/cb.evil", false },
	{ "[\"https://c.example/cb\"]", "https://c.example.evil/cb", false },
	{ "[\"https://c.example/cb\"]", "https://evil.example/https://c.example/cb", false },
	{ "[\"https://c.example/cb\"]", "https://c.example@evil.example/cb", false },
	{ "[\"https://c.example/cb\"]", "https://user@c.example/cb", false },
	{ "[\"https://c.example/cb\"]", "https://sub.c.example/cb", false },
	{ "[\"https://c.example/cb\"]", "https://c.example./cb", false },
	{ "[\"https://c.example/cb\"]", "https://C.EXAMPLE/cb", false },
	{ "[\"https://c.example/cb\"]", "HTTPS://c.example/cb", false },
	{ "[\"https://c.example/cb\"]", "https://c.example/c", false },
	{ "[\"https://c.example/cb\"]", "https://c.example/", false },
	{ "[\"https://c.example/cb\"]", "", false },
	{ "[\"https://c.example/cb\"]", " https://c.example/cb", false },
	{ "[\"https://c.example/cb\"]", "https://c.example/cb ", false },
	{ "[\"https://c.example/cb\"]", "https://c.example/cb\n", false },
	{ "[\"https://*.example/cb\"]", "https://c.example/cb", false },
	{ "[\"com.example.app:/cb\"]", "com.example.app:/cb2", false },
	{ "[\"com.example.app:/cb\"]", "com.example.app://cb", false },
	/* a port counts everywhere but on loopback */
	{ "[\"https://c.example/cb\"]", "https://c.example:8443/cb", false },
	{ "[\"https://c.example:8443/cb\"]", "https://c.example/cb", false },
	{ "[\"https://c.example:8443/cb\"]", "https://c.example:8444/cb", false },
	{ "[\"https://127.0.0.1/cb\"]", "https://127.0.0.1:8443/cb", false },
	{ "[\"https://localhost:1/cb\"]", "https://localhost:2/cb", false },
	{ "[\"com.example.app://localhost:1/cb\"]", "com.example.app://localhost:2/cb", false },
	/* loopback: any port, nothing else */
	{ "[\"http://127.0.0.1/cb\"]", "http://127.0.0.1:49152/cb", true },
	{ "[\"http://127.0.0.1:8123/cb\"]", "http://127.0.0.1:49152/cb", true },
	{ "[\"http://127.0.0.1:8123/cb\"]", "http://127.0.0.1/cb", true },
	{ "[\"http://[::1]/cb\"]", "http://[::1]:49152/cb", true },
	{ "[\"http://localhost/cb\"]", "http://localhost:49152/cb", true },
	{ "[\"http://localhost:1/cb?a=b\"]", "http://localhost:2/cb?a=b", true },
	{ "[\"http://localhost\"]", "http://localhost:2", true },
	{ "[\"https://c.example/cb\",\"http://127.0.0.1/cb\"]", "http://127.0.0.1:1/cb", true },
	{ "[\"http://127.0.0.1/cb\"]", "http://localhost/cb", false },
	{ "[\"http://127.0.0.1/cb\"]", "http://localhost:49152/cb", false },
	{ "[\"http://127.0.0.1/cb\"]", "http://[::1]:49152/cb", false },
	{ "[\"http://localhost/cb\"]", "http://127.0.0.1:49152/cb", false },
	{ "[\"http://localhost/cb\"]", "http://[::1]/cb", false },
	{ "[\"http://[::1]/cb\"]", "http://127.0.0.1/cb", false },
	{ "[\"http://[::1]/cb\"]", "http://localhost/cb", false },
	{ "[\"http://127.0.0.1/cb\"]", "http://127.0.0.1:49152/cb2", false },
	{ "[\"http://127.0.0.1/cb\"]", "http://127.0.0.1:49152/cb/", false },
	{ "[\"http://127.0.0.1/cb\"]", "http://127.0.0.1:49152/", false },
	{ "[\"http://127.0.0.1/cb\"]", "http://127.0.0.1:49152/%63b", false },
	{ "[\"http://127.0.0.1/cb\"]", "http://127.0.0.1:49152/cb?x=1", false },
	{ "[\"http://127.0.0.1/cb\"]", "http://127.0.0.1:49152/cb?", false },
	{ "[\"http://127.0.0.1/cb?a=b\"]", "http://127.0.0.1:49152/cb", false },
	{ "[\"http://127.0.0.1/cb\"]", "http://127.0.0.1:49152/cb#", false },
	{ "[\"http://127.0.0.1/cb\"]", "http://127.0.0.1:49152/cb#x", false },
	{ "[\"http://127.0.0.1/cb\"]", "https://127.0.0.1:49152/cb", false },
	{ "[\"https://127.0.0.1/cb\"]", "http://127.0.0.1/cb", false },
	{ "[\"http://127.0.0.1/cb\"]", "http://127.0.0.2:49152/cb", false },
	{ "[\"http://127.0.0.1/cb\"]", "http://127.0.0.1:0/cb", false },
	{ "[\"http://127.0.0.1/cb\"]", "http://127.0.0.1:65536/cb", false },
	{ "[\"http://127.0.0.1/cb\"]", "http://127.0.0.1:-1/cb", false },
	{ "[\"http://127.0.0.1/cb\"]", "http://127.0.0.1:08/cb", false },
	{ "[\"http://127.0.0.1/cb\"]", "http://127.0.0.1:/cb", false },
	{ "[\"http://127.0.0.1/cb\"]", "http://127.0.0.1:80:80/cb", false },
	{ "[\"http://127.0.0.1/cb\"]", "http://user@127.0.0.1:49152/cb", false },
	{ "[\"http://127.0.0.1/cb\"]", "http://127.0.0.1:49152@evil.example/cb", false },
	{ "[\"http://127.0.0.1/cb\"]", "http://127.0.0.1.evil.example:49152/cb", false },
	{ "[\"http://127.0.0.1/cb\"]", "http://evil.example/cb", false },
	{ "[\"http://localhost/cb\"]", "http://localhost.:1/cb", false },
	{ "[\"http://127.0.0.1/cb\"]", "http://127.0.0.1\\@evil.example/cb", false },
};

static void only_what_was_registered_matches(void **state)
{
	for (size_t i = 0; i < COUNT(asked); i++)
		row_check(redirect_is_registered(*state, asked[i].registered, asked[i].uri) == asked[i].match, "%s for %s",
		    asked[i].uri, asked[i].registered);
}

static void the_only_one_needs_no_naming(void **state)
{
	assert_string_equal(redirect_only(*state, "[\"https://c.example/cb\"]"), "https://c.example/cb");
	assert_null(redirect_only(*state, "[\"https://c.example/cb\",\"https://d.example/cb\"]"));
	assert_null(redirect_only(*state, "[\"https://c.example/cb\",\"https://c.example/cb\"]"));
	assert_null(redirect_only(*state, "[]"));
}

/* ---- who is trusted, and what is shown ----------------------------------------------------------------- */

static const struct {
	const char *uri;
	bool loopback, trusted;
	const char *host;
} kinds[] = {
	{ "http://127.0.0.1:8123/cb", true, true, "127.0.0.1:8123" },
	{ "http://127.0.0.1/cb", true, true, "127.0.0.1" },
	{ "http://[::1]:1/cb", true, true, "[::1]:1" },
	{ "http://localhost:3000/cb", true, true, "localhost:3000" },
	{ "https://claude.ai/api/mcp/auth_callback", false, true, "claude.ai" },
	{ "https://www.cursor.com/x", false, true, "www.cursor.com" },
	{ "https://example.com/cb?claude.ai", false, false, "example.com" },
	{ "https://example.com:8443/cb", false, false, "example.com:8443" },
	{ "https://EXAMPLE.com/cb", false, false, "example.com" },
	{ "https://claude.ai.evil.example/cb", false, false, "claude.ai.evil.example" },
	{ "https://evil-claude.ai/cb", false, false, "evil-claude.ai" },
	{ "https://sub.claude.ai/cb", false, false, "sub.claude.ai" },
	{ "https://cursor.com/cb", false, false, "cursor.com" },
	{ "https://claude.ai@evil.example/cb", false, false, "evil.example" },
	{ "https://evil.example/claude.ai", false, false, "evil.example" },
	{ "http://claude.ai/cb", false, false, "claude.ai" },
	{ "https://localhost:3000/cb", false, false, "localhost:3000" },
	{ "https://127.0.0.1/cb", false, false, "127.0.0.1" },
	{ "http://127.0.0.2/cb", false, false, "127.0.0.2" },
	{ "cursor://anysphere.cursor-mcp/oauth/cb", false, false, "cursor:" },
	{ "claude://claude.ai/cb", false, false, "claude:" },
	{ "com.example.app:/cb", false, false, "com.example.app:" },
	{ "com.example.app://localhost/cb", false, false, "com.example.app:" },
};

static void loopback_is_http_on_this_machine(void **state)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		row_check(redirect_is_loopback(*state, kinds[i].uri) == kinds[i].loopback, "%s", kinds[i].uri);
	assert_false(redirect_is_loopback(*state, "127.0.0.1"));
	assert_false(redirect_is_loopback(*state, ""));
}

static void trusted_is_loopback_or_a_listed_host(void **state)
{
	const struct conf none = { .redirect_schemes = "", .trusted_redirects = "" };

	for (size_t i = 0; i < COUNT(kinds); i++) {
		row_check(redirect_is_trusted(*state, &conf, kinds[i].uri) == kinds[i].trusted, "%s", kinds[i].uri);
		row_check(redirect_is_trusted(*state, &none, kinds[i].uri) == kinds[i].loopback, "%s, no list",
		    kinds[i].uri);
	}
	assert_false(redirect_is_trusted(*state, &conf, "claude.ai"));
	assert_false(redirect_is_trusted(*state, &conf, "https:///"));
	assert_false(redirect_is_trusted(*state, &conf, ""));
}

static void a_person_sees_the_host_that_gets_the_answer(void **state)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		row_check(same_text(redirect_host(*state, kinds[i].uri), kinds[i].host), "%s: %s", kinds[i].uri,
		    redirect_host(*state, kinds[i].uri));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_good_address_may_be_registered, set_up, tear_down),
		cmocka_unit_test_setup_teardown(anything_else_may_not, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_setting_allows_a_scheme_that_runs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_list_of_schemes_is_a_setting, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_what_was_registered_matches, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_only_one_needs_no_naming, set_up, tear_down),
		cmocka_unit_test_setup_teardown(loopback_is_http_on_this_machine, set_up, tear_down),
		cmocka_unit_test_setup_teardown(trusted_is_loopback_or_a_listed_host, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_person_sees_the_host_that_gets_the_answer, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
