/* SPDX-License-Identifier: ISC */
/*
 * test_redirect: which addresses may be registered, which of them an authorization request may name, and
 * which a browser is sent to before anybody has agreed (RFC 9700 section 4.1, RFC 8252 sections 7.1 and 7.3).
 */
#include "unit.h"

#include "redirect.h"
#include "url.h"

static const struct conf conf = {
	.redirect_schemes = "cursor vscode vscode-insiders claude",
	.trusted_redirects = "claude.ai claude.com chatgpt.com vscode.dev insiders.vscode.dev www.cursor.com",
};

static const struct redirect_rules no_rules;

static bool is_allowed(void **state, const struct conf *settings, const char *uri)
{
	return !redirect_refusal(*state, settings, &no_rules, uri);
}

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
	/* nothing that only looks like a dot segment or an address */
	"https://c.example/.well-known/cb", "https://c.example/a..b", "https://c.example/...", "https://c.example/%2e%2e%2e",
	"https://c.example/cb.", "https://1.c.example/cb", "https://c.1e/cb", "https://192.0.2.1:8443/", "https://c.example./cb",
};

static void a_good_address_may_be_registered(void **state)
{
	for (size_t i = 0; i < COUNT(allowed); i++)
		row_check(is_allowed(state, &conf, allowed[i]), "%s", allowed[i]);
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
	/* what a browser would make another address of */
	"https://c.example/./cb", "https://c.example/../cb", "https://c.example/a/..", "https://c.example/.", "https://c.example/a/.",
	"https://c.example/%2e/cb", "https://c.example/%2E%2e/cb", "https://c.example/.%2e/cb", "https://c.example/a/%2e.",
	"http://127.0.0.1/../cb", "com.example.app:/../cb", "com.example.app://x/./cb", "com.example.app:..",
	"https://2130706433/cb", "https://0x7f000001/cb", "https://127.1/cb", "https://192.0.2.01/cb", "https://192.0.2/cb",
	"https://192.0.2.1./cb", "https://0x7f.1/cb", "https://1.2.3.4.5/cb", "https://c.example.1/cb", "https://192.0.2.256/cb",
	"https://[2001:db8:0::1]/cb", "https://[2001:0db8::1]/cb", "https://[2001:db8::0:1]/cb", "https://[::]x/cb", "https://[]/cb",
	"https://[::1%25lo]/cb", "https://[::g]/cb", "https://.c.example/cb", "https://c..example/cb", "https://./cb",
	"https://c.example../cb",
	/* ours */
	"https://c.example/cb?code=x", "https://c.example/cb?a=b&state=", "https://c.example/cb?iss", "https://c.example/cb?error=x",
};

static void anything_else_may_not(void **state)
{
	for (size_t i = 0; i < COUNT(refused); i++)
		row_check(!is_allowed(state, &conf, refused[i]), "%s", refused[i]);
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
		row_check(!is_allowed(state, &careless, uri[i]), "%s", uri[i]);
}

static void the_list_of_schemes_is_a_setting(void **state)
{
	const struct conf none = { .redirect_schemes = "", .trusted_redirects = "" };
	const struct conf own = { .redirect_schemes = "myapp", .trusted_redirects = "" };

	assert_false(is_allowed(state, &none, "cursor://x"));
	assert_true(is_allowed(state, &none, "com.example.app:/cb"));
	assert_true(is_allowed(state, &own, "myapp://cb"));
	assert_true(is_allowed(state, &own, "MyApp://cb"));
	assert_false(is_allowed(state, &own, "cursor://x"));
}

/* ---- the operator's rules -------------------------------------------------------------------------------------- */

