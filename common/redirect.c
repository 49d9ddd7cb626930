/* SPDX-License-Identifier: ISC */
/* redirect: rules as in RFC 9700 section 4.1 and RFC 8252. */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "buf.h"
#include "json.h"
#include "redirect.h"
#include "url.h"

static bool is_loopback(const struct url *u)
{
	return strcmp(u->scheme, "http") == 0 && u->authority && url_host_is_loopback(u->host);
}

bool redirect_is_never(const char *scheme)
{
	static const char *const never[] = {
		"javascript", "data", "vbscript", "file", "blob", "about", "view-source", "filesystem",
	};
	size_t i;

	for (i = 0; i < sizeof never / sizeof *never; i++)
		if (strcmp(scheme, never[i]) == 0)
			return true;
	return false;
}

/* A private-use scheme names an app; without a period it must be one that the operator knows. */
static bool is_private_scheme(const struct conf *conf, const struct url *u)
{
	return strchr(u->scheme, '.') || conf_has_word(conf->redirect_schemes, u->scheme);
}

/* An address that other spellings mean, too, could pass a rule in one of them: only the one that is usual. */
static bool is_plain_address(const char *host, int family)
{
	size_t n = strlen(host);
	unsigned char bytes[16];
	char text[INET6_ADDRSTRLEN], usual[INET6_ADDRSTRLEN];

	if (family == AF_INET6)
		n -= 2, host++;
	if (n >= sizeof text)
		return false;
	memcpy(text, host, n);
	text[n] = '\0';
	return inet_pton(family, text, bytes) == 1 && inet_ntop(family, bytes, usual, sizeof usual) && strcmp(text, usual) == 0;
}

/* Does the last label begin with a digit?  Browsers take the host for an IPv4 address then (URL standard, "ends in a number"). */
static bool ends_in_number(const char *host)
{
	size_t n = strlen(host);
	const char *dot;

	if (n > 0 && host[n - 1] == '.')
		n--;
	dot = memrchr(host, '.', n);
	dot = dot ? dot + 1 : host;
	return *dot >= '0' && *dot <= '9' && (strspn(dot, "0123456789.") == strlen(dot) || strncmp(dot, "0x", 2) == 0);
}

/* Letters, digits, '-' and '.', or an address: no escape, nothing that a person would misread. */
static bool is_plain_host(const char *host)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";

	if (*host == '[')
		return strlen(host) > 2 && host[strlen(host) - 1] == ']' && is_plain_address(host, AF_INET6);
	if (!*host || host[strspn(host, name)] || *host == '.' || strstr(host, ".."))
		return false;
	return !ends_in_number(host) || is_plain_address(host, AF_INET);
}

bool redirect_has_dots(const char *path)
{
	size_t n;

	for (; *path; path += *path == '/') {
		for (n = 0; *path && *path != '/'; n++) {
			if (*path == '.')
				path++;
			else if (strncasecmp(path, "%2e", 3) == 0)
				path += 3;
			else
				break;
		}
		if ((n == 1 || n == 2) && (!*path || *path == '/'))
			return true;
		path += strcspn(path, "/");
	}
	return false;
}

/* Our own parameters may not stand in it already: the client would see two of them, ours last. */
static bool has_our_parameter(const char *query)
{
	static const char *const ours[] = { "code", "state", "iss", "error", "error_description" };
	size_t i, n;

	for (; query && *query; query += n + (query[n] == '&')) {
		n = strcspn(query, "&");
		for (i = 0; i < sizeof ours / sizeof *ours; i++)
			if (strcspn(query, "&=") == strlen(ours[i]) && strncmp(query, ours[i], strlen(ours[i])) == 0)
				return true;
	}
	return false;
}

/* What the operator's rules say. */
struct verdict {
	const struct redirect_rule *denied, *allowed;
	bool closed;			/* only what a rule allows may use this scheme */
};

static struct verdict judge(struct arena *a, const struct redirect_rules *rules, const struct url *u)
{
	struct verdict v = { 0 };
	const struct redirect_rule *r;
	size_t n = strlen(u->scheme), i;

	for (i = 0; i < rules->n; i++) {
		r = &rules->rule[i];
		if (r->allow && strncasecmp(r->pattern, u->scheme, n) == 0 && r->pattern[n] == ':')
			v.closed = true;
		if (!redirect_pattern_matches(a, r, u))
			continue;
		if (r->allow)
			v.allowed = r;
		else
			v.denied = r;
	}
	return v;
}

/* What no rule can allow. */
static const char *flaw(const struct url *u)
{
	if (u->userinfo)
		return "has a user in it";
	if (u->fragment)
		return "has a fragment";
	if (redirect_has_dots(u->path))
		return "has a '.' or '..' in its path";
	if (has_our_parameter(u->query))
		return "has a parameter that is ours: code, state, iss, error or error_description";
	if (redirect_is_never(u->scheme))
		return "has a scheme that is never allowed";
	if (strcmp(u->scheme, "http") == 0 && !is_loopback(u))
		return "is http, but not on 127.0.0.1, [::1] or localhost";
	if (strcmp(u->scheme, "https") == 0 && (!u->authority || !is_plain_host(u->host)))
		return "has no proper host";
	return NULL;
}

