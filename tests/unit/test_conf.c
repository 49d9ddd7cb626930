/* SPDX-License-Identifier: ISC */
/*
 * test_conf: the settings file: what each key takes and what not, with the line that is blamed.
 * What is not taken for a settings file at all is in test_conf_file.
 */
#include "unit.h"

#include "buf.h"
#include "conf.h"

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

static bool reads_bytes(const char *text, size_t n)
{
	file_put(file, text, n, 0600);
	return conf_read(arena, file, &conf, &error);
}

static bool reads(const char *text)
{
	return reads_bytes(text, strlen(text));
}

#define ISSUER "issuer = https://mcp.example.org\n"

/* ---- what is read -------------------------------------------------------------------------------------- */

static void an_issuer_is_enough(void **state)
{
	(void)state;
	assert_true(reads(ISSUER));
	assert_string_equal(conf.issuer, "https://mcp.example.org");
	assert_string_equal(conf.resource[0].uri, "https://mcp.example.org/mcp");
	assert_string_equal(conf.database, arena_printf(arena, "%s/mcp.db", folder));
	assert_string_equal(conf.folder, folder);
	assert_string_equal(conf.site_name, "mcp-cgi");
	assert_null(conf.accent_color);
	assert_null(conf.logo);
	assert_int_equal(conf.registration, REGISTRATION_OPEN);
	assert_null(conf.registration_token);
	assert_string_equal(conf.redirect_schemes, "cursor vscode vscode-insiders claude");
	assert_string_equal(conf.trusted_redirects,
	    "claude.ai claude.com chatgpt.com vscode.dev insiders.vscode.dev www.cursor.com");
	assert_string_equal(conf.allowed_origins, "");
	assert_null(conf.authorization_header);
	assert_int_equal(conf.rate_limits, 1);
	assert_false(conf.loopback);
}

static const struct number {
	const char *key;
	size_t at;
	int64_t preset, least, most;
} numbers[] = {
	{ "code_ttl", offsetof(struct conf, code_ttl), 60, 1, 600 },
	{ "access_ttl", offsetof(struct conf, access_ttl), 3600, 1, 86400 },
	{ "refresh_idle_ttl", offsetof(struct conf, refresh_idle_ttl), 2592000, 1, 31536000 },
	{ "refresh_ttl", offsetof(struct conf, refresh_ttl), 15552000, 1, 63072000 },
	{ "refresh_grace", offsetof(struct conf, refresh_grace), 30, 0, 300 },
	{ "request_ttl", offsetof(struct conf, request_ttl), 600, 1, 3600 },
	{ "session_idle_ttl", offsetof(struct conf, session_idle_ttl), 28800, 1, 2592000 },
	{ "session_ttl", offsetof(struct conf, session_ttl), 86400, 1, 2592000 },
	{ "max_body", offsetof(struct conf, max_body), 4194304, 1024, 67108864 },
	{ "password_ln", offsetof(struct conf, password_ln), 15, 10, 20 },
	{ "busy_timeout", offsetof(struct conf, busy_timeout), 5000, 0, 60000 },
	{ "workers", offsetof(struct conf, workers), 2, 1, 64 },
	{ "mcp_workers", offsetof(struct conf, mcp_workers), 8, 1, 256 },
	{ "listen_max", offsetof(struct conf, listen_max), 512, 1, 900 },
	{ "listen_person", offsetof(struct conf, listen_person), 20, 1, 900 },
	{ "listen_life", offsetof(struct conf, listen_life), 900, 1, 1800 },
};

static bool reads_number(const struct number *x, const char *value)
{
	return reads(arena_printf(arena, ISSUER "%s = %s\n", x->key, value));
}

static int64_t number_in(const struct number *x)
{
	return *(const int64_t *)(const void *)((const char *)&conf + x->at);
}

static void a_number_has_a_preset(void **state)
{
	(void)state;
	assert_true(reads(ISSUER));
	for (size_t i = 0; i < COUNT(numbers); i++)
		row_check(number_in(&numbers[i]) == numbers[i].preset, "%s: %lld", numbers[i].key,
		    (long long)number_in(&numbers[i]));
}

