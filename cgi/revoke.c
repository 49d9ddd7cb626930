/* SPDX-License-Identifier: ISC */
/*
 * revoke: gives a token up (RFC 7009).
 *
 *	POST	application/x-www-form-urlencoded	token, client authentication
 *	200	whatever the token was: nobody learns from here whether it was good
 *	4xx	application/json	error, error_description
 */
#include "audit.h"
#include "clientauth.h"
#include "clientform.h"
#include "oauth.h"
#include "serve.h"

enum { TOKEN, CLIENT_ID, CLIENT_SECRET, ASSERTION_TYPE_, ASSERTION, FIELDS };

static const char *const fields[FIELDS] = {
	[TOKEN] = "token", [CLIENT_ID] = "client_id", [CLIENT_SECRET] = "client_secret",
	[ASSERTION_TYPE_] = "client_assertion_type", [ASSERTION] = "client_assertion",
};

static const struct fail token_missing = FAIL(400, "invalid_request", "token is missing");

static const struct fail *revoke_handle(struct request *rq, struct response *rs)
{
	const char *v[FIELDS];
	const struct fail *no;
	struct client *c;

	if ((no = clientform_read(rq, fields, FIELDS, v)))
		return no;
	if (!v[TOKEN])
		return &token_missing;
	no = client_authenticate(&rq->cx, &(struct client_credentials){ http_authorization(rq), v[CLIENT_ID], v[CLIENT_SECRET],
	    v[ASSERTION_TYPE_], v[ASSERTION] }, &c);
	if (no || (no = oauth_revoke(&rq->cx, c, v[TOKEN])))
		return no;
	rs->status = 200;
	http_header(rs, "Cache-Control", "no-store");
	return NULL;
}

static void revoke_refuse(struct request *rq, struct response *rs, const struct fail *no)
{
	clientform_refuse(rq, rs, AUDIT_REVOKE, no);
}

const struct endpoint revocation = {
	.name = "revoke", .methods = METHOD_POST, .role = ROLE_REVOKE, .body_max = 64 * 1024,
	.cors = CORS_ANY, .handle = revoke_handle, .refuse = revoke_refuse,
};

int main(void)
{
	return serve(&revocation);
}
