/* SPDX-License-Identifier: ISC */
/* metadata: what is not switched on is not in the documents. */
#include <string.h>

#include "json.h"
#include "metadata.h"
#include "scope.h"

#define SIGNING "RS256 ES256"

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
static void put_members(struct buf *b, const struct conf *c)
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

void metadata_put_server(struct buf *b, const struct conf *c)
{
	buf_char(b, '{');
	put_members(b, c);
	buf_char(b, '}');
}

/* Strict OpenID parsers want these (OpenID Connect Discovery 1.0 section 3); no ID token is ever issued. */
void metadata_put_openid(struct buf *b, const struct conf *c)
{
	buf_char(b, '{');
	put_members(b, c);
	json_put_words(b, "subject_types_supported", "public");
	json_put_words(b, "id_token_signing_alg_values_supported", "RS256");
	buf_char(b, '}');
}

/* RFC 9728 section 2 */
void metadata_put_resource(struct buf *b, const struct conf *c, const struct conf_resource *r)
{
	buf_char(b, '{');
	json_put_member(b, "resource", r->uri);
	json_put_words(b, "authorization_servers", c->issuer);
	json_put_words(b, "scopes_supported", scope_all(b->arena, c, r));
	json_put_words(b, "bearer_methods_supported", "header");
	json_put_member(b, "resource_name", r->name);
	buf_char(b, '}');
}
