/* SPDX-License-Identifier: ISC */
/*
 * authorize: the only program that asks a person: sign in, agree, go back with a code (OAuth 2.1 section 4.1).
 *
 *	GET	an authorization request			200 sign-in or consent page
 *	POST	the same as a form				the same
 *	GET	pending=ID					the page of a pending request
 *	POST	pending=ID action=login username password	303 to the pending request
 *	POST	pending=ID action=allow or deny			303 to the client, with code or error, state and iss
 *	POST	pending=ID action=signout			303 to the pending request
 *	4xx	a page; or a redirect with error= once client and address are proven
 */
#include <string.h>

#include "arena.h"
#include "audit.h"
#include "authorization.h"
#include "browser.h"
#include "conf.h"
#include "consent.h"
#include "form.h"
#include "html.h"
#include "pages.h"
#include "redirect.h"
#include "serve.h"
#include "voice.h"

enum { REQUEST, CSRF, ACTION, USERNAME, PASSWORD, FIELDS };

static const char *const fields[FIELDS] = {
	[REQUEST] = "pending", [CSRF] = "csrf", [ACTION] = "action", [USERNAME] = "username", [PASSWORD] = "password",
};

static const struct fail request_unknown = FAIL(400, "invalid_request",
    "The request has expired or never was: go back to the application and start again");
static const struct fail request_answered = FAIL(400, "invalid_request",
    "This request was already answered: go back to the application");

/* The issuer is an origin, so that the endpoint's path is the same everywhere. */
static const char own_path[] = "/authorize";

static struct frame frame_of(struct request *rq, const char *title)
{
	return (struct frame){ &rq->cx, title, rq->cx.conf->site_name, rq->cx.conf->logo };
}

static const struct fail *refused(struct request *rq, const char *event, const struct fail *no)
{
	audit_refusal(&rq->cx, event, no);
	return no;
}

/* After a refusal the way back to an address that nobody vouches for is a link, not a redirect (OAuth 2.1 section 7.12.2). */
static void show_way_back(struct request *rq, struct response *rs, const char *redirect_uri, const char *location)
{
	struct message_page v = {
		.frame = frame_of(rq, "Not connected"), .heading = "Not connected",
		.text = "You did not allow it, and nothing was shared.", .link = location,
	};

	v.link_text = arena_printf(rq->cx.arena, "Back to %s", redirect_host(rq->cx.arena, redirect_uri));
	html_answer(rq, rs, 200, true);
	page_message(&rs->body, &v);
}

/* ---- a new request ------------------------------------------------------------------------------------------------ */

/* To the client if that is safe: its own machine, a trusted host, or a person who has signed in here before. */
static const struct fail *refuse_request(struct request *rq, struct response *rs, const struct browser *x,
    const struct authorization *z, const struct fail *no)
{
	audit_refusal(&rq->cx, AUDIT_ASK, no);
	if (!z->proven || no->status >= 500 ||
	    (!x->session && !redirect_is_trusted(rq->cx.arena, rq->cx.conf, z->redirect_uri)))
		return no;
	http_redirect(rs, rq->method, authorization_response(&rq->cx, z->redirect_uri, z->state, NULL, no));
	return NULL;
}

/* Nobody is signed in, and the client is known by a document only: that is for later. */
static const struct fail *begin_unseen(struct request *rq, struct response *rs, struct browser *x, const struct form *f)
{
	struct random_text id;
	const struct fail *no;
	struct pending p;

	browser_start(rq, x);
	if ((no = authorization_screen(&rq->cx, f)) || (no = authorization_keep(&rq->cx, f, &x->hash, &p, &id)))
		return refused(rq, AUDIT_ASK, no);
	return consent_sign_in(rq, rs, x, &p, id.v, NULL);
}

static const struct fail *begin_seen(struct request *rq, struct response *rs, struct browser *x, const struct form *f)
{
	struct authorization z;
	struct random_text id;
	const struct fail *no;
	struct pending p;

	if (!(no = authorization_read(&rq->cx, f, &z)) && z.silent)
		no = x->session ? &authorization_interaction_required : &authorization_login_required;
	if (no)
		return refuse_request(rq, rs, x, &z, no);
	if (!x->session)
		browser_start(rq, x);
	if ((no = authorization_open(&rq->cx, &z, &x->hash, &p, &id)))
		return refused(rq, AUDIT_ASK, no);
	return x->session ? consent_ask(rq, rs, x, &p, id.v) : consent_sign_in(rq, rs, x, &p, id.v, NULL);
}