const char *redirect_refusal(struct arena *a, const struct conf *conf, const struct redirect_rules *rules, const char *uri)
{
	struct verdict v;
	const char *why;
	struct url u;

	if (strlen(uri) > 2048)
		return "is too long";
	if (!url_read(a, uri, &u))
		return "is not an absolute address";
	if ((why = flaw(&u)))
		return why;
	v = judge(a, rules, &u);
	if (v.denied)
		return arena_printf(a, "is what the deny rule %lld means, %.200s", (long long)v.denied->id, v.denied->pattern);
	if (is_loopback(&u) || v.allowed)
		return NULL;
	if (v.closed)
		return "matches none of the allow rules that there are for its scheme";
	if (strcmp(u.scheme, "https") == 0 || is_private_scheme(conf, &u))
		return NULL;
	return "has a scheme without a period that is neither in redirect_schemes nor allowed by a rule";
}

static void load_one(void *with, const struct redirect_rule *r)
{
	buf_put(with, r, sizeof *r);
}

static const struct fail *load(struct context *cx)
{
	struct redirect_rules *rules = arena_take(cx->arena, sizeof *rules);
	struct buf all = buf_new(cx->arena);
	const struct fail *no;

	if ((no = redirect_rule_each(cx->store, cx->arena, load_one, &all)))
		return no;
	rules->n = all.len / sizeof *rules->rule;
	rules->rule = memcpy(arena_take(cx->arena, all.len + 1), all.v, all.len);
	cx->redirect_rules = rules;
	return NULL;
}

/* Of what came from outside, as much as fits into a line of the audit. */
static const char *shown(struct arena *a, const char *uri)
{
	char *text = arena_printf(a, "%.200s", uri), *s;

	for (s = text; *s; s++)
		if ((unsigned char)*s < 0x20 || (unsigned char)*s >= 0x7f)
			*s = '?';
	return text;
}

const struct fail *redirect_check(struct context *cx, const char *uri, bool *allowed)
{
	const struct fail *no;
	const char *why;

	*allowed = false;
	if (!cx->redirect_rules && (no = load(cx)))
		return no;
	why = redirect_refusal(cx->arena, cx->conf, cx->redirect_rules, uri);
	if (why)
		cx->trail.why = arena_printf(cx->arena, "redirect_uri '%s' %s", shown(cx->arena, uri), why);
	*allowed = !why;
	return NULL;
}

static bool same(const char *one, const char *two)
{
	return one && two ? strcmp(one, two) == 0 : one == two;
}

/* RFC 8252 section 7.3: the port of a loopback redirect may be any; nothing else may differ. */
static bool matches(struct arena *a, const char *registered, const char *uri)
{
	struct url one, two;

	if (strcmp(registered, uri) == 0)
		return true;
	if (strncmp(uri, "http://", 7) != 0 || !url_read(a, registered, &one) || !url_read(a, uri, &two))
		return false;
	if (strncmp(uri + strlen("http://"), two.host, strlen(two.host)) != 0)
		return false;		/* in another case, or behind a user name */
	return is_loopback(&one) && is_loopback(&two) && !one.fragment && !two.userinfo && !two.fragment &&
	    strcmp(one.host, two.host) == 0 && strcmp(one.path, two.path) == 0 && same(one.query, two.query);
}

bool redirect_is_registered(struct arena *a, const char *registered, const char *uri)
{
	struct json_object *list;
	size_t i;

	if (!json_read(a, registered, strlen(registered), &list))
		return false;
	for (i = 0; i < json_object_array_length(list); i++)
		if (matches(a, json_object_get_string(json_object_array_get_idx(list, i)), uri))
			return true;
	return false;
}

const char *redirect_only(struct arena *a, const char *registered)
{
	struct json_object *list;

	if (!json_read(a, registered, strlen(registered), &list) || json_object_array_length(list) != 1)
		return NULL;
	return json_object_get_string(json_object_array_get_idx(list, 0));
}

bool redirect_is_loopback(struct arena *a, const char *uri)
{
	struct url u;

	return url_read(a, uri, &u) && is_loopback(&u);
}

bool redirect_is_trusted(struct arena *a, const struct conf *conf, const char *uri)
{
	struct url u;

	if (!url_read(a, uri, &u))
		return false;
	return is_loopback(&u) || (strcmp(u.scheme, "https") == 0 && conf_has_word(conf->trusted_redirects, u.host));
}

const char *redirect_host(struct arena *a, const char *uri)
{
	struct url u;

	if (!url_read(a, uri, &u))
		return "?";
	if (strcmp(u.scheme, "http") != 0 && strcmp(u.scheme, "https") != 0)
		return arena_printf(a, "%s:", u.scheme);
	return u.port < 0 ? u.host : arena_printf(a, "%s:%d", u.host, u.port);
}
