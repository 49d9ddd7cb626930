/* SPDX-License-Identifier: ISC */
/*
 * registration_manage: a client reads, changes and removes its own registration (RFC 7592).  Who cannot show the
 * registration access token learns nothing, not even whether there is such a client.
 */
#include <string.h>

#include "arena.h"
#include "audit.h"
#include "conf.h"
#include "json.h"
#include "limit.h"
#include "registration.h"

const struct fail registration_unmanaged = FAIL(401, "invalid_token",
    "The registration access token is missing or not that of this client");
static const struct fail bad_id = FAIL(400, "invalid_client_metadata", "client_id must be that of this client");
static const struct fail bad_secret = FAIL(400, "invalid_client_metadata",
    "client_secret, if there is one, must be the present one: clients do not choose it");
static const struct fail bad_member = FAIL(400, "invalid_client_metadata",
    "registration_access_token, registration_client_uri, client_id_issued_at and client_secret_expires_at "
    "are not the client's to set");
static const struct fail bad_method = FAIL(400, "invalid_client_metadata",
    "token_endpoint_auth_method must stay client_secret_basic or client_secret_post");

/* A wrong one costs the address one of its tries, as at the token endpoint. */
static const struct fail *refuse(struct context *cx)
{
	const struct fail *no;

	if (!cx->conf->rate_limits)
		return &registration_unmanaged;
	if ((no = store_begin(cx->store)) || (no = limit_take(cx, LIMIT_TOKEN, limit_address(cx))) ||
	    (no = store_commit(cx->store)))
		return no;
	return &registration_unmanaged;
}

const struct fail *registration_find(struct context *cx, const char *id, const char *authorization, struct registered *r)
{
	static const struct digest nobody;
	const char *token = registration_bearer(authorization);
	const struct fail *no;
	struct digest hash;
	bool known;

	memset(r, 0, sizeof *r);
	if ((no = limit_check(cx, LIMIT_TOKEN, limit_address(cx))))
		return no;
	if (!token || !crypto_secret_read(SECRET_MANAGEMENT, token, &r->management)) {
		cx->trail.why = "there is no well-formed registration access token";
		return refuse(cx);
	}
	hash = crypto_digest_secret(&r->management);
	if ((no = client_find_managed(cx->store, cx->arena, id, &r->client)))
		return no;
	known = r->client && r->client->has_management;
	if (crypto_equal(&hash, known ? &r->client->management : &nobody, sizeof hash) && known) {
		cx->trail.client_id = r->client->id;
		return NULL;
	}
	cx->trail.why = known ? "the registration access token is not that of this client" :
	    "there is no such client, or it is public or disabled";
	return refuse(cx);
}

/* RFC 7592 section 2.2: who it is must be said again; what the server has decided must not. */
static const struct fail *check_own(struct context *cx, struct json_object *metadata, const struct client *c)
{
	static const char *const ours[] = {
		"registration_access_token", "registration_client_uri", "client_id_issued_at", "client_secret_expires_at",
	};
	const char *id = json_text(metadata, "client_id"), *text = json_text(metadata, "client_secret");
	struct digest hash;
	struct secret secret;
	size_t i;

	if (!id || strcmp(id, c->id) != 0)
		return &bad_id;
	for (i = 0; i < sizeof ours / sizeof *ours; i++)
		if (json_has(metadata, ours[i])) {
			cx->trail.why = arena_printf(cx->arena, "the client wants to set %s", ours[i]);
			return &bad_member;
		}
	if (!json_has(metadata, "client_secret"))
		return NULL;
	if (!text || !crypto_secret_read(SECRET_CLIENT, text, &secret))
		return &bad_secret;
	hash = crypto_digest_secret(&secret);
	return crypto_equal(&hash, &c->secret, sizeof hash) ? NULL : &bad_secret;
}

static bool is_same(struct context *cx, const struct client *one, const struct client *two)
{
	struct digest a = registration_sameness(cx->arena, one), b = registration_sameness(cx->arena, two);

	return memcmp(&a, &b, sizeof a) == 0;
}

/*
 * In one transaction; whoever has removed or disabled the client meanwhile was first.  A change is written down like a
 * registration, so that a client has as many of them as an address has of those, by whatever address it comes.
 */
static const struct fail *write_change(struct context *cx, const struct client *c)
{
	const struct fail *no;
	bool found;

	if ((no = store_begin(cx->store)) || (no = limit_take(cx, LIMIT_REGISTER, c->id)) ||
	    (no = client_change(cx->store, c, &found)))
		return no;
	if (!found)
		return &registration_unmanaged;
	cx->trail.why = "changed its registration";
	if ((no = audit_note(cx, AUDIT_REGISTER)))
		return no;
	return store_commit(cx->store);
}

const struct fail *registration_change(struct context *cx, struct json_object *metadata, struct registered *r)
{
	const struct client *old = r->client;
	struct client *c = arena_take(cx->arena, sizeof *c);
	const struct fail *no;

	if (!json_object_is_type(metadata, json_type_object))
		return &registration_malformed;
	*c = *old;
	if ((no = check_own(cx, metadata, old)) || (no = registration_read(cx, metadata, c)))
		return no;
	if (!c->has_secret)
		return &bad_method;
	r->client = c;
	if (is_same(cx, old, c))
		return NULL;
	c->waits = old->waits || cx->conf->registration == REGISTRATION_APPROVE;
	return write_change(cx, c);
}

const struct fail *registration_drop(struct context *cx, struct registered *r)
{
	const struct fail *no;
	bool found;

	if ((no = store_begin(cx->store)) || (no = client_drop_managed(cx->store, r->client, &found)))
		return no;
	if (!found)
		return &registration_unmanaged;
	cx->trail.why = "removed itself";
	if ((no = audit_note(cx, AUDIT_REGISTER)))
		return no;
	return store_commit(cx->store);
}
