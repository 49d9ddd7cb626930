/* SPDX-License-Identifier: ISC */
/* browser: cookies, sessions and form tokens. */
#include <inttypes.h>
#include <string.h>

#include "arena.h"
#include "audit.h"
#include "browser.h"
#include "conf.h"
#include "login.h"
#include "store_meta.h"
#include "store_pending.h"

const struct fail browser_foreign = FAIL(403, "access_denied",
    "The form was not sent by its own page in the browser that it was made for");
const struct fail browser_no_form = FAIL(400, "invalid_request",
    "The form must be application/x-www-form-urlencoded, and its address without a query");
const struct fail browser_no_action = FAIL(400, "invalid_request", "The form does not say what to do");

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

void browser_see(struct request *rq, struct browser *x)
{
	const char *before = http_cookie(rq, cookie_name(rq, false));

	memset(x, 0, sizeof *x);
	if (before && strlen(before) == RANDOM_TEXT)
		see(x, before);
}

const struct fail *browser_read(struct request *rq, struct browser *x)
{
	const char *session = http_cookie(rq, cookie_name(rq, true));
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
	browser_see(rq, x);
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

void browser_give_session(struct request *rq, struct response *rs, const struct browser *x)
{
	give_cookie(rq, rs, true, x->cookie, rq->cx.conf->session_ttl);
	give_cookie(rq, rs, false, "", 0);
}

/* A new session under a new cookie, to which goes what waits under the old one.  In the caller's transaction. */
static const struct fail *begin_session(struct request *rq, struct browser *x, const struct user *u, bool *made)
{
	struct browser fresh = { 0 };
	const struct fail *no;

	start_anew(rq, &fresh);
	no = session_put(rq->cx.store, &fresh.hash, u, rq->cx.now, rq->cx.now + rq->cx.conf->session_ttl, made);
	if (no || !*made || (no = pending_move(rq->cx.store, &x->hash, &fresh.hash)))
		return no;
	*x = fresh;
	return NULL;
}

/* event: what is written down with it, or NULL. */
static const struct fail *sign_in(struct request *rq, struct response *rs, struct browser *x, const struct user *u, bool *made,
    const char *event)
{
	const struct fail *no;

	if ((no = store_begin(rq->cx.store)) || (no = begin_session(rq, x, u, made)) || !*made ||
	    (event && (no = audit_note(&rq->cx, event))) || (no = store_commit(rq->cx.store)))
		return no;
	browser_give_session(rq, rs, x);
	return NULL;
}

const struct fail *browser_sign_in(struct request *rq, struct response *rs, struct browser *x, const struct user *u, bool *made)
{
	return sign_in(rq, rs, x, u, made, NULL);
}

static const struct fail name_or_password_wrong = FAIL(401, "access_denied", "Name and password do not fit together");

/* login_check(), and the audit of its refusals.  Whose name it was is looked up after a failure only, known or not. */
static const struct fail *check_password(struct request *rq, const char *name, const char *password, struct user **u)
{
	const struct fail *no = login_check(&rq->cx, name, password, u), *no_name;
	struct user *known = NULL;

	if (*u)
		rq->cx.trail.user = (*u)->name;
	if (no ? no->status >= 500 : *u != NULL)
		return no;
	no_name = user_find(rq->cx.store, rq->cx.arena, name, &known);
	if (!no_name && known)
		rq->cx.trail.user = known->name;
	audit_refusal(&rq->cx, AUDIT_SIGN_IN, no ? no : &name_or_password_wrong);
	return no;
}

const struct fail *browser_log_in(struct request *rq, struct response *rs, struct browser *x, const char *name,
    const char *password, bool *in)
{
	const struct fail *no;
	struct user *u;

	*in = false;
	if ((no = check_password(rq, name, password, &u)) || !u)
		return no;
	return sign_in(rq, rs, x, u, in, AUDIT_SIGN_IN);
}

const struct fail *browser_ask_password(struct request *rq, const struct browser *x, const char *password, struct user **u)
{
	return check_password(rq, x->session->user_name, password, u);
}

const struct fail *browser_renew(struct request *rq, struct browser *x, const struct user *u, bool *made)
{
	const struct fail *no = session_drop_user(rq->cx.store, u->id);

	return no ? no : begin_session(rq, x, u, made);
}

/* What waits is kept for whoever signs in next in this browser. */
static const struct fail *sign_out(struct request *rq, struct response *rs, struct browser *x, const struct fail *no,
    const struct digest *before)
{
	if (no || (no = pending_move(rq->cx.store, before, &x->hash)) || (no = store_commit(rq->cx.store)))
		return no;
	x->session = NULL;
	give_cookie(rq, rs, true, "", 0);
	give_cookie(rq, rs, false, x->cookie, rq->cx.conf->request_ttl);
	return NULL;
}

const struct fail *browser_sign_out(struct request *rq, struct response *rs, struct browser *x)
{
	struct digest before = x->hash;
	const struct fail *no = store_begin(rq->cx.store);

	start_anew(rq, x);
	return sign_out(rq, rs, x, no ? no : session_drop(rq->cx.store, &before), &before);
}

const struct fail *browser_sign_out_all(struct request *rq, struct response *rs, struct browser *x)
{
	struct digest before = x->hash;
	const struct fail *no;

	start_anew(rq, x);
	rq->cx.trail.why = "signed out everywhere";
	if (!(no = store_begin(rq->cx.store)) && !(no = session_drop_user(rq->cx.store, x->session->user_id)))
		no = audit_note(&rq->cx, AUDIT_ACCOUNT);
	return sign_out(rq, rs, x, no, &before);
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
bool browser_is_ours(const struct request *rq)
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

	if (!browser_is_ours(rq) || !x->cookie || !id || !token)
		return &browser_foreign;
	if ((no = browser_token(rq, x, form, id, &expected)))
		return no;
	return crypto_equal_text(token, expected) ? NULL : &browser_foreign;
}
