/* SPDX-License-Identifier: ISC */
/*
 * registration: what a client says of itself is checked, and the answer shows what is left of it.  Anybody may ask, so that
 * the size of a row and their number are bounded.
 */
#include <string.h>
#include <strings.h>

#include "arena.h"
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

const struct fail *registration_check(struct context *cx, const char *authorization)
{
	const char *token;

	if (cx->conf->registration == REGISTRATION_OFF)
		return &registration_off;
	if (cx->conf->registration == REGISTRATION_OPEN)
		return NULL;
	if (!authorization || strncasecmp(authorization, "Bearer ", 7) != 0)
		return &registration_token_invalid;
	token = authorization + 7;
	return crypto_equal_text(token, cx->conf->registration_token) ? NULL : &registration_token_invalid;
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

static const struct fail *read_metadata(struct context *cx, struct json_object *metadata, struct client *c)
{
	const struct fail *no;

	if (!json_object_is_type(metadata, json_type_object))
		return &registration_malformed;
	if ((no = read_method(metadata, c)))
		return no;
	return client_metadata_read(cx, metadata, c);
}

static const struct fail *store(struct context *cx, const struct client *c)
{
	const struct fail *no;

	if ((no = store_begin(cx->store)) || (no = limit_take(cx, LIMIT_REGISTER, limit_address(cx))) ||
	    (no = limit_take(cx, LIMIT_REGISTER_ALL, "")) || (no = client_put(cx->store, c, NEVER_AGREED_MAX)))
		return no;
	return store_commit(cx->store);
}

const struct fail *registration_put(struct context *cx, struct json_object *metadata, struct client **client,
    struct secret *secret)
{
	struct client *c = arena_take(cx->arena, sizeof *c);
	unsigned char id[16];
	const struct fail *no;

	*client = c;
	if ((no = read_metadata(cx, metadata, c)))
		return no;
	crypto_random(id, sizeof id);
	c->id = arena_printf(cx->arena, "c_%s", crypto_base64url(cx->arena, id, sizeof id));
	c->created_at = cx->now;
	if (c->has_secret) {
		*secret = crypto_secret(SECRET_CLIENT);
		c->secret = crypto_digest_secret(secret);
	}
	return store(cx, c);
}