static const struct fail *begin(struct request *rq, struct response *rs, const char *text, size_t len)
{
	const struct fail *no;
	struct browser x;
	struct form f;

	rq->cx.trail.attempt = rq->cx.id;
	if ((no = authorization_admit(&rq->cx)) ||
	    (no = form_scan(rq->cx.arena, text, len, authorization_fields, A_FIELDS, &f)))
		return refused(rq, AUDIT_ASK, no);
	if ((no = browser_read(rq, &x)))
		return no;
	if (x.session)
		rq->cx.trail.user = x.session->user_name;
	else if (authorization_is_by_document(&rq->cx, &f))
		return begin_unseen(rq, rs, &x, &f);
	return begin_seen(rq, rs, &x, &f);
}

/* ---- a pending request -------------------------------------------------------------------------------------------- */

static const struct fail *find_pending(struct request *rq, const char *id, struct browser *x, struct pending **p)
{
	struct digest hash = crypto_digest_text(id);
	const struct fail *no;

	if ((no = browser_read(rq, x)) || (no = pending_find(rq->cx.store, rq->cx.arena, &hash, p)))
		return no;
	if (!*p || (*p)->expires_at <= rq->cx.now)
		return &request_unknown;	/* the cookie may have ended with it: say so before asking whose it was */
	if (!x->cookie || !crypto_equal(&(*p)->owner, &x->hash, sizeof x->hash))
		return &browser_foreign;
	rq->cx.trail = (struct trail){
		.attempt = (*p)->attempt, .user = x->session ? x->session->user_name : NULL, .client_id = (*p)->client_id,
		.resource = (*p)->resource,
	};
	return (*p)->answered_at ? &request_answered : NULL;
}

static const struct fail *show(struct request *rq, struct response *rs, const char *id)
{
	struct authorization z;
	const struct fail *no;
	struct browser x;
	struct pending *p;

	if ((no = find_pending(rq, id, &x, &p)))
		return no;
	if (!x.session)
		return consent_sign_in(rq, rs, &x, p, id, NULL);
	if (p->asked && (no = authorization_prove(&rq->cx, p, &z)))
		return refuse_request(rq, rs, &x, &z, no);
	return consent_ask(rq, rs, &x, p, id);
}

static const struct fail *go_to_pending(struct request *rq, struct response *rs, const char *id)
{
	http_redirect(rs, rq->method, arena_printf(rq->cx.arena, "%s%s?pending=%s", rq->cx.conf->issuer, own_path, id));
	return NULL;
}

static const struct fail *act_login(struct request *rq, struct response *rs, struct browser *x, struct pending *p,
    const char **v)
{
	const char *name = v[USERNAME] ? v[USERNAME] : "";
	const struct fail *no;
	bool in;

	if (x->session)
		return go_to_pending(rq, rs, v[REQUEST]);
	if ((no = browser_check(rq, x, "login", v[REQUEST], v[CSRF])) ||
	    (no = browser_log_in(rq, rs, x, name, v[PASSWORD] ? v[PASSWORD] : "", &in)))
		return no;
	if (!in)
		return consent_sign_in(rq, rs, x, p, v[REQUEST], name);
	return go_to_pending(rq, rs, v[REQUEST]);
}

static const struct fail *act_allow(struct request *rq, struct response *rs, struct browser *x, struct pending *p,
    const char **v)
{
	struct secret code;
	const struct fail *no;
	bool taken;

	if (!x->session)
		return &browser_foreign;
	if ((no = browser_check(rq, x, "consent", v[REQUEST], v[CSRF])))
		return no;
	if ((no = authorization_allow(&rq->cx, p, x->session, &code, &taken)))
		return refused(rq, AUDIT_CONSENT, no);
	if (!taken)
		return &request_answered;
	http_redirect(rs, rq->method, authorization_response(&rq->cx, p->redirect_uri, p->state, code.v, NULL));
	return NULL;
}

