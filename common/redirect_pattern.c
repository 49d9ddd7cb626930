/* SPDX-License-Identifier: ISC */
/*
 * redirect_pattern: the operator's rules, compared part by part and never as one text, so that an asterisk cannot reach from a
 * path into a host.  An allow rule is read narrowly and a deny rule widely: what a rule leaves open is refused by both.
 */
#include <string.h>
#include <strings.h>

#include "redirect.h"
#include "url.h"

enum { PATTERN_MAX = 2048 };

/* How far an asterisk goes. */
struct reach {
	const char *stops;		/* bytes that it never stands for */
	bool wide;			/* it may stand for nothing, and for an escaped delimiter */
};

static const struct reach within_label = { ".:@/?#[]%", false };
static const struct reach within_segment = { "/@:?#", false };
static const struct reach within_label_wide = { ".:@/?#[]", true };
static const struct reach within_segment_wide = { "/", true };

/* An escaped slash, backslash, '@', ':', '?' or '#': some servers take it for the thing itself. */
static bool is_escaped_delimiter(const char *s)
{
	static const char *const escape[] = { "%2f", "%5c", "%40", "%3a", "%3f", "%23" };
	size_t i;

	for (i = 0; *s == '%' && i < sizeof escape / sizeof *escape; i++)
		if (strncasecmp(s, escape[i], 3) == 0)
			return true;
	return false;
}

static bool reaches(const struct reach *r, const char *s)
{
	return *s && !strchr(r->stops, *s) && (r->wide || !is_escaped_delimiter(s));
}

/*
 * Both texts have as many delimiters as the other, or they do not fit, because no asterisk stands for one; so that only the last
 * asterisk that was met has ever to be tried longer.
 */
static bool fits(const char *glob, const char *text, const struct reach *r)
{
	const char *star = NULL, *from = NULL;

	for (;;) {
		if (*glob == '*') {
			star = ++glob;
			if (!r->wide) {
				if (!reaches(r, text))
					return false;
				text++;
			}
			from = text;
		} else if (*glob && *glob == *text) {
			glob++;
			text++;
		} else if (!*glob && !*text) {
			return true;
		} else if (star && reaches(r, from)) {
			text = ++from;
			glob = star;
		} else {
			return false;
		}
	}
}

static bool same(const char *one, const char *two)
{
	return one && two ? strcmp(one, two) == 0 : one == two;
}

static bool is_web(const struct url *u)
{
	return strcmp(u->scheme, "https") == 0 || strcmp(u->scheme, "http") == 0;
}

/* For the web "" and "/" are one path (RFC 3986 section 6.2.3). */
static const char *path_of(const struct url *u)
{
	return !*u->path && is_web(u) ? "/" : u->path;
}

static int port_of(const struct url *u)
{
	return u->port >= 0 || !is_web(u) ? u->port : strcmp(u->scheme, "https") == 0 ? 443 : 80;
}

static bool is_allowed_by(const struct url *p, const struct url *u)
{
	return p->authority == u->authority && p->port == u->port && fits(p->host, u->host, &within_label) &&
	    fits(path_of(p), path_of(u), &within_segment) && same(p->query, u->query);
}

/* A period at the end of a host names the same host. */
static const char *host_of(struct arena *a, const struct url *u)
{
	size_t n = strlen(u->host);

	return n > 1 && u->host[n - 1] == '.' ? arena_text(a, u->host, n - 1) : u->host;
}

/* Escapes of letters, digits, '-', '.', '_' and '~' mean the same as the character (RFC 3986 section 6.2.2.2). */
static const char *plain_path(struct arena *a, const char *path)
{
	struct buf b = buf_new(a);
	const char *one;

	for (; *path; path++) {
		one = *path == '%' ? url_decode(a, path, 3, false) : NULL;
		if (one && (strchr("-._~", *one) || (*one >= '0' && *one <= '9') || ((*one | 32) >= 'a' && (*one | 32) <= 'z'))) {
			buf_char(&b, *one);
			path += 2;
		} else {
			buf_char(&b, *path);
		}
	}
	return b.v;
}

/* What the pattern does not spell may be anything. */
static bool is_denied_by(struct arena *a, const struct url *p, const struct url *u)
{
	if (!p->authority && !*p->path)
		return true;
	if (p->authority != u->authority || !fits(host_of(a, p), host_of(a, u), &within_label_wide))
		return false;
	if (p->port >= 0 && port_of(p) != port_of(u))
		return false;
	if (*p->path && !fits(p->path, path_of(u), &within_segment_wide) &&
	    !fits(plain_path(a, p->path), plain_path(a, path_of(u)), &within_segment_wide))
		return false;
	return !p->query || same(p->query, u->query);
}

bool redirect_pattern_matches(struct arena *a, const struct redirect_rule *rule, const struct url *u)
{
	struct url p;

	if (!url_read(a, rule->pattern, &p) || strcmp(p.scheme, u->scheme) != 0)
		return false;
	return rule->allow ? is_allowed_by(&p, u) : is_denied_by(a, &p, u);
}

/* ---- what an operator may write ----------------------------------------------------------------------------- */

static const char *host_check(const char *host)
{
	static const char known[] = "abcdefghijklmnopqrstuvwxyz0123456789-._*";

	if (*host == '[')
		return strchr(host, '*') ? "'*' cannot stand in an IPv6 address" : NULL;
	if (host[strspn(host, known)])
		return "the host has a character that no host has";
	if (*host == '.' || strstr(host, ".."))
		return "the host has an empty label";
	return NULL;
}

static const char *web_check(const struct url *u, bool allow)
{
	if (!u->authority || !*u->host)
		return "there is no host: write scheme://host/path";
	if (strcmp(u->scheme, "http") == 0 && allow)
		return "http is for loopback addresses, which need no allow rule";
	return NULL;
}

const char *redirect_pattern_check(struct arena *a, const char *pattern, bool allow)
{
	const char *wrong;
	struct url u;

	if (strlen(pattern) > PATTERN_MAX)
		return "it is too long";
	if (!url_read(a, pattern, &u))
		return "it is not an address as in https://*.example.org/callback (no blanks; a port is a number)";
	if (redirect_is_never(u.scheme))
		return "addresses of this scheme are never allowed";
	if (u.userinfo || u.fragment)
		return "an address with a user or a fragment is never allowed";
	if (strcmp(u.scheme, "http") == 0 || strcmp(u.scheme, "https") == 0) {
		if ((wrong = web_check(&u, allow)))
			return wrong;
	} else if (allow && !u.authority && !*u.path) {
		return "there is nothing behind the scheme";
	}
	if ((wrong = host_check(u.host)))
		return wrong;
	if (redirect_has_dots(u.path))
		return "the path has a '.' or '..' segment";
	if (u.query && strchr(u.query, '*'))
		return "'*' has no meaning in a query, which is compared as it stands";
	return NULL;
}
