/* SPDX-License-Identifier: ISC */
/* browser: cookies, sessions and form tokens. */
#include <inttypes.h>
#include <string.h>

#include "arena.h"
#include "browser.h"
#include "conf.h"
#include "store_meta.h"
#include "store_pending.h"

const struct fail browser_foreign = FAIL(403, "access_denied",
    "The form was not sent by its own page in the browser that it was made for");

/*
 * The __Host- prefix ties a cookie to this very origin (RFC 6265bis section 4.1.3.2), but needs https; a development server on
 * a loopback address does without.
 */
static const char *cookie_name(const struct request *rq, bool session)
{
	if (rq->cx.conf->loopback)
		return session ? "mcp_s" : "mcp_pre";
	return session ? "__Host-mcp_s" : "__Host-mcp_pre";
}

static void give_cookie(struct request *rq, struct response *rs, bool session, const char *value, int64_t seconds)
{
	http_header(rs, "Set-Cookie", arena_printf(rq->cx.arena, "%s=%s; Path=/; Max-Age=%" PRId64 "; HttpOnly; SameSite=Lax%s",
	    cookie_name(rq, session), value, seconds, rq->cx.conf->loopback ? "" : "; Secure"));
}

static void see(struct browser *x, const char *cookie)
{
	x->cookie = cookie;
	x->hash = crypto_digest_text(cookie);
}

const struct fail *browser_read(struct request *rq, struct browser *x)
{
	const char *session = http_cookie(rq, cookie_name(rq, true)), *before = http_cookie(rq, cookie_name(rq, false));
	const struct fail *no = NULL;

	memset(x, 0, sizeof *x);
	if (session && strlen(session) == RANDOM_TEXT) {
		see(x, session);
		no = session_find(rq->cx.store, rq->cx.arena, &x->hash, rq->cx.now - rq->cx.conf->session_idle_ttl, rq->cx.now,
		    &x->session);
		if (no)
			return no;
		if (x->session)
			return session_touch(rq->cx.store, &x->hash, rq->cx.now);
	}
	x->cookie = NULL;
	if (before && strlen(before) == RANDOM_TEXT)
		see(x, before);
	return NULL;
}

static void start_anew(struct request *rq, struct browser *x)
{
	struct random_text text = crypto_random_text();

	see(x, arena_copy(rq->cx.arena, text.v));
}

void browser_start(struct request *rq, struct browser *x)
{
	if (!x->cookie)
		start_anew(rq, x);
}

void browser_give(struct request *rq, struct response *rs, const struct browser *x)
{
	give_cookie(rq, rs, false, x->cookie, rq->cx.conf->request_ttl);
}

const struct fail *browser_sign_in(struct request *rq, struct response *rs, struct browser *x, const struct user *u, bool *made)
{
	struct browser fresh = { 0 };
	const struct fail *no;

	start_anew(rq, &fresh);
	if ((no = store_begin(rq->cx.store)) || (no = session_put(rq->cx.store, &fresh.hash, u, rq->cx.now,
	    rq->cx.now + rq->cx.conf->session_ttl, made)) || !*made ||
	    (no = pending_move(rq->cx.store, &x->hash, &fresh.hash)) || (no = store_commit(rq->cx.store)))
		return no;
	*x = fresh;
	give_cookie(rq, rs, true, x->cookie, rq->cx.conf->session_ttl);
	give_cookie(rq, rs, false, "", 0);
	return NULL;
}

const struct fail *browser_sign_out(struct request *rq, struct response *rs, struct browser *x)
{
	struct digest before = x->hash;
	const struct fail *no;

	start_anew(rq, x);
	x->session = NULL;
	if ((no = store_begin(rq->cx.store)) || (no = session_drop(rq->cx.store, &before)) ||
	    (no = pending_move(rq->cx.store, &before, &x->hash)) || (no = store_commit(rq->cx.store)))
		return no;
	give_cookie(rq, rs, true, "", 0);
	give_cookie(rq, rs, false, x->cookie, rq->cx.conf->request_ttl);
	return NULL;
}

const struct fail *browser_token(struct request *rq, const struct browser *x, const char *form, const char *id,
    const char **token)
{
	const char *text = arena_printf(rq->cx.arena, "%s\n%s\n%s", x->cookie, form, id);
	const struct fail *no;
	struct digest key, mac;

	if ((no = meta_find_key(rq->cx.store, &key)))
		return no;
	mac = crypto_hmac(key.v, sizeof key.v, text, strlen(text));
	*token = crypto_base64url(rq->cx.arena, mac.v, sizeof mac.v);
	return NULL;
}

/* Browsers say where a form comes from; one that says nothing is judged by the token alone. */
static bool is_same_origin(const struct request *rq)
{
	const char *site = http_env(rq, "HTTP_SEC_FETCH_SITE"), *origin = http_env(rq, "HTTP_ORIGIN");

	if (site && strcmp(site, "same-origin") != 0)
		return false;
	if (!origin || strcmp(origin, rq->cx.conf->issuer) == 0)
		return true;
	return strcmp(origin, "null") == 0 && site;
}

const struct fail *browser_check(struct request *rq, const struct browser *x, const char *form, const char *id,
    const char *token)
{
	const char *expected;
	const struct fail *no;

	if (!is_same_origin(rq) || !x->cookie || !id || !token)
		return &browser_foreign;
	if ((no = browser_token(rq, x, form, id, &expected)))
		return no;
	return crypto_equal_text(token, expected) ? NULL : &browser_foreign;
}