static const struct {
	const char *pattern, *uri;
	bool allows, denies;
} patterns[] = {
	/* as it stands */
	{ "https://c.example/cb", "https://c.example/cb", true, true },
	{ "https://c.example/cb", "https://C.Example/cb", true, true },
	{ "HTTPS://C.EXAMPLE/cb", "https://c.example/cb", true, true },
	{ "https://c.example/cb", "https://c.example/CB", false, false },
	{ "https://c.example/cb", "https://c.example/cb/", false, false },
	{ "https://c.example/cb", "https://c.example/cb2", false, false },
	{ "https://c.example/cb", "https://c.example/c", false, false },
	{ "https://c.example/cb", "https://c.example/x/cb", false, false },
	{ "https://c.example/cb", "https://d.example/cb", false, false },
	{ "https://c.example/cb", "https://x.c.example/cb", false, false },
	{ "https://c.example/cb", "https://cxexample/cb", false, false },
	{ "https://c.example/cb", "https://c.example.evil.example/cb", false, false },
	{ "https://c.example/cb", "http://c.example/cb", false, false },
	{ "https://c.example", "https://c.example/", true, true },
	{ "https://c.example/", "https://c.example", true, true },
	/* what is not spelled: absent for an allow rule, anything for a deny rule */
	{ "https://c.example", "https://c.example/cb", false, true },
	{ "https://c.example/", "https://c.example/cb", false, false },
	{ "https://c.example/cb", "https://c.example/cb?a=b", false, true },
	{ "https://c.example/cb", "https://c.example/cb?", false, true },
	{ "https://c.example/cb?a=b", "https://c.example/cb?a=b", true, true },
	{ "https://c.example/cb?a=b", "https://c.example/cb", false, false },
	{ "https://c.example/cb?a=b", "https://c.example/cb?a=b&c=d", false, false },
	{ "https://c.example/cb", "https://c.example:8443/cb", false, true },
	{ "https://c.example/cb", "https://c.example:443/cb", false, true },
	{ "https://c.example:443/cb", "https://c.example/cb", false, true },
	{ "https://c.example:8443/cb", "https://c.example:8443/cb", true, true },
	{ "https://c.example:8443/cb", "https://c.example/cb", false, false },
	{ "https://c.example:8443/cb", "https://c.example:8444/cb", false, false },
	{ "https://c.example:8443/cb", "https://c.example:18443/cb", false, false },
	/* a period at the end of the host */
	{ "https://c.example/cb", "https://c.example./cb", false, true },
	{ "https://c.example./cb", "https://c.example/cb", false, true },
	{ "https://*.example.org/cb", "https://a.example.org./cb", false, true },
	/* one label */
	{ "https://*.example.org/callback", "https://a.example.org/callback", true, true },
	{ "https://*.example.org/callback", "https://A-1.Example.ORG/callback", true, true },
	{ "https://*.example.org/callback", "https://a.b.example.org/callback", false, false },
	{ "https://*.example.org/callback", "https://example.org/callback", false, false },
	{ "https://*.example.org/callback", "https://a.example.org.evil.example/callback", false, false },
	{ "https://*.example.org/callback", "https://aexample.org/callback", false, false },
	{ "https://*.example.org/callback", "https://a.example.orgx/callback", false, false },
	{ "https://*.example.org/callback", "https://evil.example/a.example.org/callback", false, false },
	{ "https://*.example.org/callback", "https://evil.example/.example.org/callback", false, false },
	{ "https://*.example.org/callback", "https://evil.example?.example.org/callback", false, false },
	{ "https://*.example.org/callback", "https://evil.example:1/.example.org/callback", false, false },
	{ "https://*.example.org/callback", "https://[2001:db8::1]/callback", false, false },
	{ "https://*.example.org/callback", "https://a.example.org:8443/callback", false, true },
	{ "https://*.*.example.org/cb", "https://a.b.example.org/cb", true, true },
	{ "https://*.*.example.org/cb", "https://a.example.org/cb", false, false },
	{ "https://app-*.example.org/cb", "https://app-7.example.org/cb", true, true },
	{ "https://app-*.example.org/cb", "https://app-.example.org/cb", false, true },
	{ "https://app-*.example.org/cb", "https://app-a.b.example.org/cb", false, false },
	{ "https://a*b*c.example.org/cb", "https://a1b2b3c.example.org/cb", true, true },
	{ "https://a*b*c.example.org/cb", "https://a1b2b3d.example.org/cb", false, false },
	{ "https://*/cb", "https://localhost/cb", true, true },
	{ "https://*/cb", "https://c.example/cb", false, false },
	{ "https://*/cb", "https://[::1]/cb", false, false },
	{ "https://*.0.2.1/cb", "https://192.0.2.1/cb", true, true },
	{ "https://[2001:db8::1]/cb", "https://[2001:DB8::1]/cb", true, true },
	{ "https://[2001:db8::1]/cb", "https://[2001:db8::2]/cb", false, false },
	{ "https://[2001:db8::1]/cb", "https://[2001:db8::1]:1/cb", false, true },
	/* one segment */
	{ "https://c.example/apps/*/cb", "https://c.example/apps/one/cb", true, true },
	{ "https://c.example/apps/*/cb", "https://c.example/apps/a-b_c.d~e/cb", true, true },
	{ "https://c.example/apps/*/cb", "https://c.example/apps/a%20b/cb", true, true },
	{ "https://c.example/apps/*/cb", "https://c.example/apps/a/b/cb", false, false },
	{ "https://c.example/apps/*/cb", "https://c.example/apps//cb", false, true },
	{ "https://c.example/apps/*/cb", "https://c.example/apps/cb", false, false },
	{ "https://c.example/apps/*/cb", "https://c.example/apps/a%2fb/cb", false, true },
	{ "https://c.example/apps/*/cb", "https://c.example/apps/a%2Fb/cb", false, true },
	{ "https://c.example/apps/*/cb", "https://c.example/apps/%5c/cb", false, true },
	{ "https://c.example/apps/*/cb", "https://c.example/apps/%3fx/cb", false, true },
	{ "https://c.example/apps/*/cb", "https://c.example/apps/%23x/cb", false, true },
	{ "https://c.example/apps/*/cb", "https://c.example/apps/a@b/cb", false, true },
	{ "https://c.example/apps/*/cb", "https://c.example/apps/a:b/cb", false, true },
	{ "https://c.example/apps/*/cb", "https://c.example/apps/a?/cb", false, false },
	{ "https://c.example/apps/*", "https://c.example/apps/a?x=/b", false, true },
	{ "https://c.example/apps/*", "https://c.example/apps/", false, true },
	{ "https://c.example/apps/*", "https://c.example/apps", false, false },
	{ "https://c.example/cb*", "https://c.example/cb1", true, true },
	{ "https://c.example/cb*", "https://c.example/cb", false, true },
	{ "https://c.example/*/*", "https://c.example/a/b", true, true },
	{ "https://c.example/*/*", "https://c.example/a/b/c", false, false },
	{ "https://c.example/*a*a", "https://c.example/xaaaa", true, true },
	{ "https://c.example/*a*b", "https://c.example/aaaa", false, false },
	{ "https://c.example/*.*", "https://c.example/a.b.c", true, true },
	{ "https://c.example/**", "https://c.example/ab", true, true },
	/* an escape is what it is; a deny rule knows what browsers and servers do not tell apart */
	{ "https://c.example/cb", "https://c.example/%63b", false, true },
	{ "https://c.example/%63b", "https://c.example/cb", false, true },
	{ "https://c.example/%63b", "https://c.example/%63b", true, true },
	{ "https://c.example/%2f", "https://c.example//", false, false },
	{ "https://c.example/a%2Fb", "https://c.example/a%2Fb", true, true },
	{ "https://c.example/a%2Fb", "https://c.example/a%2fb", false, false },
	{ "https://c.example/a%2Fb", "https://c.example/a/b", false, false },
	/* loopback: what a deny rule may speak of */
	{ "http://localhost/cb", "http://localhost:3000/cb", false, true },
	{ "http://localhost:1/cb", "http://localhost:3000/cb", false, false },
	{ "http://localhost", "http://localhost:3000/cb?x", false, true },
	{ "http://localhost", "http://127.0.0.1:3000/cb", false, false },
	{ "http://*", "http://localhost:1/cb", false, true },
	/* private schemes */
	{ "myapp://callback", "myapp://callback", true, true },
	{ "myapp://callback", "MyApp://Callback", true, true },
	{ "myapp://callback", "myapp://callback/", false, true },
	{ "myapp://callback", "myapp://callback/x", false, true },
	{ "myapp://callback", "myapp:/callback", false, false },
	{ "myapp://callback", "myapp:callback", false, false },
	{ "myapp://callback", "myapps://callback", false, false },
	{ "myapp://*", "myapp://any", true, true },
	{ "myapp://*/cb", "myapp://any/cb", true, true },
	{ "myapp://*/cb", "myapp://a.b/cb", false, false },
	{ "myapp://*/cb", "myapp:///cb", false, true },
	{ "myapp:/*", "myapp:/cb", true, true },
	{ "myapp:/*", "myapp:/cb/x", false, false },
	{ "myapp:*", "myapp:cb", true, true },
	{ "myapp:*", "myapp:/cb", false, false },
	{ "myapp:", "myapp:/cb", false, true },
	{ "myapp:", "myapp://x/cb?y", false, true },
	{ "myapp:", "com.example.app:/cb", false, false },
	{ "com.example.*:/cb", "com.example.app:/cb", false, false },
	/* no pattern at all */
	{ "", "https://c.example/cb", false, false },
	{ "*", "https://c.example/cb", false, false },
	{ "https://*:*/cb", "https://localhost:1/cb", false, false },
	{ "https*://c.example/cb", "https://c.example/cb", false, false },
	{ "c.example", "https://c.example/cb", false, false },
};

