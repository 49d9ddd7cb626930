/* SPDX-License-Identifier: ISC */
/* clientauth: credentials from header or form, against the registration. */
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "assertion.h"
#include "clientauth.h"
#include "clientkeys.h"
#include "conf.h"
#include "log.h"
#include "store.h"
#include "store_assertion.h"
#include "url.h"

#define WHAT "The client is unknown or did not authenticate as it has registered"

/*
 * A challenge only where a header was tried: clients that take every challenge for one to their user would not see the
 * error.
 */
const struct fail client_invalid = FAIL(401, "invalid_client", WHAT);
const struct fail client_invalid_basic = {
	.status = 401, .error = "invalid_client", .basic_realm = "mcp-cgi", .description = WHAT,
};
static const struct fail client_id_missing = FAIL(400, "invalid_request", "client_id is missing");
static const struct fail two_methods = FAIL(400, "invalid_request",
    "More than one client authentication is used");

/* What was understood of the credentials. */
struct claim {
	const char *method;
	const char *id;
	const char *secret;
	struct jws jws;
};

static const struct fail *refuse(struct context *cx, const char *why)
{
	cx->trail.why = why;
	return &client_invalid;
}

/* RFC 6749 section 2.3.1: base64 of form-encoded id, colon, form-encoded secret. */
static const struct fail *read_basic(struct context *cx, const struct client_credentials *x, struct claim *claim)
{
	const char *text = x->authorization, *colon;
	size_t n = strcspn(text, " "), len;

	if (x->secret)
		return &two_methods;
	if (n != 5 || strncasecmp(text, "Basic", 5) != 0)
		return refuse(cx, "the Authorization header is not Basic");
	text += n + strspn(text + n, " ");
	text = crypto_base64_read(cx->arena, text, strlen(text), &len);
	colon = text ? memchr(text, ':', len) : NULL;
	if (!colon)
		return refuse(cx, "the Authorization header is not base64 of id:secret");
	claim->method = "client_secret_basic";
	claim->id = url_decode(cx->arena, text, (size_t)(colon - text), true);
	claim->secret = url_decode(cx->arena, colon + 1, len - (size_t)(colon + 1 - text), true);
	if (!claim->id || !*claim->id || !claim->secret)
		return refuse(cx, "id or secret in the Authorization header are not form-encoded");
	return x->id && strcmp(x->id, claim->id) != 0 ? &two_methods : NULL;
}

/* RFC 7523 section 3: the assertion itself says who it is from; client_id may, but must not say otherwise. */
static const struct fail *read_assertion(struct context *cx, const struct client_credentials *x, struct claim *claim)
{
	const char *why;

	if (x->authorization || x->secret)
		return &two_methods;
	if (!x->assertion || !x->assertion_type || strcmp(x->assertion_type, ASSERTION_TYPE) != 0)
		return refuse(cx, "client_assertion and client_assertion_type do not go together");
	if ((why = jws_read(cx->arena, x->assertion, &claim->jws)))
		return refuse(cx, why);
	claim->method = "private_key_jwt";
	claim->id = assertion_client(&claim->jws);
	if (!claim->id || (x->id && strcmp(x->id, claim->id) != 0))
		return refuse(cx, "sub of the assertion is not the client_id");
	return NULL;
}

static const struct fail *read_claim(struct context *cx, const struct client_credentials *x, struct claim *claim)
{
	if (x->assertion || x->assertion_type)
		return read_assertion(cx, x, claim);
	if (x->authorization)
		return read_basic(cx, x, claim);
	if (!x->id)
		return &client_id_missing;
	*claim = (struct claim){ .method = x->secret ? "client_secret_post" : "none", .id = x->id, .secret = x->secret };
	return NULL;
}

static bool secret_is_right(const struct client *c, const char *secret)
{
	struct digest hash;
	struct secret s;

	if (!c->has_secret || !secret)
		return !c->has_secret && !secret;
	if (!crypto_secret_read(SECRET_CLIENT, secret, &s))
		return false;
	hash = crypto_digest_secret(&s);
	return crypto_equal(&hash, &c->secret, sizeof hash);
}