static void a_number_has_edges(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(numbers); i++) {
		const struct number *x = &numbers[i];
		const int64_t in[] = { x->least, x->preset, x->most }, out[] = { x->least - 1, x->most + 1 };

		for (size_t k = 0; k < COUNT(in); k++) {
			row_check(reads_number(x, arena_printf(arena, "%lld", (long long)in[k])), "%s = %lld", x->key,
			    (long long)in[k]);
			row_check(number_in(x) == in[k], "%s is %lld", x->key, (long long)number_in(x));
		}
		for (size_t k = 0; k < COUNT(out); k++) {
			row_check(!reads_number(x, arena_printf(arena, "%lld", (long long)out[k])), "%s = %lld", x->key,
			    (long long)out[k]);
			row_check(error.line == 2, "%s: line %d", x->key, error.line);
		}
	}
}

static void a_number_is_digits(void **state)
{
	static const char *const bad[] = {
		"", "x", "60s", "60 s", "1 0", "-60", "+60", "60.0", "6e1", "0x3c", "\"60\"", "60,", "99999999999999999999",
		"on", "9223372036854775808", "18446744073709551676", "\xd9\xa1\xd9\xa5",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(numbers); i++)
		for (size_t k = 0; k < COUNT(bad); k++)
			row_check(!reads_number(&numbers[i], bad[k]), "%s = %s", numbers[i].key, bad[k]);
}

static const char *const issuers[] = {
	"https://mcp.example.org", "https://mcp.example.org:8443", "https://a", "https://192.0.2.1",
	"https://[2001:db8::1]:8443", "https://127.0.0.1", "https://xn--bcher-kva.example",
};

static const char *const loopback_issuers[] = {
	"http://127.0.0.1", "http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080", "http://[::1]",
};

static void an_issuer_is_an_origin(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(issuers); i++) {
		row_check(reads(arena_printf(arena, "issuer = %s", issuers[i])), "%s: %s", issuers[i], error.reason);
		assert_string_equal(conf.issuer, issuers[i]);
		assert_false(conf.loopback);
	}
	for (size_t i = 0; i < COUNT(loopback_issuers); i++) {
		row_check(reads(arena_printf(arena, "issuer = %s", loopback_issuers[i])), "%s", loopback_issuers[i]);
		assert_string_equal(conf.issuer, loopback_issuers[i]);
		assert_string_equal(conf.resource[0].uri, arena_printf(arena, "%s/mcp", loopback_issuers[i]));
		assert_true(conf.loopback);
	}
}

static const char *const no_issuers[] = {
	"", "mcp.example.org", "//mcp.example.org", "https:", "https://", "https:///", "https:mcp.example.org",
	"https://:8443", "https://mcp.example.org/", "https://mcp.example.org//", "https://mcp.example.org/x",
	"https://mcp.example.org:8443/", "https://mcp.example.org?", "https://mcp.example.org?x",
	"https://mcp.example.org#", "https://mcp.example.org#x", "https://me@mcp.example.org",
	"https://me:x@mcp.example.org", "https://mcp.example.org:", "https://mcp.example.org:0",
	"https://mcp.example.org:65536", "https://mcp.example.org:0443", "https://mcp example.org",
	"https://mcp.example.org\\", "http://mcp.example.org", "http://127.0.0.2", "http://127.0.0.1.example.org",
	"http://localhost.example.org", "http://0.0.0.0", "http://192.168.1.1:8080", "http://[::2]", "http://[::1",
	"ftp://mcp.example.org", "wss://mcp.example.org", "file:///mcp", "javascript:alert(1)",
	"\"https://mcp.example.org\"", "<https://mcp.example.org>", "https://\xc3\xa4pfel.example",
	"https://mcp.example.org https://mcp.example.com",
};

static void nothing_else_is_an_issuer(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(no_issuers); i++) {
		row_check(!reads(arena_printf(arena, "\nissuer = %s\n", no_issuers[i])), "%s", no_issuers[i]);
		row_check(error.line == 2, "%s: line %d", no_issuers[i], error.line);
	}
}

static void the_issuer_is_required(void **state)
{
	(void)state;
	assert_false(reads(""));
	assert_non_null(strstr(error.reason, "issuer"));
	assert_false(reads("# issuer = https://mcp.example.org\n"));
	assert_false(reads("site_name = x\n"));
}

