/* SPDX-License-Identifier: ISC */
/*
 * register: takes in a client (RFC 7591).
 *
 *	POST	application/json	client metadata
 *	201	application/json	client_id, client_secret for confidential clients, and what was really registered
 *	400	invalid_redirect_uri, invalid_client_metadata	401	invalid_token	404	registration is off	429
 */
#include <string.h>

#include "json.h"
#include "registration.h"
#include "serve.h"
#include "voice.h"

static void put_client(struct buf *b, const struct client *c, const struct secret *secret)
{
	json_put_member(b, "client_id", c->id);
	json_put_number(b, "client_id_issued_at", c->created_at);
	if (c->has_secret) {
		json_put_member(b, "client_secret", secret->v);
		json_put_number(b, "client_secret_expires_at", 0);
	}
	if (*c->name)
		json_put_member(b, "client_name", c->name);
	json_put_name(b, "redirect_uris");
	buf_text(b, c->redirect_uris);
	json_put_words(b, "grant_types", c->grant_types);
	json_put_words(b, "response_types", "code");
	json_put_member(b, "token_endpoint_auth_method", c->auth_method);
	if (*c->scope)
		json_put_member(b, "scope", c->scope);
	if (strlen(c->metadata) > 2) {
		buf_char(b, ',');
		buf_put(b, c->metadata + 1, strlen(c->metadata) - 2);
	}
}

static const struct fail *register_handle(struct request *rq, struct response *rs)
{
	struct json_object *metadata;
	struct secret secret;
	const struct fail *no;
	struct client *c;

	if ((no = registration_check(&rq->cx, http_authorization(rq))))
		return no;
	if (!http_content_type_is(rq, "application/json") ||
	    !json_read(rq->cx.arena, rq->body, rq->body_len, &metadata) || !metadata)
		return &registration_malformed;
	if ((no = registration_put(&rq->cx, metadata, &c, &secret)))
		return no;
	http_answer(rs, 201, "application/json");
	http_header(rs, "Pragma", "no-cache");
	buf_char(&rs->body, '{');
	put_client(&rs->body, c, &secret);
	buf_char(&rs->body, '}');
	return NULL;
}

static void register_refuse(struct request *rq, struct response *rs, const struct fail *no)
{
	voice_json(rq, rs, no);
	if (no->status == 401)
		http_header(rs, "WWW-Authenticate", "Bearer error=\"invalid_token\"");
}

const struct endpoint registration = {
	.name = "register", .methods = METHOD_POST, .role = ROLE_REGISTER, .body_max = 64 * 1024,
	.cors = CORS_ANY, .handle = register_handle, .refuse = register_refuse,
};

int main(void)
{
	return serve(&registration);
}
