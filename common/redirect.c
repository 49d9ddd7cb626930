/* SPDX-License-Identifier: ISC */
/* redirect: rules as in RFC 9700 section 4.1 and RFC 8252. */
#include <string.h>

#include "json.h"
#include "redirect.h"
#include "url.h"

static bool is_loopback(const struct url *u)
{
	return strcmp(u->scheme, "http") == 0 && u->authority && url_host_is_loopback(u->host);
}

/* A private-use scheme names an app; without a period it must be one that the operator knows. */
static bool is_private_scheme(const struct conf *conf, const struct url *u)
{
	static const char *const never[] = {
		"http", "https", "javascript", "data", "vbscript", "file", "blob", "about", "view-source", "filesystem",
	};
	size_t i;

	for (i = 0; i < sizeof never / sizeof *never; i++)
		if (strcmp(u->scheme, never[i]) == 0)
			return false;
	return strchr(u->scheme, '.') || conf_has_word(conf->redirect_schemes, u->scheme);
}

/* Letters, digits, '-' and '.', or what stands between brackets: no escape, nothing that a person would misread. */
static bool is_plain_host(const char *host)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";

	if (*host != '[')
		return *host && host[strspn(host, name)] == '\0';
	host += 1 + strspn(host + 1, "0123456789abcdef:.");
	return strcmp(host, "]") == 0;
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

bool redirect_is_allowed(struct arena *a, const struct conf *conf, const char *uri)
{
	struct url u;

	if (strlen(uri) > 2048 || !url_read(a, uri, &u) || u.userinfo || u.fragment || has_our_parameter(u.query))
		return false;
	if (strcmp(u.scheme, "https") == 0)
		return u.authority && is_plain_host(u.host);
	return is_loopback(&u) || is_private_scheme(conf, &u);
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
	return is_loopback(&one) && is_loopback(&two) && !two.userinfo && !two.fragment &&
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
