/* SPDX-License-Identifier: ISC */
/*
 * metadata: says who we are.
 *
 *	GET	/.well-known/oauth-authorization-server		RFC 8414
 *	GET	/.well-known/openid-configuration		the same, for clients that only know this name
 *	GET	/.well-known/oauth-protected-resource		RFC 9728
 *	GET	/.well-known/oauth-protected-resource/mcp	the same, where section 3.1 puts it
 *	200	application/json
 *
 * It never opens the database.  What is not switched on is not in the documents.
 */
#include <string.h>

#include "arena.h"
#include "conf.h"
#include "json.h"
#include "scope.h"
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
		for (at = path; at && (at = strstr(at, mark)); at++)
			found = at + sizeof mark - 1;
	}
	return found ? found : "";
}

static void put_endpoint(struct buf *b, const struct conf *c, const char *name, const char *path)
{
	json_put_member(b, name, arena_printf(b->arena, "%s%s", c->issuer, path));
}

/* RFC 8414 section 2; RFC 9207 section 3 */
static void put_server(struct buf *b, const struct conf *c)
{
	json_put_member(b, "issuer", c->issuer);
	put_endpoint(b, c, "authorization_endpoint", "/authorize");
	put_endpoint(b, c, "token_endpoint", "/token");
	if (c->registration != REGISTRATION_OFF)
		put_endpoint(b, c, "registration_endpoint", "/register");
	put_endpoint(b, c, "revocation_endpoint", "/revoke");
	json_put_words(b, "scopes_supported", scope_all_with_offline());
	json_put_words(b, "response_types_supported", "code");
	json_put_words(b, "response_modes_supported", "query");
	json_put_words(b, "grant_types_supported", "authorization_code refresh_token");
	json_put_words(b, "token_endpoint_auth_methods_supported", "none client_secret_basic client_secret_post");
	json_put_words(b, "revocation_endpoint_auth_methods_supported", "none client_secret_basic client_secret_post");
	json_put_words(b, "code_challenge_methods_supported", "S256");
	json_put_name(b, "authorization_response_iss_parameter_supported");
	buf_text(b, "true");
	json_put_words(b, "protected_resources", c->resource);
}

/* Strict OpenID parsers want these (OpenID Connect Discovery 1.0 section 3); no ID token is ever issued. */
static void put_openid(struct buf *b, const struct conf *c)
{
	put_server(b, c);
	json_put_words(b, "subject_types_supported", "public");
	json_put_words(b, "id_token_signing_alg_values_supported", "RS256");
}

/* RFC 9728 section 2 */
static void put_resource(struct buf *b, const struct conf *c)
{
	json_put_member(b, "resource", c->resource);
	json_put_words(b, "authorization_servers", c->issuer);
	json_put_words(b, "scopes_supported", scope_all());
	json_put_words(b, "bearer_methods_supported", "header");
	json_put_member(b, "resource_name", c->site_name);
}

static const struct fail *metadata_handle(struct request *rq, struct response *rs)
{
	static const struct { const char *name; bool resource; void (*put)(struct buf *b, const struct conf *c); } document[] = {
		{ "oauth-authorization-server", false, put_server },
		{ "openid-configuration", false, put_openid },
		{ "oauth-protected-resource", true, put_resource },
	};
	const struct conf *c = rq->cx.conf;
	const char *name = asked_for(rq), *rest = name + strcspn(name, "/");
	size_t i;

	for (i = 0; i < sizeof document / sizeof *document; i++) {
		if (strlen(document[i].name) != (size_t)(rest - name) || memcmp(document[i].name, name, (size_t)(rest - name)) != 0)
			continue;
		if (*rest && !(document[i].resource && strcmp(rest, c->resource + strlen(c->issuer)) == 0))
			return &fail_not_found;
		http_answer(rs, 200, "application/json");
		http_header(rs, "Cache-Control", "public, max-age=300");
		buf_char(&rs->body, '{');
		document[i].put(&rs->body, c);
		buf_char(&rs->body, '}');
		return NULL;
	}
	return &fail_not_found;
}

const struct endpoint metadata = {
	.name = "metadata", .methods = METHOD_GET, .role = ROLE_NONE, .body_max = 16 * 1024,
	.cors = CORS_ANY, .path_info = true, .handle = metadata_handle, .refuse = voice_json,
};

int main(void)
{
	return serve(&metadata);
}