/* Texts and words: which values are taken, and where they are found then. */
static const struct {
	const char *key, *value;
	bool good;
	size_t at;
} texts[] = {
	{ "resource", "https://mcp.example.org/tools/mcp", true, offsetof(struct conf, resource) },
	{ "resource", "https://mcp.example.org/mcp#x", false, 0 },
	{ "resource", "https://mcp.example.org/mcp?x", false, 0 },
	{ "resource", "/mcp", false, 0 }, { "resource", "http://mcp.example.org/mcp", false, 0 },
	{ "resource", "", false, 0 }, { "resource", "https://other.example.org/mcp", false, 0 },
	{ "resource", "https://mcp.example.org.evil.example/mcp", false, 0 },
	{ "resource", "https://mcp.example.orgmcp", false, 0 },
	{ "resource", "https://me@mcp.example.org/mcp", false, 0 },
	{ "database", "/var/lib/mcp/x.db", true, offsetof(struct conf, database) }, { "database", "", false, 0 },
	{ "site_name", "The \"handbook\" = # a; b", true, offsetof(struct conf, site_name) },
	{ "site_name", "B\xc3\xbc" "cher <b>", true, offsetof(struct conf, site_name) },
	{ "site_name", "", false, 0 },
	{ "site_name", "12345678901234567890123456789012345678901234567890123456789012345678901234567890", true,
	  offsetof(struct conf, site_name) },
	{ "site_name", "123456789012345678901234567890123456789012345678901234567890123456789012345678901", false,
	  0 },
	{ "accent_color", "#1f6f8b", true, offsetof(struct conf, accent_color) },
	{ "accent_color", "#ABCDEF", true, offsetof(struct conf, accent_color) }, { "accent_color", "", false, 0 },
	{ "accent_color", "red", false, 0 }, { "accent_color", "#fff", false, 0 },
	{ "accent_color", "#12345", false, 0 },
	{ "accent_color", "#1234567", false, 0 }, { "accent_color", "#12345g", false, 0 },
	{ "accent_color", "1234567", false, 0 },
	{ "accent_color", "#123456;}", false, 0 }, { "accent_color", "# 12345", false, 0 },
	{ "logo", "/logo.svg", true, offsetof(struct conf, logo) },
	{ "logo", "/a/b.png", true, offsetof(struct conf, logo) },
	{ "logo", "", false, 0 }, { "logo", "logo.svg", false, 0 }, { "logo", "//evil.example/x", false, 0 },
	{ "logo", "/\\evil.example/x", false, 0 }, { "logo", "https://evil.example/x", false, 0 },
	{ "logo", "javascript:x", false, 0 },
	{ "logo", "data:image/svg+xml,x", false, 0 }, { "logo", "/x\" onerror=\"y", false, 0 },
	{ "redirect_schemes", "a b-c", true, offsetof(struct conf, redirect_schemes) },
	{ "redirect_schemes", "", true, offsetof(struct conf, redirect_schemes) },
	{ "trusted_redirects", "a.example", true, offsetof(struct conf, trusted_redirects) },
	{ "trusted_redirects", "", true, offsetof(struct conf, trusted_redirects) },
	{ "allowed_origins", "https://a.example https://b.example", true, offsetof(struct conf, allowed_origins) },
	{ "allowed_origins", "", true, offsetof(struct conf, allowed_origins) },
	{ "authorization_header", "X-MCP-Authorization", true, offsetof(struct conf, authorization_header) },
	{ "authorization_header", "x-token2", true, offsetof(struct conf, authorization_header) },
	{ "authorization_header", "X-456789012345678901234567890123456789012345678901234567890123ab", true,
	  offsetof(struct conf, authorization_header) },
	{ "authorization_header", "X-456789012345678901234567890123456789012345678901234567890123abc", false, 0 },
	{ "authorization_header", "", false, 0 }, { "authorization_header", "X-", false, 0 },
	{ "authorization_header", "Authorization", false, 0 }, { "authorization_header", "Cookie", false, 0 },
	{ "authorization_header", "Host", false, 0 }, { "authorization_header", "Origin", false, 0 },
	{ "authorization_header", "Content-Type", false, 0 }, { "authorization_header", "Content-X", false, 0 },
	{ "authorization_header", "Mcp-Session-Id", false, 0 }, { "authorization_header", "Mcp-Token", false, 0 },
	{ "authorization_header", "Proxy-Authorization", false, 0 }, { "authorization_header", "Accept", false, 0 },
	{ "authorization_header", "X_MCP_Authorization", false, 0 }, { "authorization_header", "X-MCP_Token", false, 0 },
	{ "authorization_header", "X-MCP-Authorization:", false, 0 }, { "authorization_header", "X-A X-B", false, 0 },
	{ "authorization_header", "X-A,X-B", false, 0 }, { "authorization_header", "X-\xc3\xa4", false, 0 },
	{ "authorization_header", "X-Forwarded-For", false, 0 }, { "authorization_header", "x-forwarded-access-token", false, 0 },
	{ "authorization_header", "X-Real-IP", false, 0 }, { "authorization_header", "X-Original-URL", false, 0 },
	{ "authorization_header", "X-Requested-With", false, 0 },
	{ "registration_token", "12345678901234567890123456789012", true, offsetof(struct conf,
	  registration_token) },
	{ "registration_token", "1234567890123456789012345678901", false, 0 },
	{ "registration_token", "", false, 0 },
	{ "setup_secret", "sixteen letters.", true, offsetof(struct conf, setup_secret) },
	{ "setup_secret", "fifteen letters", false, 0 }, { "setup_secret", "", false, 0 },
	{ "setup_secret", "CHANGE-ME-please-or-else", false, 0 }, { "site_name", "CHANGE-ME", false, 0 },
};

