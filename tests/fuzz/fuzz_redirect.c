/* SPDX-License-Identifier: ISC */
/*
 * fuzz_redirect: the first line is registered, the second is asked for.  Nothing that runs can be registered,
 * and what matches without being the same differs in the port of a loopback address only.  The first line is the
 * operator's pattern, too: what he denies is refused whatever he allows, and what he allows has as many labels, segments and
 * delimiters as he wrote.
 */
#include "fuzz.h"

#include <ctype.h>

#include "json.h"
#include "redirect.h"
#include "resource.h"
#include "url.h"

static const struct conf conf = {
	.redirect_schemes = "cursor vscode vscode-insiders claude", .trusted_redirects = "claude.ai chatgpt.com",
	.resource = { { .uri = "https://mcp.example.org/mcp", .path = "/mcp", .name = "x" } }, .resources = 1,
};

static const struct redirect_rules none;

static void check_allowed(struct arena *a, const char *uri)
{
	static const char *const never[] = { "javascript:", "data:", "vbscript:", "file:", "blob:", "about:",
	    "view-source:" };

	if (redirect_refusal(a, &conf, &none, uri))
		return;
	must(fuzz_is_printable(uri) && !strpbrk(uri, " \"<>\\#"));
	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		must(strncasecmp(uri, never[i], strlen(never[i])) != 0);
	must(strncasecmp(uri, "http:", 5) != 0 || redirect_is_loopback(a, uri));
	must(strncasecmp(uri, "https:", 6) != 0 || strncasecmp(uri, "https://", 8) == 0);
}

static void check_trusted(struct arena *a, const char *uri)
{
	const char *host = redirect_host(a, uri);

	must(fuzz_is_printable(host));
	if (!redirect_is_trusted(a, &conf, uri))
		return;
	must(redirect_is_loopback(a, uri) || strncmp(host, "claude.ai", 9) == 0 ||
	    strncmp(host, "chatgpt.com", 11) == 0);
}

/* The address without the port behind its loopback host. */
static const char *without_port(struct arena *a, const char *uri)
{
	static const char *const start[] = { "http://127.0.0.1", "http://[::1]", "http://localhost" };
	size_t i, n;

	for (i = 0; i < sizeof start / sizeof *start; i++) {
		n = strlen(start[i]);
		if (strncasecmp(uri, start[i], n) != 0)
			continue;
		uri += n;
		if (*uri == ':')
			for (uri++; isdigit((unsigned char)*uri); uri++)
				continue;
		return arena_printf(a, "%s%s", start[i], uri);
	}
	return NULL;
}

static void check_match(struct arena *a, const char *registered, const char *uri)
{
	struct buf list = buf_new(a);
	const char *one, *two;

	if (!utf8_is(registered, strlen(registered)))
		return;
	buf_char(&list, '[');
	json_put_text(&list, registered);
	buf_char(&list, ']');
	must(redirect_is_registered(a, list.v, registered));
	must(strcmp(redirect_only(a, list.v), registered) == 0);
	if (!redirect_is_registered(a, list.v, uri) || strcmp(registered, uri) == 0)
		return;
	one = without_port(a, registered);
	two = without_port(a, uri);
	must(one && two && strcmp(one, two) == 0);
}

static size_t count(const char *text, char c)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == c;
	return n;
}

static void check_pattern(struct arena *a, const char *pattern, const char *uri)
{
	struct redirect_rule rule[] = { { 1, false, pattern, 0 }, { 2, true, pattern, 0 } };
	const struct redirect_rules deny = { rule, 1 }, allow = { rule + 1, 1 }, both = { rule, 2 };
	struct url u, p;
	bool allows, denies;

	if (!url_read(a, uri, &u))
		return;
	allows = redirect_pattern_matches(a, &rule[1], &u);
	denies = redirect_pattern_matches(a, &rule[0], &u);
	must(!denies || redirect_refusal(a, &conf, &deny, uri));
	must(!denies || redirect_refusal(a, &conf, &both, uri));
	if (!allows)
		return;
	must(denies);
	must(url_read(a, pattern, &p) && strcmp(p.scheme, u.scheme) == 0 && p.port == u.port);
	must(count(p.host, '.') == count(u.host, '.') && count(p.path, '@') == count(u.path, '@'));
	must(count(p.path, '/') == count(u.path, '/') || strlen(p.path) + strlen(u.path) == 1);
	if (redirect_pattern_check(a, pattern, true) || redirect_refusal(a, &conf, &allow, uri))
		return;
	must(!strpbrk(uri, "@#") || strchr(pattern, '@'));
}

static void check_resource(struct arena *a, const char *text)
{
	struct context cx = { .arena = a, .conf = &conf, .peer = "" };

	if (!resource_check(&cx, text, conf.resource[0].uri))
		must(strncasecmp(text, "https://mcp.example.org", 23) == 0 &&
		    strlen(text) <= strlen("https://mcp.example.org:443/mcp/"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	char *uri = fuzz_text(a, data, size), *registered = fuzz_line(&uri);

	check_allowed(a, registered);
	check_allowed(a, uri);
	check_trusted(a, uri);
	check_match(a, registered, uri);
	check_pattern(a, registered, uri);
	check_resource(a, uri);
	arena_drop(a);
	return 0;
}