static bool matches(void **state, bool allow, const char *pattern, const char *uri)
{
	const struct redirect_rule rule = { .allow = allow, .pattern = pattern };
	struct url u;

	assert_true(url_read(*state, uri, &u));
	return redirect_pattern_matches(*state, &rule, &u);
}

static void a_pattern_matches_part_by_part(void **state)
{
	for (size_t i = 0; i < COUNT(patterns); i++) {
		row_check(matches(state, true, patterns[i].pattern, patterns[i].uri) == patterns[i].allows, "allow %s for %s",
		    patterns[i].pattern, patterns[i].uri);
		row_check(matches(state, false, patterns[i].pattern, patterns[i].uri) == patterns[i].denies, "deny %s for %s",
		    patterns[i].pattern, patterns[i].uri);
	}
}

/* A pattern that would try every way to match has no time to. */
static void a_pattern_is_matched_in_time(void **state)
{
	struct buf pattern = buf_new(*state), uri = buf_new(*state);

	buf_text(&pattern, "https://c.example/");
	buf_text(&uri, "https://c.example/");
	for (int i = 0; i < 500; i++)
		buf_text(&pattern, "*a");
	for (int i = 0; i < 2000; i++)
		buf_char(&uri, 'a');
	buf_char(&uri, 'b');
	assert_false(matches(state, true, pattern.v, uri.v));
	assert_false(matches(state, false, pattern.v, uri.v));
}