static void a_text_is_taken_as_it_stands_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		const char *key = texts[i].key, *value = texts[i].value, *got;
		bool good = reads(arena_printf(arena, ISSUER "%s = %s\n", key, value));

		row_check(good == texts[i].good, "%s = %s", key, value);
		if (!good)
			continue;
		got = *(const char *const *)(const void *)((const char *)&conf + texts[i].at);
		row_check(same_text(got, value), "%s = %s: %s", key, value, shown(got));
	}
}

static void a_switch_is_on_or_off(void **state)
{
	static const char *const bad[] = { "", "yes", "no", "true", "false", "1", "0", "ON", "Off", "on off", "onn",
	    "of" };

	(void)state;
	assert_true(reads(ISSUER "rate_limits = off\n"));
	assert_int_equal(conf.rate_limits, 0);
	assert_true(reads(ISSUER "rate_limits = on\n"));
	assert_int_equal(conf.rate_limits, 1);
	for (size_t i = 0; i < COUNT(bad); i++)
		row_check(!reads(arena_printf(arena, ISSUER "rate_limits = %s\n", bad[i])), "%s", bad[i]);
}

#define TOKEN "registration_token = 12345678901234567890123456789012\n"

static void registration_is_one_of_three(void **state)
{
	static const char *const bad[] = { "", "Open", "closed", "on", "0", "open token", "tokens" };

	(void)state;
	assert_true(reads(ISSUER "registration = open\n"));
	assert_int_equal(conf.registration, REGISTRATION_OPEN);
	assert_true(reads(ISSUER "registration = off\n"));
	assert_int_equal(conf.registration, REGISTRATION_OFF);
	assert_true(reads(ISSUER "registration = token\n" TOKEN));
	assert_int_equal(conf.registration, REGISTRATION_TOKEN);
	assert_true(reads(TOKEN ISSUER "registration = token\n"));
	assert_string_equal(conf.registration_token, "12345678901234567890123456789012");
	for (size_t i = 0; i < COUNT(bad); i++)
		row_check(!reads(arena_printf(arena, ISSUER TOKEN "registration = %s\n", bad[i])), "%s", bad[i]);
}

static void registration_by_token_needs_the_token(void **state)
{
	(void)state;
	assert_false(reads(ISSUER "registration = token\n"));
	assert_non_null(strstr(error.reason, "registration_token"));
}

/* ---- lines --------------------------------------------------------------------------------------------- */

