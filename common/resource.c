/* SPDX-License-Identifier: ISC */
/* resource: two spellings compared part by part (RFC 3986 section 6.2). */
#include <string.h>

#include "arena.h"
#include "resource.h"
#include "url.h"

const struct fail resource_invalid = FAIL(400, "invalid_target",
    "The resource is not one that this server protects");

static int port_of(const struct url *u)
{
	if (u->port >= 0)
		return u->port;
	return strcmp(u->scheme, "https") == 0 ? 443 : 80;
}

static size_t path_length(const char *path)
{
	size_t n = strlen(path);

	return n && path[n - 1] == '/' ? n - 1 : n;
}

static bool is_same(struct arena *a, const char *text, const char *uri)
{
	struct url ours, theirs;
	size_t n;

	if (strcmp(text, uri) == 0)
		return true;
	if (!url_read(a, text, &theirs) || !url_read(a, uri, &ours) || theirs.fragment || theirs.userinfo || theirs.query)
		return false;
	n = path_length(theirs.path);
	return strcmp(ours.scheme, theirs.scheme) == 0 && strcmp(ours.host, theirs.host) == 0 &&
	    port_of(&ours) == port_of(&theirs) && n == strlen(ours.path) && memcmp(ours.path, theirs.path, n) == 0;
}

const struct fail *resource_find(struct context *cx, const char *text, const struct conf_resource **r)
{
	size_t i;

	*r = &cx->conf->resource[0];
	for (i = 0; text && i < cx->conf->resources; i++, *r = NULL)
		if (is_same(cx->arena, text, (*r = &cx->conf->resource[i])->uri))
			return NULL;
	if (!text)
		return NULL;
	cx->trail.why = arena_printf(cx->arena, "resource is '%.200s'; this server has '%s'%s", text, cx->conf->resource[0].uri,
	    cx->conf->resources > 1 ? " and others" : "");
	return &resource_invalid;
}

const struct fail *resource_check(struct context *cx, const char *text, const char *granted)
{
	if (!text || is_same(cx->arena, text, granted))
		return NULL;
	cx->trail.why = arena_printf(cx->arena, "resource is '%.200s'; what was granted is for '%s'", text, granted);
	return &resource_invalid;
}

const struct conf_resource *resource_of(const struct conf *conf, const char *uri)
{
	size_t i;

	for (i = 0; i < conf->resources; i++)
		if (strcmp(conf->resource[i].uri, uri) == 0)
			return &conf->resource[i];
	return NULL;
}

const struct conf_resource *resource_at(const struct conf *conf, const char *path)
{
	size_t n = path_length(path), i;

	if (conf->resources == 1)
		return &conf->resource[0];
	for (i = 0; i < conf->resources; i++)
		if (strlen(conf->resource[i].path) == n && memcmp(conf->resource[i].path, path, n) == 0)
			return &conf->resource[i];
	return NULL;
}