static const char *const good_patterns[] = {
	"https://c.example/cb", "https://*.example.org/callback", "https://c.example", "https://c.example:8443/*", "https://*/x",
	"https://[2001:db8::1]/cb", "https://c.example/cb?a=b", "https://192.0.2.1/", "myapp://callback", "myapp:/cb", "myapp:*",
	"com.example.app:/*", "myapp://*", "https://a_b.example/", "https://c.example/a%2Fb",
};

static const char *const bad_patterns[] = {
	"", "x", "//x", "/cb", "*", "*://x", "https://", "https:", "https:/x", "https:x", "https:///cb", "https://a b/",
	"https://a@b/", "https://*@b/", "https://a/#f", "https://a/#", "\x01", "https://a/\n", "https://a:*/", "https://a:/",
	"https://a:0/", "https://a:65536/", "https://a/?*", "https://a/?x=*", "https://[*]/", "https://[2001:db8::*]/",
	"https://.a/", "https://a..b/", "https://*..b/", "https://a%2eb/", "https://a,b/", "https://a/../b", "https://a/./b",
	"https://a/%2e%2E/b", "https://a/..", "javascript:*", "javascript://*/x", "JavaScript:x", "data:*", "file:///*", "vbscript:x",
	"about:blank", "blob:*", "view-source:x", "filesystem:x", "https://ex\xc3\xa4mple/", "https://a/<", "https://a/%zz",
	"https://a/%*", "myapp://a@b", "myapp:#x",
};

static void a_pattern_is_checked_when_it_is_made(void **state)
{
	char *most = memset(arena_take(*state, 2050), 'a', 2049);

	memcpy(most, "https://c.example/", 18);
	for (size_t i = 0; i < COUNT(good_patterns); i++) {
		row_check(!redirect_pattern_check(*state, good_patterns[i], true), "allow %s", good_patterns[i]);
		row_check(!redirect_pattern_check(*state, good_patterns[i], false), "deny %s", good_patterns[i]);
	}
	for (size_t i = 0; i < COUNT(bad_patterns); i++) {
		row_check(redirect_pattern_check(*state, bad_patterns[i], true) != NULL, "allow %s", bad_patterns[i]);
		row_check(redirect_pattern_check(*state, bad_patterns[i], false) != NULL, "deny %s", bad_patterns[i]);
	}
	assert_non_null(redirect_pattern_check(*state, most, true));
	most[2048] = '\0';
	assert_null(redirect_pattern_check(*state, most, true));
	/* without effect in an allow rule */
	assert_non_null(redirect_pattern_check(*state, "http://localhost/*", true));
	assert_null(redirect_pattern_check(*state, "http://localhost/*", false));
	assert_non_null(redirect_pattern_check(*state, "myapp:", true));
	assert_null(redirect_pattern_check(*state, "myapp:", false));
}

