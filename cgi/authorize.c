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
#include "authorization.h"
#include "browser.h"
#include "conf.h"
#include "form.h"
#include "html.h"
#include "login.h"
#include "pages.h"
#include "redirect.h"
#include "scope.h"
#include "serve.h"
#include "visible.h"
#include "voice.h"

enum { REQUEST, CSRF, ACTION, USERNAME, PASSWORD, FIELDS };

static const char *const fields[FIELDS] = {
	[REQUEST] = "pending", [CSRF] = "csrf", [ACTION] = "action", [USERNAME] = "username", [PASSWORD] = "password",
};

static const struct fail not_a_form = FAIL(400, "invalid_request",
    "The form must be application/x-www-form-urlencoded, and its address without a query");
static const struct fail action_unknown = FAIL(400, "invalid_request", "The form does not say what to do");
static const struct fail request_unknown = FAIL(400, "invalid_request",
    "The request has expired or never was: go back to the application and start again");
static const struct fail request_answered = FAIL(400, "invalid_request",
    "This request was already answered: go back to the application");

/* ---- pages ------------------------------------------------------------------------------------------------------ */

static struct frame frame_of(struct request *rq, const char *title)
{
	return (struct frame){ &rq->cx, title, rq->cx.conf->site_name, rq->cx.conf->logo };
}

/* The issuer is an origin, so that the endpoint's path is the same everywhere. */
static const char own_path[] = "/authorize";

static const struct fail *client_name(struct request *rq, const struct pending *p, const char **name)
{
	const struct fail *no;
	struct client *c;

	if ((no = client_find(rq->cx.store, rq->cx.arena, p->client_id, &c)))
		return no;
	if (!c)
		return &request_unknown;
	*name = visible_is(c->name) ? c->name : "An application without a name";
	return NULL;
}

static const struct fail *show_login(struct request *rq, struct response *rs, const struct browser *x,
    const struct pending *p, const char *id, const char *wrong_name)
{
	struct login_page v = {
		.frame = frame_of(rq, "Sign in"), .action = own_path, .request = id,
		.username = wrong_name ? wrong_name : "", .wrong = wrong_name != NULL,
	};
	const struct fail *no;

	html_answer(rq, rs, wrong_name ? 401 : 200, true);
	browser_give(rq, rs, x);
	if ((no = client_name(rq, p, &v.client)) || (no = browser_token(rq, x, "login", id, &v.csrf)))
		return no;
	page_login(&rs->body, &v);
	return NULL;
}

static const char *const *words_of(struct request *rq, const char *scope)
{
	const char **words = arena_take(rq->cx.arena, (SCOPES_MAX + 2) * sizeof *words);
	const struct conf_scope *x;
	size_t n = 0, i;

	for (i = 0; (x = scope_at(rq->cx.conf, i)); i++)
		if (scope_has(scope, x->name))
			words[n++] = x->words;
	return words;
}