/*
 * Is it signed with a key of the client, looking for a newer key once?  *unknown: its keys cannot be had, so that nothing can be
 * said about the signature.
 */
static const struct fail *check_signature(struct context *cx, struct client *c, const struct jws *j, bool *unknown)
{
	struct json_object *keys;
	const struct fail *no;
	bool newer = false;
	const char *why = "it has no keys";

	*unknown = false;
	if ((no = clientkeys_find(cx, c, false, &keys, &why)))
		return no;
	*unknown = !keys;
	if (keys && !(why = jws_verify(cx->arena, j, keys, &newer)))
		return NULL;
	if (!keys || !newer)
		return refuse(cx, why);
	if ((no = clientkeys_find(cx, c, true, &keys, &why)))
		return no;
	if (keys && !(why = jws_verify(cx->arena, j, keys, &newer)))
		return NULL;
	return refuse(cx, why);
}

static const struct fail *spend(struct context *cx, const struct digest *once, int64_t until)
{
	const struct fail *no;
	bool fresh;

	if ((no = store_begin(cx->store)) || (no = assertion_put(cx->store, once, until, cx->now, &fresh)) ||
	    (no = store_commit(cx->store))) {
		store_end(cx->store);
		return no;
	}
	return fresh ? NULL : refuse(cx, "the assertion was used before");
}

static const struct fail *check_assertion(struct context *cx, struct client *c, const struct jws *j)
{
	const struct fail *no;
	struct digest once;
	bool unknown;
	const char *why;
	int64_t until;

	no = check_signature(cx, c, j, &unknown);
	if (no && unknown && strcmp(c->auth_method, "none") == 0) {
		log_line("client %.300s brings a proof that cannot be checked, and needs none: %s", c->id, cx->trail.why);
		cx->trail.why = NULL;
		return NULL;
	}
	if (no)
		return no;
	why = assertion_check(cx->arena, j, c->id, cx->conf->issuer, arena_printf(cx->arena, "%s/token", cx->conf->issuer),
	    cx->now, &once, &until);
	return why ? refuse(cx, why) : spend(cx, &once, until);
}

static bool is_switched_off(const struct conf *conf, const struct client *c)
{
	return conf->client_id_documents == DOCUMENTS_OFF && strcmp(c->kind, "document") == 0;
}

/*
 * A client that may do without proof, and brings one all the same: some documents offer both.  The proof has to be good
 * then, unless its keys cannot be had.
 */
static bool is_better(const struct client *c, const struct claim *claim)
{
	return claim->jws.alg && strcmp(c->auth_method, "none") == 0 && (c->keys || c->keys_uri);
}

static const struct fail *authenticate(struct context *cx, const struct client_credentials *x, struct client **c)
{
	struct claim claim = { 0 };
	const struct fail *no;
	struct client *found;

	*c = NULL;
	if ((no = read_claim(cx, x, &claim)) || (no = client_find(cx->store, cx->arena, claim.id, &found)))
		return no;
	if (!found || is_switched_off(cx->conf, found))
		return refuse(cx, "the client is not registered, or disabled");
	cx->trail.client_id = found->id;
	if (strcmp(found->auth_method, claim.method) != 0 && !is_better(found, &claim))
		return refuse(cx, arena_printf(cx->arena, "the client used %s and has registered %s", claim.method,
		    found->auth_method));
	if (claim.jws.alg)
		no = check_assertion(cx, found, &claim.jws);
	else if (!secret_is_right(found, claim.secret))
		no = refuse(cx, "the client secret is wrong");
	if (!no)
		*c = found;
	return no;
}

const struct fail *client_authenticate(struct context *cx, const struct client_credentials *x, struct client **c)
{
	const struct fail *no = authenticate(cx, x, c);

	return no == &client_invalid && x->authorization ? &client_invalid_basic : no;
}
