/* SPDX-License-Identifier: ISC */
/* authorization: reading and checking (OAuth 2.1 sections 4.1.1 and 4.1.2.1, RFC 7636, RFC 8707, RFC 9207). */
#include <string.h>

#include "arena.h"
#include "audit.h"
#include "authorization.h"
#include "authorization_scope.h"
#include "cimd.h"
#include "conf.h"
#include "limit.h"
#include "pkce.h"
#include "redirect.h"
#include "resource.h"
#include "scope.h"
#include "store_code.h"
#include "store_grant.h"
#include "url.h"

const char *const authorization_fields[A_FIELDS] = {
	[A_RESPONSE_TYPE] = "response_type", [A_CLIENT_ID] = "client_id", [A_REDIRECT_URI] = "redirect_uri",
	[A_SCOPE] = "scope", [A_STATE] = "state", [A_CODE_CHALLENGE] = "code_challenge",
	[A_CODE_CHALLENGE_METHOD] = "code_challenge_method", [A_RESOURCE] = "resource", [A_PROMPT] = "prompt",
};

const struct fail authorization_login_required = FAIL(400, "login_required", "Nobody is signed in");
const struct fail authorization_interaction_required = FAIL(400, "interaction_required",
    "A person has to agree");
const struct fail authorization_denied = FAIL(403, "access_denied", "The person did not agree");
const struct fail authorization_waits = FAIL(403, "unauthorized_client",
    "The application waits for the operator of this server to approve it");
static const struct fail client_unknown = FAIL(400, "invalid_request",
    "The application that sent you here is not registered with this server");
static const struct fail redirect_unknown = FAIL(400, "invalid_request",
    "The application wants you sent to an address that it has not registered");
static const struct fail response_type_missing = FAIL(400, "invalid_request", "response_type is missing");
static const struct fail response_type_unknown = FAIL(400, "unsupported_response_type",
    "response_type must be code");
static const struct fail challenge_missing = FAIL(400, "invalid_request",
    "PKCE is required: code_challenge with code_challenge_method=S256");
static const struct fail state_too_long = FAIL(400, "invalid_request", "state is too long");
static const struct fail request_too_long = FAIL(400, "invalid_request", "The request is too long");

enum { STATE_MAX = 13 * 1024, ASKED_MAX = 32 * 1024 };

#define BIT(field) (1u << (field))

const struct fail *authorization_admit(struct context *cx)
{
	const struct fail *no = limit_check(cx, LIMIT_AUTHORIZE, limit_address(cx));

	return no ? no : limit_check(cx, LIMIT_AUTHORIZE_ALL, "");
}

bool authorization_is_by_document(const struct context *cx, const struct form *f)
{
	return cx->conf->client_id_documents != DOCUMENTS_OFF && f->value[A_CLIENT_ID] && cimd_is_url(f->value[A_CLIENT_ID]);
}

static const struct fail *find_client(struct context *cx, const struct form *f, struct client **c)
{
	const char *id = f->value[A_CLIENT_ID];
	const struct fail *no;

	*c = NULL;
	if (!id || f->repeated & BIT(A_CLIENT_ID))
		return &client_unknown;
	cx->trail.client_id = arena_printf(cx->arena, "%.2048s", id);
	if (authorization_is_by_document(cx, f))
		return cimd_find(cx, id, f->value[A_REDIRECT_URI], c);
	if (!cimd_is_url(id) && (no = client_find(cx->store, cx->arena, id, c)))
		return no;
	return *c ? NULL : &client_unknown;
}

/* All that can be wrong about a document's client is one refusal, so that nobody can find out what a document says. */
static const struct fail *redirect_refused(const struct client *c)
{
	return cimd_is_url(c->id) ? &cimd_unusable : &redirect_unknown;
}

/* Who asks, and where the answer goes.  Refusals from here are for the person to see, never for a redirect. */
static const struct fail *prove(struct context *cx, const struct form *f, struct authorization *z)
{
	const char *uri = f->value[A_REDIRECT_URI];
	const struct fail *no;
	struct client *c;
	bool allowed;

	if ((no = find_client(cx, f, &c)))
		return no;
	z->client = c;
	z->redirect_given = uri != NULL;
	if (!uri)
		uri = redirect_only(cx->arena, c->redirect_uris);
	if (!uri || f->repeated & BIT(A_REDIRECT_URI) || !redirect_is_registered(cx->arena, c->redirect_uris, uri)) {
		cx->trail.why = arena_printf(cx->arena, "redirect_uri '%.200s' is not registered; registered are %.1000s",
		    uri ? uri : "", c->redirect_uris);
		return redirect_refused(c);
	}
	if ((no = redirect_check(cx, uri, &allowed)))
		return no;
	if (!allowed)
		return redirect_refused(c);
	if (c->waits)
		return &authorization_waits;
	z->redirect_uri = uri;
	z->proven = true;
	return NULL;
}