static const struct fail *show_consent(struct request *rq, struct response *rs, const struct browser *x,
    const struct pending *p, const char *id)
{
	struct consent_page v = {
		.frame = frame_of(rq, "Connect"), .action = own_path, .request = id, .user = x->session->user_name,
		.resource = p->resource, .redirect = redirect_host(rq->cx.arena, p->redirect_uri),
		.loopback = redirect_is_loopback(rq->cx.arena, p->redirect_uri),
		.allows = words_of(rq, p->scope),
	};
	const struct fail *no;

	v.private_scheme = v.redirect[strlen(v.redirect) - 1] == ':';
	if ((no = client_name(rq, p, &v.client)) || (no = browser_token(rq, x, "consent", id, &v.csrf)) ||
	    (no = browser_token(rq, x, "signout", id, &v.csrf_signout)))
		return no;
	html_answer(rq, rs, 200, false);
	page_consent(&rs->body, &v);
	return NULL;
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
static const struct fail *refuse_request(struct request *rq, struct response *rs, const struct authorization *z,
    const struct fail *no)
{
	const struct fail *again;
	struct browser x;

	if (!z->proven || no->status >= 500)
		return no;
	if ((again = browser_read(rq, &x)))
		return again;
	if (!x.session && !redirect_is_trusted(rq->cx.arena, rq->cx.conf, z->redirect_uri))
		return no;
	http_redirect(rs, rq->method, authorization_response(&rq->cx, z->redirect_uri, z->state, NULL, no));
	return NULL;
}

static const struct fail *begin(struct request *rq, struct response *rs, const char *text, size_t len)
{
	struct authorization z = { 0 };
	struct random_text id;
	const struct fail *no;
	struct browser x;
	struct form f;
	struct pending p;

	if ((no = form_scan(rq->cx.arena, text, len, authorization_fields, A_FIELDS, &f)))
		return no;
	if ((no = authorization_read(&rq->cx, &f, &z)))
		return refuse_request(rq, rs, &z, no);
	if ((no = browser_read(rq, &x)))
		return no;
	if (z.silent)
		return refuse_request(rq, rs, &z, x.session ? &authorization_interaction_required : &authorization_login_required);
	if (!x.session)
		browser_start(rq, &x);
	if ((no = authorization_open(&rq->cx, &z, &x.hash, &id)))
		return no;
	p = (struct pending){
		.client_id = z.client->id, .redirect_uri = z.redirect_uri, .scope = z.scope, .resource = z.resource->uri,
	};
	return x.session ? show_consent(rq, rs, &x, &p, id.v) : show_login(rq, rs, &x, &p, id.v, NULL);
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
	return (*p)->answered_at ? &request_answered : NULL;
}

static const struct fail *show(struct request *rq, struct response *rs, const char *id)
{
	const struct fail *no;
	struct browser x;
	struct pending *p;

	if ((no = find_pending(rq, id, &x, &p)))
		return no;
	return x.session ? show_consent(rq, rs, &x, p, id) : show_login(rq, rs, &x, p, id, NULL);
}

static const struct fail *go_to_pending(struct request *rq, struct response *rs, const char *id)
{
	http_redirect(rs, rq->method, arena_printf(rq->cx.arena, "%s%s?pending=%s", rq->cx.conf->issuer, own_path, id));
	return NULL;
}

static const struct fail *act_login(struct request *rq, struct response *rs, struct browser *x, struct pending *p,
    const char **v)
{
	const struct fail *no;
	struct user *u;
	bool made;

	if (x->session)
		return go_to_pending(rq, rs, v[REQUEST]);
	if ((no = browser_check(rq, x, "login", v[REQUEST], v[CSRF])))
		return no;
	if ((no = login_check(&rq->cx, v[USERNAME] ? v[USERNAME] : "", v[PASSWORD] ? v[PASSWORD] : "", &u)))
		return no;
	if (u && (no = browser_sign_in(rq, rs, x, u, &made)))
		return no;
	if (!u || !made)
		return show_login(rq, rs, x, p, v[REQUEST], v[USERNAME] ? v[USERNAME] : "");
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
	if ((no = browser_check(rq, x, "consent", v[REQUEST], v[CSRF])) ||
	    (no = authorization_allow(&rq->cx, p, x->session, &code, &taken)))
		return no;
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
	return &action_unknown;
}

static const struct fail *authorize_handle(struct request *rq, struct response *rs)
{
	bool post = rq->method == METHOD_POST;
	const char *text = post ? rq->body : rq->query;
	size_t len = post ? rq->body_len : strlen(rq->query);
	const struct fail *no;
	struct form f;

	if (post && (*rq->query || !http_content_type_is(rq, "application/x-www-form-urlencoded")))
		return &not_a_form;
	if ((no = form_scan(rq->cx.arena, text, len, fields, FIELDS, &f)))
		return no;
	if (!f.value[REQUEST])
		return begin(rq, rs, text, len);
	if (f.repeated)
		return &form_repeated;
	return post ? act(rq, rs, f.value) : show(rq, rs, f.value[REQUEST]);
}

/* Two refusals that are nobody's mistake have words of their own. */
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
