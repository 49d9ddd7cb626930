/* SPDX-License-Identifier: ISC */
/*
 * register: takes in a client (RFC 7591), lets one with a secret manage itself (RFC 7592).
 *
 *	POST	/register	application/json	client metadata
 *	201	application/json	client_id, client_secret for confidential clients, and what was really registered
 *	GET, PUT, DELETE	/register/CLIENT_ID	Authorization: Bearer and the registration access token
 *	200	application/json	what is registered	204	it is gone
 *	400	invalid_redirect_uri, invalid_client_metadata	401	invalid_token	403	404	registration is off	429
 */
#include <string.h>

#include "arena.h"
#include "audit.h"
#include "conf.h"
#include "json.h"
#include "registration.h"
#include "serve.h"
#include "url.h"
#include "voice.h"

enum { MANAGING = METHOD_GET | METHOD_HEAD | METHOD_PUT | METHOD_DELETE };

/* What follows the program's own address: "" if nothing does. */
static const char *path_behind(struct request *rq)
{
	static const char mark[] = "/register/";
	const char *path = http_env(rq, "PATH_INFO"), *at;

	if (path)
		return path;
	path = http_env(rq, "REQUEST_URI");
	path = path ? url_clean_path(rq->cx.arena, path) : NULL;
	at = path ? strstr(path, mark) : NULL;
	return at ? at + sizeof mark - 2 : "";
}

static void put_secrets(struct buf *b, const struct conf *conf, const struct registered *r)
{
	if (r->new_secret) {
		json_put_member(b, "client_secret", r->secret.v);
		json_put_number(b, "client_secret_expires_at", 0);
	}
	if (r->client->has_management) {
		json_put_member(b, "registration_access_token", r->management.v);
		json_put_member(b, "registration_client_uri", arena_printf(b->arena, "%s/register/%s", conf->issuer, r->client->id));
	}
}

static void put_metadata(struct buf *b, const struct client *c)
{
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

static const struct fail *give(struct request *rq, struct response *rs, int status, const struct registered *r)
{
	http_answer(rs, status, "application/json");
	http_header(rs, "Pragma", "no-cache");
	buf_char(&rs->body, '{');
	json_put_member(&rs->body, "client_id", r->client->id);
	json_put_number(&rs->body, "client_id_issued_at", r->client->created_at);
	put_secrets(&rs->body, rq->cx.conf, r);
	put_metadata(&rs->body, r->client);
	buf_char(&rs->body, '}');
	return NULL;
}

static const struct fail *read_body(struct request *rq, struct json_object **metadata)
{
	if (!http_content_type_is(rq, "application/json") ||
	    !json_read(rq->cx.arena, rq->body, rq->body_len, metadata) || !*metadata)
		return &registration_malformed;
	return NULL;
}

static const struct fail *take_in(struct request *rq, struct response *rs)
{
	struct json_object *metadata;
	struct registered r;
	const struct fail *no;

	if ((no = registration_check(&rq->cx, http_authorization(rq))) || (no = read_body(rq, &metadata)) ||
	    (no = registration_put(&rq->cx, metadata, &r)))
		return no;
	return give(rq, rs, 201, &r);
}

static const struct fail *remove_it(struct request *rq, struct response *rs, struct registered *r)
{
	const struct fail *no = registration_drop(&rq->cx, r);

	if (no)
		return no;
	rs->status = 204;
	http_header(rs, "Cache-Control", "no-store");
	http_header(rs, "Pragma", "no-cache");
	return NULL;
}

static const struct fail *manage(struct request *rq, struct response *rs, const char *id)
{
	struct json_object *metadata;
	struct registered r;
	const struct fail *no;

	if ((no = registration_find(&rq->cx, id, http_authorization(rq), &r)))
		return no;
	if (rq->method == METHOD_DELETE)
		return remove_it(rq, rs, &r);
	if (rq->method == METHOD_PUT &&
	    ((no = read_body(rq, &metadata)) || (no = registration_change(&rq->cx, metadata, &r))))
		return no;
	return give(rq, rs, 200, &r);
}

static const struct fail *wrong_method(struct request *rq, struct response *rs, unsigned right)
{
	http_header(rs, "Allow", http_allow(rq->cx.arena, right | METHOD_OPTIONS));
	return &fail_method;
}

static const struct fail *register_handle(struct request *rq, struct response *rs)
{
	const char *path = path_behind(rq);
	const struct fail *no;

	if (*path && (path[0] != '/' || !path[1] || strchr(path + 1, '/')))
		return &fail_not_found;
	if (!(rq->method & (*path ? MANAGING : METHOD_POST)))
		return wrong_method(rq, rs, *path ? MANAGING : METHOD_POST);
	no = *path ? manage(rq, rs, path + 1) : take_in(rq, rs);
	if (no)
		audit_refusal(&rq->cx, AUDIT_REGISTER, no);
	return no;
}

static void register_refuse(struct request *rq, struct response *rs, const struct fail *no)
{
	voice_json(rq, rs, no);
	if (no->status == 401)
		http_header(rs, "WWW-Authenticate", "Bearer error=\"invalid_token\"");
}

const struct endpoint registration = {
	.name = "register", .methods = METHOD_POST | METHOD_GET | METHOD_PUT | METHOD_DELETE, .role = ROLE_REGISTER,
	.body_max = 64 * 1024, .cors = CORS_ANY, .path_info = true, .handle = register_handle, .refuse = register_refuse,
};

int main(void)
{
	return serve(&registration);
}
