/* SPDX-License-Identifier: ISC */
/*
 * registration: what a client says of itself is checked, and the answer shows what is left of it.  Anybody may ask, so that
 * the size of a row and their number are bounded.
 */
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "audit.h"
#include "client_metadata.h"
#include "conf.h"
#include "json.h"
#include "limit.h"
#include "registration.h"

enum { NEVER_AGREED_MAX = 1000 };

const struct fail registration_malformed = FAIL(400, "invalid_client_metadata",
    "The body is not one JSON object of client metadata");
const struct fail registration_off = FAIL(404, "not_found", "Clients cannot register themselves here");
const struct fail registration_token_invalid = FAIL(401, "invalid_token",
    "Registration needs the initial access token of this server");
static const struct fail bad_method = FAIL(400, "invalid_client_metadata",
    "token_endpoint_auth_method must be none, client_secret_basic or client_secret_post");
static const struct fail same_disabled = FAIL(403, "access_denied",
    "The operator of this server has disabled this client");

const char *registration_bearer(const char *authorization)
{
	if (!authorization || strncasecmp(authorization, "Bearer ", 7) != 0)
		return NULL;
	return authorization + 7 + strspn(authorization + 7, " ");
}

const struct fail *registration_check(struct context *cx, const char *authorization)
{
	const char *token = registration_bearer(authorization);

	if (cx->conf->registration == REGISTRATION_OFF)
		return &registration_off;
	if (cx->conf->registration != REGISTRATION_TOKEN)
		return NULL;
	return token && crypto_equal_text(token, cx->conf->registration_token) ? NULL : &registration_token_invalid;
}

/* RFC 7591 section 2: the default is client_secret_basic. */
static const struct fail *read_method(struct json_object *metadata, struct client *c)
{
	static const char *const method[] = { "client_secret_basic", "client_secret_post", "none" };
	const char *asked = json_text(metadata, "token_endpoint_auth_method");
	size_t i;

	if (!asked && json_get(metadata, "token_endpoint_auth_method"))
		return &bad_method;
	for (i = 0; i < sizeof method / sizeof *method; i++)
		if (strcmp(asked ? asked : method[0], method[i]) == 0) {
			c->auth_method = method[i];
			c->has_secret = i < 2;
			return NULL;
		}
	return &bad_method;
}

const struct fail *registration_read(struct context *cx, struct json_object *metadata, struct client *c)
{
	const struct fail *no;

	if (!json_object_is_type(metadata, json_type_object))
		return &registration_malformed;
	if ((no = read_method(metadata, c)))
		return no;
	return client_metadata_read(cx, metadata, c);
}

struct digest registration_sameness(struct arena *a, const struct client *c)
{
	struct buf b = buf_new(a);

	buf_char(&b, '{');
	json_put_member(&b, "name", c->name);
	json_put_member(&b, "method", c->auth_method);
	json_put_name(&b, "redirect_uris");
	buf_text(&b, c->redirect_uris);
	json_put_member(&b, "grant_types", c->grant_types);
	json_put_member(&b, "scope", c->scope);
	json_put_member(&b, "uri", c->uri);
	json_put_name(&b, "rest");
	buf_text(&b, c->metadata);
	buf_char(&b, '}');
	return crypto_sha256(b.v, b.len);
}

/* Is it there already?  Then it is the answer, and costs nothing. */
static const struct fail *find_same(struct context *cx, struct registered *r, bool *found)
{
	const struct fail *no;
	struct client *same;

	*found = false;
	if (!r->client->has_sameness)
		return NULL;
	if ((no = client_find_same(cx->store, cx->arena, &r->client->sameness, cx->now, &same)) || !same)
		return no;
	cx->trail.client_id = same->id;
	r->client = same;
	*found = true;
	return same->disabled ? &same_disabled : NULL;
}

static const struct fail *store(struct context *cx, struct registered *r)
{
	const struct fail *no;
	bool found;

	if ((no = find_same(cx, r, &found)) || found)
		return no;
	if ((no = store_begin(cx->store)) || (no = find_same(cx, r, &found)) || found)
		return no;
	if ((no = limit_take(cx, LIMIT_REGISTER, limit_address(cx))) || (no = limit_take(cx, LIMIT_REGISTER_ALL, "")) ||
	    (no = client_put(cx->store, r->client, NEVER_AGREED_MAX)))
		return no;
	cx->trail.client_id = r->client->id;
	if ((no = audit_note(cx, AUDIT_REGISTER)))
		return no;
	return store_commit(cx->store);
}

/* What the client holds from now on: a secret and the means to manage itself, or nothing at all. */
static void give(struct context *cx, struct registered *r)
{
	struct client *c = r->client;

	c->has_management = r->new_secret = c->has_secret;
	c->has_sameness = !c->has_secret;
	if (c->has_sameness) {
		c->sameness = registration_sameness(cx->arena, c);
		return;
	}
	r->secret = crypto_secret(SECRET_CLIENT);
	c->secret = crypto_digest_secret(&r->secret);
	r->management = crypto_secret(SECRET_MANAGEMENT);
	c->management = crypto_digest_secret(&r->management);
}

const struct fail *registration_put(struct context *cx, struct json_object *metadata, struct registered *r)
{
	struct client *c = arena_take(cx->arena, sizeof *c);
	unsigned char id[16];
	const struct fail *no;

	memset(r, 0, sizeof *r);
	r->client = c;
	if ((no = registration_read(cx, metadata, c)))
		return no;
	crypto_random(id, sizeof id);
	c->id = arena_printf(cx->arena, "c_%s", crypto_base64url(cx->arena, id, sizeof id));
	c->created_at = cx->now;
	c->waits = cx->conf->registration == REGISTRATION_APPROVE;
	give(cx, r);
	return store(cx, r);
}