static void blanks_comments_and_empty_lines_mean_nothing(void **state)
{
	(void)state;
	assert_true(reads("\n# a comment = x\n  \t\n   # another\n\t issuer\t=  https://mcp.example.org \t\n"
	    "site_name=a # b\n\n"));
	assert_string_equal(conf.issuer, "https://mcp.example.org");
	assert_string_equal(conf.site_name, "a # b");
	assert_true(reads("site_name = x = y\nissuer = https://mcp.example.org"));
	assert_string_equal(conf.site_name, "x = y");
}

static const struct {
	const char *text;
	int line;
	const char *word;
} wrong[] = {
	{ ISSUER "colour = red\n", 2, "" }, { ISSUER "Issuer = https://a\n", 2, "" },
	{ ISSUER "issuer2 = https://a\n", 2, "" },
	{ ISSUER "\n\nmax-body = 1\n", 4, "" }, { "x = y\n" ISSUER, 1, "" }, { ISSUER "= x\n", 2, "" },
	{ ISSUER "=\n", 2, "" },
	{ ISSUER "site_name\n", 2, "" }, { ISSUER "site_name: x\n", 2, "" }, { ISSUER "[section]\n", 2, "" },
	{ ISSUER "; comment\n", 2, "" }, { ISSUER "// comment\n", 2, "" }, { ISSUER "code ttl = 60\n", 2, "" },
	{ ISSUER "loopback = 1\n", 2, "" }, { ISSUER "folder = /\n", 2, "" },
	{ ISSUER "# x\nsite_name = a\nsite_name = b\n", 4, "site_name" },
	{ ISSUER "site_name = a\nsite_name = a\n", 3, "site_name" },
	{ ISSUER ISSUER, 2, "issuer" }, { ISSUER "code_ttl = 60\naccess_ttl = 60\ncode_ttl = 60\n", 4, "code_ttl" },
	{ ISSUER "site_name = a\n site_name=a\n", 3, "site_name" }, { ISSUER "\n\n\ncode_ttl = x\n", 5, "code_ttl" },
};

static void a_wrong_line_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		row_check(!reads(wrong[i].text), "%s is read", wrong[i].text);
		row_check(error.line == wrong[i].line, "%s: line %d", wrong[i].text, error.line);
		row_check(error.reason && *error.reason && strstr(error.reason, wrong[i].word), "%s: %s", wrong[i].text,
		    shown(error.reason));
		assert_string_equal(error.file, file);
	}
}

static void what_is_no_text_is_refused(void **state)
{
	static const char nul[] = ISSUER "site_name = a\0b\n", behind[] = ISSUER "\0",
	    latin[] = ISSUER "site_name = caf\xe9\n";

	(void)state;
	assert_false(reads_bytes(nul, sizeof nul - 1));
	assert_false(reads_bytes(behind, sizeof behind - 1));
	assert_false(reads_bytes(latin, sizeof latin - 1));
	assert_false(reads_bytes("\0", 1));
}

static void every_key_can_be_given_at_once(void **state)
{
	struct buf b = buf_new(arena);

	(void)state;
	buf_text(&b,
	    ISSUER TOKEN "registration = token\nrate_limits = off\nlogo = /l.svg\naccent_color = #123456\n"
	    "site_name = x\ndatabase = y.db\nresource = https://mcp.example.org/x\nredirect_schemes = a\n"
	    "trusted_redirects = b\nallowed_origins = c\n");
	for (size_t i = 0; i < COUNT(numbers); i++)
		buf_printf(&b, "%s = %lld\n", numbers[i].key, (long long)numbers[i].most);
	row_check(reads(b.v), "%d: %s", error.line, error.reason);
	assert_string_equal(conf.database, arena_printf(arena, "%s/y.db", folder));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_issuer_is_enough, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_number_has_a_preset, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_number_has_edges, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_number_is_digits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_issuer_is_an_origin, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_else_is_an_issuer, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_issuer_is_required, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_text_is_taken_as_it_stands_or_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_switch_is_on_or_off, set_up, tear_down),
		cmocka_unit_test_setup_teardown(registration_is_one_of_three, set_up, tear_down),
		cmocka_unit_test_setup_teardown(registration_by_token_needs_the_token, set_up, tear_down),
		cmocka_unit_test_setup_teardown(blanks_comments_and_empty_lines_mean_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_wrong_line_is_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_text_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_key_can_be_given_at_once, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
