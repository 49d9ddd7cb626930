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
#include "json.h"
#include "scope.h"
#include "serve.h"
#include "url.h"
#include "voice.h"

#define SIGNING "RS256 ES256"

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

static void put_endpoint(struct buf *b, const struct conf *c, const char *name, const char *path)
{
	json_put_member(b, name, arena_printf(b->arena, "%s%s", c->issuer, path));
}

/* Every scope that there is, whatever endpoint knows it: clients ask for what is in this list. */
static void put_all_scopes(struct buf *b, const struct conf *c)
{
	static const struct conf_resource anywhere;

	json_put_words(b, "scopes_supported", scope_all_with_offline(b->arena, c, &anywhere));
}

static void put_resources(struct buf *b, const struct conf *c)
{
	struct buf all = buf_new(b->arena);
	size_t i;

	for (i = 0; i < c->resources; i++)
		buf_printf(&all, "%s ", c->resource[i].uri);
	json_put_words(b, "protected_resources", all.v);
}

/* RFC 8414 section 2; RFC 9207 section 3; draft-ietf-oauth-client-id-metadata-document section 5 */
static void put_server(struct buf *b, const struct conf *c)
{
	bool jwt = c->client_credentials || c->client_id_documents != DOCUMENTS_OFF;
	const char *methods = jwt ? "none client_secret_basic client_secret_post private_key_jwt" :
	    "none client_secret_basic client_secret_post";

	json_put_member(b, "issuer", c->issuer);
	put_endpoint(b, c, "authorization_endpoint", "/authorize");
	put_endpoint(b, c, "token_endpoint", "/token");
	if (c->registration != REGISTRATION_OFF)
		put_endpoint(b, c, "registration_endpoint", "/register");
	put_endpoint(b, c, "revocation_endpoint", "/revoke");
	if (c->introspection) {
		put_endpoint(b, c, "introspection_endpoint", "/introspect");
		json_put_words(b, "introspection_endpoint_auth_methods_supported", strchr(methods, ' ') + 1);
	}
	put_all_scopes(b, c);
	json_put_words(b, "response_types_supported", "code");
	json_put_words(b, "response_modes_supported", "query");
	json_put_words(b, "grant_types_supported", c->client_credentials ? "authorization_code refresh_token client_credentials" :
	    "authorization_code refresh_token");
	json_put_words(b, "token_endpoint_auth_methods_supported", methods);
	json_put_words(b, "revocation_endpoint_auth_methods_supported", methods);
	if (jwt) {
		json_put_words(b, "token_endpoint_auth_signing_alg_values_supported", SIGNING);
		json_put_words(b, "revocation_endpoint_auth_signing_alg_values_supported", SIGNING);
	}
	if (jwt && c->introspection)
		json_put_words(b, "introspection_endpoint_auth_signing_alg_values_supported", SIGNING);
	json_put_words(b, "code_challenge_methods_supported", "S256");
	json_put_name(b, "authorization_response_iss_parameter_supported");
	buf_text(b, "true");
	if (c->client_id_documents != DOCUMENTS_OFF) {
		json_put_name(b, "client_id_metadata_document_supported");
		buf_text(b, "true");
	}
	put_resources(b, c);
}

/* Strict OpenID parsers want these (OpenID Connect Discovery 1.0 section 3); no ID token is ever issued. */
static void put_openid(struct buf *b, const struct conf *c)
{
	put_server(b, c);
	json_put_words(b, "subject_types_supported", "public");
	json_put_words(b, "id_token_signing_alg_values_supported", "RS256");
}

/* RFC 9728 section 2 */
static void put_resource(struct buf *b, const struct conf *c, const struct conf_resource *r)
{
	json_put_member(b, "resource", r->uri);
	json_put_words(b, "authorization_servers", c->issuer);
	json_put_words(b, "scopes_supported", scope_all(b->arena, c, r));
	json_put_words(b, "bearer_methods_supported", "header");
	json_put_member(b, "resource_name", r->name);
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
	buf_char(&rs->body, '{');
	if (!*rest && is_name(name, n, "oauth-authorization-server"))
		put_server(&rs->body, c);
	else if (!*rest && is_name(name, n, "openid-configuration"))
		put_openid(&rs->body, c);
	else if (r && is_name(name, n, "oauth-protected-resource"))
		put_resource(&rs->body, c, r);
	else
		return &fail_not_found;
	buf_char(&rs->body, '}');
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