static const struct fail *read_challenge(const struct form *f, struct authorization *z)
{
	const char *method = f->value[A_CODE_CHALLENGE_METHOD];

	z->challenge = f->value[A_CODE_CHALLENGE];
	if (!z->challenge || !method || strcmp(method, "S256") != 0 || !pkce_is_challenge(z->challenge))
		return &challenge_missing;
	return NULL;
}

/* All but client, address and scope. */
static const struct fail *read_request(struct context *cx, const struct form *f, struct authorization *z)
{
	const struct fail *no;

	if (!(f->repeated & BIT(A_STATE)))
		z->state = f->bytes[A_STATE];
	if (z->state && strlen(z->state) > STATE_MAX) {
		z->state = NULL;
		return &state_too_long;
	}
	if (f->repeated & ~BIT(A_RESOURCE))
		return &form_repeated;
	if (!f->value[A_RESPONSE_TYPE])
		return &response_type_missing;
	if (strcmp(f->value[A_RESPONSE_TYPE], "code") != 0)
		return &response_type_unknown;
	if ((no = read_challenge(f, z)))
		return no;
	if (f->differing & BIT(A_RESOURCE))
		return &resource_invalid;
	if ((no = resource_find(cx, f->value[A_RESOURCE], &z->resource)))
		return no;
	cx->trail.resource = z->resource->uri;
	z->silent = f->value[A_PROMPT] && conf_has_word(f->value[A_PROMPT], "none");
	return NULL;
}

const struct fail *authorization_read(struct context *cx, const struct form *f, struct authorization *z)
{
	const struct fail *no;

	memset(z, 0, sizeof *z);
	if ((no = prove(cx, f, z)) || (no = read_request(cx, f, z)))
		return no;
	return authorization_read_scope(cx, f->value[A_SCOPE], z);
}

const struct fail *authorization_screen(struct context *cx, const struct form *f)
{
	const char *id = f->value[A_CLIENT_ID], *uri = f->value[A_REDIRECT_URI], *scope = f->value[A_SCOPE];
	struct authorization z = { 0 };
	const struct fail *no;
	bool allowed = true;

	cx->trail.client_id = arena_printf(cx->arena, "%.2048s", id);
	if ((cx->trail.why = cimd_url_check(cx->arena, id)))
		return &cimd_url_invalid;
	if (uri && (no = redirect_check(cx, uri, &allowed)))
		return no;
	if (!allowed)
		return &redirect_unknown;
	if ((no = read_request(cx, f, &z)))
		return no;
	if (z.silent)
		return &authorization_login_required;
	return scope && !scope_is_wellformed(scope) ? &authorization_scope_invalid : NULL;
}

static const struct fail *open_pending(struct context *cx, struct pending *p, const struct digest *owner,
    struct random_text *id)
{
	const struct fail *no;

	*id = crypto_random_text();
	p->id = crypto_digest_text(id->v);
	p->owner = *owner;
	p->attempt = cx->trail.attempt = cx->id;
	p->created_at = cx->now;
	p->expires_at = cx->now + cx->conf->request_ttl;
	if ((no = store_begin(cx->store)) || (no = limit_take(cx, LIMIT_AUTHORIZE, limit_address(cx))) ||
	    (no = limit_take(cx, LIMIT_AUTHORIZE_ALL, "")) || (no = pending_put(cx->store, p)) ||
	    (no = audit_note(cx, AUDIT_ASK)))
		return no;
	return store_commit(cx->store);
}

/* What is known of a checked request. */
static void set_known(struct pending *p, const struct authorization *z)
{
	p->asked = NULL;
	p->client_id = z->client->id;
	p->redirect_uri = z->redirect_uri;
	p->redirect_given = z->redirect_given;
	p->challenge = z->challenge;
	p->scope = z->scope;
	p->resource = z->resource->uri;
	p->state = z->state;
}

const struct fail *authorization_open(struct context *cx, const struct authorization *z, const struct digest *owner,
    struct pending *p, struct random_text *id)
{
	*p = (struct pending){ 0 };
	set_known(p, z);
	return open_pending(cx, p, owner, id);
}

