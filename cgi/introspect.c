/* SPDX-License-Identifier: ISC */
/*
 * introspect: tells a resource server what a token is worth (RFC 7662).
 *
 *	POST	application/x-www-form-urlencoded	token, client authentication
 *	200	application/json	{"active":false}, and nothing else, unless the token lives and is for a resource that the
 *					operator lets this client ask about
 *	4xx	application/json	error, error_description
 */
#include <inttypes.h>

#include "arena.h"
#include "audit.h"
#include "clientauth.h"
#include "clientform.h"
#include "conf.h"
#include "json.h"
#include "oauth.h"
#include "serve.h"

enum { TOKEN, CLIENT_ID, CLIENT_SECRET, ASSERTION_TYPE_, ASSERTION, FIELDS };

static const char *const fields[FIELDS] = {
	[TOKEN] = "token", [CLIENT_ID] = "client_id", [CLIENT_SECRET] = "client_secret",
	[ASSERTION_TYPE_] = "client_assertion_type", [ASSERTION] = "client_assertion",
};

static const struct fail token_missing = FAIL(400, "invalid_request", "token is missing");

/* RFC 7662 section 2.2 */
static void put(struct buf *b, const struct context *cx, const struct introspection *x)
{
	json_put_name(b, "active");
	buf_text(b, x ? "true" : "false");
	if (!x)
		return;
	json_put_member(b, "scope", x->scope);
	json_put_member(b, "client_id", x->client_id);
	json_put_member(b, "username", x->user_name);
	json_put_member(b, "token_type", "Bearer");
	json_put_number(b, "exp", x->expires_at);
	json_put_number(b, "iat", x->issued_at);
	json_put_member(b, "sub", x->user_id ? arena_printf(b->arena, "%" PRId64, x->user_id) : x->client_id);
	json_put_member(b, "aud", x->resource);
	json_put_member(b, "iss", cx->conf->issuer);
}

static const struct fail *introspect_handle(struct request *rq, struct response *rs)
{
	struct introspection *found;
	const char *v[FIELDS];
	const struct fail *no;
	struct client *c;

	if (!rq->cx.conf->introspection)
		return &fail_not_found;
	if ((no = clientform_read(rq, fields, FIELDS, v)))
		return no;
	if (!v[TOKEN])
		return &token_missing;
	if (!http_authorization(rq) && !v[CLIENT_ID] && !v[ASSERTION])
		return &client_invalid;		/* RFC 7662 section 2.1: whoever asks has to say who it is */
	no = client_authenticate(&rq->cx, &(struct client_credentials){ http_authorization(rq), v[CLIENT_ID], v[CLIENT_SECRET],
	    v[ASSERTION_TYPE_], v[ASSERTION] }, &c);
	if (no || (no = oauth_introspect(&rq->cx, c, v[TOKEN], &found)))
		return no;
	http_answer(rs, 200, "application/json");
	http_header(rs, "Pragma", "no-cache");
	buf_char(&rs->body, '{');
	put(&rs->body, &rq->cx, found);
	buf_char(&rs->body, '}');
	return NULL;
}

/* Nobody learns from the answer how close he came. */
static void introspect_refuse(struct request *rq, struct response *rs, const struct fail *no)
{
	clientform_refuse(rq, rs, AUDIT_INTROSPECT, no == &client_invalid ? &client_invalid_basic : no);
}

const struct endpoint introspection = {
	.name = "introspect", .methods = METHOD_POST, .role = ROLE_INTROSPECT, .body_max = 64 * 1024,
	.cors = CORS_NONE, .handle = introspect_handle, .refuse = introspect_refuse,
};

int main(void)
{
	return serve(&introspection);
}
