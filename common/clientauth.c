/* SPDX-License-Identifier: ISC */
/* clientauth: credentials from header or form, against the registration. */
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "clientauth.h"
#include "log.h"
#include "url.h"

const struct fail client_invalid = {
	.status = 401, .error = "invalid_client", .basic_realm = "mcp-cgi",
	.description = "The client is unknown or did not authenticate as it has registered",
};
static const struct fail client_id_missing = FAIL(400, "invalid_request", "client_id is missing");
static const struct fail two_methods = FAIL(400, "invalid_request",
    "More than one client authentication is used");

struct credentials {
	const char *method;
	const char *id;
	const char *secret;
};

/* RFC 6749 section 2.3.1: base64 of form-encoded id, colon, form-encoded secret. */
static const struct fail *basic_read(struct arena *a, const char *authorization, struct credentials *x)
{
	const char *text, *colon;
	size_t n, len;

	n = strcspn(authorization, " ");
	if (n != 5 || strncasecmp(authorization, "Basic", 5) != 0)
		return &client_invalid;
	authorization += n + strspn(authorization + n, " ");
	text = crypto_base64_read(a, authorization, strlen(authorization), &len);
	colon = text ? memchr(text, ':', len) : NULL;
	if (!colon)
		return &client_invalid;
	x->method = "client_secret_basic";
	x->id = url_decode(a, text, (size_t)(colon - text), true);
	x->secret = url_decode(a, colon + 1, len - (size_t)(colon + 1 - text), true);
	return x->id && *x->id && x->secret ? NULL : &client_invalid;
}

static const struct fail *credentials_read(struct arena *a, const char *authorization, const char *id,
    const char *secret, struct credentials *x)
{
	const struct fail *no;

	if (authorization) {
		if ((no = basic_read(a, authorization, x)))
			return no;
		return secret || (id && strcmp(id, x->id) != 0) ? &two_methods : NULL;
	}
	if (!id)
		return &client_id_missing;
	*x = (struct credentials){ secret ? "client_secret_post" : "none", id, secret };
	return NULL;
}

static bool is_authentic(const struct client *c, const struct credentials *x)
{
	struct digest hash;
	struct secret s;

	if (strcmp(c->auth_method, x->method) != 0)
		return false;
	if (!c->has_secret)
		return !x->secret;
	if (!x->secret || !crypto_secret_read(SECRET_CLIENT, x->secret, &s))
		return false;
	hash = crypto_digest_secret(&s);
	return crypto_equal(&hash, &c->secret, sizeof hash);
}

const struct fail *client_authenticate(struct context *cx, const char *authorization, const char *id,
    const char *secret, struct client **c)
{
	struct credentials x = { 0 };
	const struct fail *no;

	*c = NULL;
	if ((no = credentials_read(cx->arena, authorization, id, secret, &x)) ||
	    (no = client_find(cx->store, cx->arena, x.id, c)))
		return no;
	if (*c && is_authentic(*c, &x))
		return NULL;
	log_line("client refused: %s", *c ? "wrong secret or authentication method" : "not registered");
	*c = NULL;
	return &client_invalid;
}
