/* SPDX-License-Identifier: ISC */
/* resource: two spellings compared part by part (RFC 3986 section 6.2). */
#include <string.h>

#include "arena.h"
#include "conf.h"
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

const struct fail *resource_check(struct context *cx, const char *text)
{
	struct url ours, theirs;
	size_t n;

	if (!text || strcmp(text, cx->conf->resource) == 0)
		return NULL;
	if (!url_read(cx->arena, text, &theirs) || !url_read(cx->arena, cx->conf->resource, &ours) ||
	    theirs.fragment || theirs.userinfo || theirs.query)
		return &resource_invalid;
	n = path_length(theirs.path);
	if (strcmp(ours.scheme, theirs.scheme) != 0 || strcmp(ours.host, theirs.host) != 0 ||
	    port_of(&ours) != port_of(&theirs) || n != strlen(ours.path) || memcmp(ours.path, theirs.path, n) != 0)
		return &resource_invalid;
	return NULL;
}