static const struct redirect_rule https_allowed = { 1, true, "https://*.good.example/cb", 0 };
static const struct redirect_rule app_allowed = { 2, true, "myapp://cb", 0 };
static const struct redirect_rule good_denied = { 3, false, "https://bad.good.example/cb", 0 };
static const struct redirect_rule local_denied = { 4, false, "http://localhost", 0 };
static const struct redirect_rule cursor_denied = { 5, false, "cursor:", 0 };
static const struct redirect_rule script_allowed = { 6, true, "javascript:*", 0 };
static const struct redirect_rule data_allowed = { 7, true, "data:*", 0 };
static const struct redirect_rule http_allowed = { 8, true, "http://c.example/cb", 0 };
static const struct redirect_rule vscode_allowed = { 9, true, "vscode://one/cb", 0 };

static const struct {
	const char *uri;
	bool allowed;
	const struct redirect_rule *rule[3];
} ruled[] = {
	{ "https://c.example/cb", true, { 0 } },
	{ "https://c.example/cb", false, { &https_allowed } },
	{ "https://a.good.example/cb", true, { &https_allowed } },
	{ "https://a.good.example/cb", false, { &https_allowed, &(const struct redirect_rule){ 9, false, "https://*.good.example", 0 } } },
	{ "https://bad.good.example/cb", false, { &good_denied, &https_allowed } },
	{ "https://bad.good.example/cb", false, { &https_allowed, &good_denied } },
	{ "https://bad.good.example/cb", false, { &good_denied } },
	{ "https://a.good.example/cb", true, { &good_denied, &https_allowed } },
	{ "https://c.example/cb", true, { &good_denied } },
	/* a rule of one scheme says nothing of another */
	{ "cursor://x", true, { &https_allowed } },
	{ "com.example.app:/cb", true, { &https_allowed, &app_allowed } },
	{ "https://c.example/cb", true, { &app_allowed, &vscode_allowed } },
	{ "vscode://one/cb", true, { &vscode_allowed } },
	{ "vscode://two/cb", false, { &vscode_allowed } },
	{ "vscode-insiders://two/cb", true, { &vscode_allowed } },
	/* loopback */
	{ "http://localhost:3000/cb", true, { &https_allowed, &http_allowed } },
	{ "http://127.0.0.1/cb", true, { &https_allowed, &http_allowed } },
	{ "http://localhost:3000/cb", false, { &local_denied } },
	{ "http://127.0.0.1/cb", true, { &local_denied } },
	/* private schemes */
	{ "myapp://cb", false, { 0 } },
	{ "myapp://cb", true, { &app_allowed } },
	{ "MYAPP://cb", true, { &app_allowed } },
	{ "myapp://other", false, { &app_allowed } },
	{ "yourapp://cb", false, { &app_allowed } },
	{ "cursor://x", false, { &cursor_denied } },
	{ "vscode://x", true, { &cursor_denied } },
	/* what no rule can allow */
	{ "javascript:alert(1)", false, { &script_allowed } },
	{ "data:x", false, { &data_allowed } },
	{ "http://c.example/cb", false, { &http_allowed } },
	{ "https://x@a.good.example/cb", false, { &https_allowed } },
	{ "https://a.good.example/cb#x", false, { &https_allowed } },
	{ "https://a.good.example/x/../cb", false, { &https_allowed } },
	{ "https://a.good.example/%2e/cb", false, { &https_allowed } },
	{ "https://.good.example/cb", false, { &https_allowed } },
};

static void the_operator_has_the_last_word(void **state)
{
	for (size_t i = 0; i < COUNT(ruled); i++) {
		struct redirect_rule rule[3];
		struct redirect_rules rules = { rule, 0 };
		const char *why;

		while (rules.n < 3 && ruled[i].rule[rules.n]) {
			rule[rules.n] = *ruled[i].rule[rules.n];
			rules.n++;
		}
		why = redirect_refusal(*state, &conf, &rules, ruled[i].uri);
		row_check(!why == ruled[i].allowed, "%zu: %s: %s", i, ruled[i].uri, shown(why));
	}
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
		cmocka_unit_test_setup_teardown(a_pattern_matches_part_by_part, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_pattern_is_matched_in_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_pattern_is_checked_when_it_is_made, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_operator_has_the_last_word, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_what_was_registered_matches, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_only_one_needs_no_naming, set_up, tear_down),
		cmocka_unit_test_setup_teardown(loopback_is_http_on_this_machine, set_up, tear_down),
		cmocka_unit_test_setup_teardown(trusted_is_loopback_or_a_listed_host, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_person_sees_the_host_that_gets_the_answer, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
