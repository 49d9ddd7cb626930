/* SPDX-License-Identifier: ISC */
/*
 * token: trades what you hold for a token (OAuth 2.1 section 3.2).
 *
 *	POST	application/x-www-form-urlencoded
 *	200	application/json	access_token, token_type, expires_in, refresh_token, scope
 *	4xx	application/json	error, error_description
 */
#include <string.h>

#include "audit.h"
#include "clientauth.h"
#include "clientform.h"
#include "conf.h"
#include "json.h"
#include "oauth.h"
#include "serve.h"

enum {
	GRANT_TYPE, CLIENT_ID, CLIENT_SECRET, CODE, REDIRECT_URI, CODE_VERIFIER, REFRESH_TOKEN, SCOPE, RESOURCE,
	ASSERTION_TYPE_, ASSERTION, FIELDS,
};

static const char *const fields[FIELDS] = {
	[GRANT_TYPE] = "grant_type", [CLIENT_ID] = "client_id", [CLIENT_SECRET] = "client_secret", [CODE] = "code",
	[REDIRECT_URI] = "redirect_uri", [CODE_VERIFIER] = "code_verifier", [REFRESH_TOKEN] = "refresh_token",
	[SCOPE] = "scope", [RESOURCE] = "resource", [ASSERTION_TYPE_] = "client_assertion_type",
	[ASSERTION] = "client_assertion",
};

static const struct fail grant_type_missing = FAIL(400, "invalid_request", "grant_type is missing");
static const struct fail grant_type_unknown = FAIL(400, "unsupported_grant_type",
    "grant_type is none that this server supports");

static const struct grant_type {
	const char *name;
	const struct fail *(*give)(struct context *cx, const struct client *c, const struct token_request *r, struct tokens *t);
} grant_types[] = {
	{ "authorization_code", oauth_give_for_code },
	{ "refresh_token", oauth_give_for_refresh },
	{ "client_credentials", oauth_give_for_client },
	{ NULL, NULL },
};

static const struct grant_type *find_grant_type(const struct conf *conf, const char *name)
{
	const struct grant_type *x;

	for (x = grant_types; x->name && strcmp(x->name, name) != 0; x++)
		continue;
	return !x->name || (x->give == oauth_give_for_client && !conf->client_credentials) ? NULL : x;
}

static const struct fail *give(struct request *rq, const char **v, struct tokens *t)
{
	const struct token_request r = {
		.code = v[CODE], .redirect_uri = v[REDIRECT_URI], .code_verifier = v[CODE_VERIFIER],
		.refresh_token = v[REFRESH_TOKEN], .scope = v[SCOPE], .resource = v[RESOURCE],
	};
	const struct client_credentials x = {
		http_authorization(rq), v[CLIENT_ID], v[CLIENT_SECRET], v[ASSERTION_TYPE_], v[ASSERTION],
	};
	const struct grant_type *type;
	const struct fail *no;
	struct client *c;

	if (!v[GRANT_TYPE])
		return &grant_type_missing;
	if (!(type = find_grant_type(rq->cx.conf, v[GRANT_TYPE])))
		return &grant_type_unknown;
	if ((no = client_authenticate(&rq->cx, &x, &c)))
		return no;
	return type->give(&rq->cx, c, &r, t);
}

static const struct fail *token_handle(struct request *rq, struct response *rs)
{
	struct tokens t = { 0 };
	const char *v[FIELDS];
	const struct fail *no;

	if ((no = clientform_read(rq, fields, FIELDS, v)) || (no = give(rq, v, &t)))
		return no;
	http_answer(rs, 200, "application/json");
	http_header(rs, "Pragma", "no-cache");
	buf_char(&rs->body, '{');
	json_put_member(&rs->body, "access_token", t.access.v);
	json_put_member(&rs->body, "token_type", "Bearer");
	json_put_number(&rs->body, "expires_in", t.expires_in);
	if (t.has_refresh)
		json_put_member(&rs->body, "refresh_token", t.refresh.v);
	json_put_member(&rs->body, "scope", t.scope);
	buf_char(&rs->body, '}');
	return NULL;
}

static void token_refuse(struct request *rq, struct response *rs, const struct fail *no)
{
	clientform_refuse(rq, rs, AUDIT_TOKEN, no);
}

const struct endpoint token = {
	.name = "token", .methods = METHOD_POST, .role = ROLE_TOKEN, .body_max = 64 * 1024,
	.cors = CORS_ANY, .handle = token_handle, .refuse = token_refuse,
};

int main(void)
{
	return serve(&token);
}