static const struct fail *act_deny(struct request *rq, struct response *rs, struct browser *x, struct pending *p,
    const char **v)
{
	const struct fail *no;
	const char *location;
	bool taken;

	if (!x->session)
		return &browser_foreign;
	if ((no = browser_check(rq, x, "consent", v[REQUEST], v[CSRF])) || (no = authorization_deny(&rq->cx, p, &taken)))
		return no;
	if (!taken)
		return &request_answered;
	location = authorization_response(&rq->cx, p->redirect_uri, p->state, NULL, &authorization_denied);
	if (redirect_is_trusted(rq->cx.arena, rq->cx.conf, p->redirect_uri))
		http_redirect(rs, rq->method, location);
	else
		show_way_back(rq, rs, p->redirect_uri, location);
	return NULL;
}

static const struct fail *act_signout(struct request *rq, struct response *rs, struct browser *x, struct pending *p,
    const char **v)
{
	const struct fail *no;

	(void)p;
	if (!x->session)
		return go_to_pending(rq, rs, v[REQUEST]);
	if ((no = browser_check(rq, x, "signout", v[REQUEST], v[CSRF])) || (no = browser_sign_out(rq, rs, x)))
		return no;
	return go_to_pending(rq, rs, v[REQUEST]);
}

static const struct fail *act(struct request *rq, struct response *rs, const char **v)
{
	static const struct {
		const char *name;
		const struct fail *(*act)(struct request *, struct response *, struct browser *, struct pending *, const char **);
	} action[] = { { "login", act_login }, { "allow", act_allow }, { "deny", act_deny }, { "signout", act_signout } };
	const struct fail *no;
	struct browser x;
	struct pending *p;
	size_t i;

	if ((no = find_pending(rq, v[REQUEST], &x, &p)))
		return no;
	for (i = 0; v[ACTION] && i < sizeof action / sizeof *action; i++)
		if (strcmp(action[i].name, v[ACTION]) == 0)
			return action[i].act(rq, rs, &x, p, v);
	return &browser_no_action;
}

static const struct fail *authorize_handle(struct request *rq, struct response *rs)
{
	bool post = rq->method == METHOD_POST;
	const char *text = post ? rq->body : rq->query;
	size_t len = post ? rq->body_len : strlen(rq->query);
	const struct fail *no;
	struct form f;

	if (post && (*rq->query || !http_content_type_is(rq, "application/x-www-form-urlencoded")))
		return &browser_no_form;
	if ((no = form_scan(rq->cx.arena, text, len, fields, FIELDS, &f)))
		return no;
	if (!f.value[REQUEST])
		return begin(rq, rs, text, len);
	if (f.repeated)
		return &form_repeated;
	return post ? act(rq, rs, f.value) : show(rq, rs, f.value[REQUEST]);
}

/* Refusals that are nobody's mistake have words of their own. */
static void authorize_refuse(struct request *rq, struct response *rs, const struct fail *no)
{
	struct message_page v = { .frame = frame_of(rq, "Start again"), .hint = "Go back to the application." };

	if (no == &request_answered) {
		v.heading = "Already answered";
		v.text = "This request was answered before, perhaps by a second click.";
	} else if (no == &request_unknown) {
		v.heading = "This took too long";
		v.text = "The request has expired, and nothing was shared. Start again from the application.";
		v.hint = NULL;
	} else if (no == &authorization_waits) {
		v.heading = "Not approved yet";
		v.text = "This application waits for the operator of this server to approve it. Nothing was shared.";
		v.hint = "Go back to the application and try again when that has happened.";
		v.id = rq->cx.id;
	} else {
		voice_page(rq, rs, no);
		return;
	}
	html_answer(rq, rs, no->status, true);
	page_message(&rs->body, &v);
}

const struct endpoint authorize = {
	.name = "authorize", .methods = METHOD_GET | METHOD_POST, .role = ROLE_AUTHORIZE, .body_max = 64 * 1024,
	.cors = CORS_NONE, .handle = authorize_handle, .refuse = authorize_refuse,
};

int main(void)
{
	return serve(&authorize);
}