/* In our own spelling, and without what we do not know. */
static const char *asked_of(struct arena *a, const struct form *f)
{
	struct buf b = buf_new(a);
	size_t i;

	for (i = 0; i < A_FIELDS; i++)
		if (f->bytes[i])
			buf_printf(&b, "%s%s=%s", b.len ? "&" : "", authorization_fields[i], f->bytes[i]);
	return b.v;
}

const struct fail *authorization_keep(struct context *cx, const struct form *f, const struct digest *owner,
    struct pending *p, struct random_text *id)
{
	*p = (struct pending){ .asked = asked_of(cx->arena, f) };
	if (strlen(p->asked) > ASKED_MAX)
		return &request_too_long;
	cx->trail.why = "the client's document is looked at when somebody has signed in";
	return open_pending(cx, p, owner, id);
}

const struct fail *authorization_prove(struct context *cx, struct pending *p, struct authorization *z)
{
	const struct fail *no;
	struct form f;

	memset(z, 0, sizeof *z);
	if ((no = form_scan(cx->arena, p->asked, strlen(p->asked), authorization_fields, A_FIELDS, &f)) ||
	    (no = authorization_read(cx, &f, z)))
		return no;
	set_known(p, z);
	if ((no = store_begin(cx->store)) || (no = pending_prove(cx->store, p)) || (no = audit_note(cx, AUDIT_ASK)))
		return no;
	return store_commit(cx->store);
}

/* ---- the answer --------------------------------------------------------------------------------------------------- */

static const struct fail *put_code(struct context *cx, const struct pending *p, const struct session *who,
    const char *scope, struct secret *code)
{
	struct grant g = {
		.user_id = who->user_id, .client_id = p->client_id, .scope = scope, .resource = p->resource,
		.attempt = p->attempt, .created_at = cx->now, .expires_at = cx->now + cx->conf->refresh_ttl,
	};
	struct code c = {
		.client_id = p->client_id, .redirect_uri = p->redirect_uri, .redirect_given = p->redirect_given,
		.challenge = p->challenge, .expires_at = cx->now + cx->conf->code_ttl,
	};
	const struct fail *no;

	*code = crypto_secret(SECRET_CODE);
	c.hash = crypto_digest_secret(code);
	if ((no = grant_put(cx->store, &g)) || (no = client_set_agreed(cx->store, p->client_id, cx->now)))
		return no;
	c.grant_id = g.id;
	return code_put(cx->store, &c);
}

/* Since the page was shown, the operator may have disabled the client, denied its address, or narrowed what there is. */
static const struct fail *give(struct context *cx, const struct pending *p, const struct session *who, struct secret *code)
{
	const char *before, *whole;
	const struct fail *no;
	struct client *c;
	bool allowed;

	if ((no = client_find(cx->store, cx->arena, p->client_id, &c)))
		return no;
	if (!c)
		return &client_unknown;
	if (c->waits)
		return &authorization_waits;
	if ((no = redirect_check(cx, p->redirect_uri, &allowed)))
		return no;
	if (!allowed)
		return redirect_refused(c);
	if ((no = authorization_scope(cx, p, c, who->user_id, &before, &whole)))
		return no;
	return put_code(cx, p, who, whole, code);
}

const struct fail *authorization_allow(struct context *cx, const struct pending *p, const struct session *who,
    struct secret *code, bool *taken)
{
	const struct fail *no;

	if ((no = store_begin(cx->store)) || (no = pending_take(cx->store, &p->id, &p->owner, cx->now, taken)) || !*taken ||
	    (no = give(cx, p, who, code)) || (no = audit_note(cx, AUDIT_CONSENT)))
		return no;
	return store_commit(cx->store);
}

const struct fail *authorization_deny(struct context *cx, const struct pending *p, bool *taken)
{
	const struct fail *no;

	if ((no = store_begin(cx->store)) || (no = pending_take(cx->store, &p->id, &p->owner, cx->now, taken)) || !*taken ||
	    (no = store_commit(cx->store)))
		return no;
	audit_refusal(cx, AUDIT_CONSENT, &authorization_denied);
	return NULL;
}

const char *authorization_response(struct context *cx, const char *redirect_uri, const char *state, const char *code,
    const struct fail *no)
{
	struct buf b = buf_new(cx->arena);

	buf_text(&b, redirect_uri);
	url_add(&b, "code", code);
	if (no) {
		url_add(&b, "error", no->error);
		url_add(&b, "error_description", no->description);
	}
	url_add_encoded(&b, "state", state);
	url_add(&b, "iss", cx->conf->issuer);
	return b.v;
}
