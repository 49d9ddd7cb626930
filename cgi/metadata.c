/* SPDX-License-Identifier: ISC */
/*
 * metadata: says who we are.
 *
 *	GET	/.well-known/oauth-authorization-server		RFC 8414
 *	GET	/.well-known/openid-configuration		the same, for clients that only know this name
 *	GET	/.well-known/oauth-protected-resource		RFC 9728
 *	GET	/.well-known/oauth-protected-resource/mcp	the same, where section 3.1 puts it; one for each endpoint
 *	200	application/json
 *
 * It never opens the database.  What is not switched on is not in the documents.
 */
#include <string.h>

#include "arena.h"
#include "conf.h"
#include "metadata.h"
#include "serve.h"
#include "url.h"
#include "voice.h"

/* The only program that routes: by the last /.well-known/NAME of what was asked for, whatever was in front of it. */
static const char *asked_for(struct request *rq)
{
	static const char *const place[] = { "REQUEST_URI", "REDIRECT_URL", "SCRIPT_NAME" };
	static const char mark[] = "/.well-known/";
	const char *target, *path, *found = NULL, *at;
	size_t i;

	for (i = 0; !found && i < sizeof place / sizeof *place; i++) {
		target = http_env(rq, place[i]);
		path = target ? url_clean_path(rq->cx.arena, target) : NULL;
		if (target && !path)
			return "";
		for (at = path; at && (at = strstr(at, mark)); at++)
			found = at + sizeof mark - 1;
	}
	return found ? found : "";
}

/* The endpoint whose path follows the well-known name; the bare name is the first one's.  NULL: none. */
static const struct conf_resource *resource_behind(const struct conf *c, const char *rest)
{
	size_t i;

	for (i = 0; *rest && i < c->resources; i++)
		if (strcmp(rest, c->resource[i].path) == 0)
			return &c->resource[i];
	return *rest ? NULL : &c->resource[0];
}

static bool is_name(const char *name, size_t n, const char *document)
{
	return strlen(document) == n && memcmp(document, name, n) == 0;
}

static const struct fail *metadata_handle(struct request *rq, struct response *rs)
{
	const struct conf *c = rq->cx.conf;
	const char *name = asked_for(rq), *rest = name + strcspn(name, "/");
	const struct conf_resource *r = resource_behind(c, rest);
	size_t n = (size_t)(rest - name);

	http_answer(rs, 200, "application/json");
	http_header(rs, "Cache-Control", "public, max-age=300");
	if (!*rest && is_name(name, n, "oauth-authorization-server"))
		metadata_put_server(&rs->body, c);
	else if (!*rest && is_name(name, n, "openid-configuration"))
		metadata_put_openid(&rs->body, c);
	else if (r && is_name(name, n, "oauth-protected-resource"))
		metadata_put_resource(&rs->body, c, r);
	else
		return &fail_not_found;
	return NULL;
}

const struct endpoint metadata = {
	.name = "metadata", .methods = METHOD_GET, .role = ROLE_NONE, .body_max = 16 * 1024,
	.cors = CORS_ANY, .path_info = true, .handle = metadata_handle, .refuse = voice_json,
};

int main(void)
{
	return serve(&metadata);
}
