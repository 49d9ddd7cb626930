/* SPDX-License-Identifier: ISC */
/* consent: what the two pages are given to show. */
#include <string.h>

#include "arena.h"
#include "authorization.h"
#include "authorization_scope.h"
#include "conf.h"
#include "consent.h"
#include "form.h"
#include "html.h"
#include "json.h"
#include "pages.h"
#include "redirect.h"
#include "scope.h"
#include "visible.h"

/* The issuer is an origin, so that the endpoint's path is the same everywhere. */
static const char own_path[] = "/authorize";

static const struct fail client_gone = FAIL(400, "invalid_request",
    "The application that sent you here is no longer known to this server");

static struct frame frame_of(struct request *rq, const char *title)
{
	return (struct frame){ &rq->cx, title, rq->cx.conf->site_name, rq->cx.conf->logo };
}

static const char *name_of(const struct client *c)
{
	return visible_is(c->name) ? c->name : "An application without a name";
}

static const struct fail *find_client(struct request *rq, const struct pending *p, struct client **c)
{
	const struct fail *no = client_find(rq->cx.store, rq->cx.arena, p->client_id, c);

	if (no)
		return no;
	if (!*c)
		return &client_gone;
	return (*c)->waits ? &authorization_waits : NULL;
}

/* ---- who are you? ------------------------------------------------------------------------------------------------- */

/* Who sent the person here: a name that was registered, or the host of a client that is a URL. */
static const struct fail *find_sender(struct request *rq, const struct pending *p, const char **who)
{
	const struct fail *no;
	struct client *c;
	struct form f;

	if (!p->asked) {
		if (!(no = find_client(rq, p, &c)))
			*who = name_of(c);
		return no;
	}
	if ((no = form_scan(rq->cx.arena, p->asked, strlen(p->asked), authorization_fields, A_FIELDS, &f)))
		return no;
	*who = redirect_host(rq->cx.arena, f.value[A_CLIENT_ID] ? f.value[A_CLIENT_ID] : "");
	return NULL;
}

const struct fail *consent_sign_in(struct request *rq, struct response *rs, const struct browser *x, const struct pending *p,
    const char *id, const char *wrong_name)
{
	struct login_page v = {
		.frame = frame_of(rq, "Sign in"), .action = own_path, .request = id,
		.username = wrong_name ? wrong_name : "", .wrong = wrong_name != NULL,
	};
	const struct fail *no;

	html_answer(rq, rs, wrong_name ? 401 : 200, true);
	browser_give(rq, rs, x);
	if ((no = find_sender(rq, p, &v.client)) || (no = browser_token(rq, x, "login", id, &v.csrf)))
		return no;
	page_login(&rs->body, &v);
	return NULL;
}

/* ---- do you agree? ------------------------------------------------------------------------------------------------ */

/* Is no address in the list but the person's own machine?  Then any program there can be the one that gets the answer. */
static bool is_only_here(struct arena *a, const struct client *c)
{
	struct json_object *list;
	size_t i;

	if (!json_read(a, c->redirect_uris, strlen(c->redirect_uris), &list))
		return false;
	for (i = 0; i < json_object_array_length(list); i++)
		if (!redirect_is_loopback(a, json_object_get_string(json_object_array_get_idx(list, i))))
			return false;
	return true;
}

/* The scopes of `whole` in words: those that `before` covers, or the others. */
static const char *const *words_of(struct request *rq, const char *whole, const char *before, bool covered)
{
	const char **words = arena_take(rq->cx.arena, (SCOPES_MAX + 2) * sizeof *words);
	const struct conf_scope *x;
	size_t n = 0, i;

	for (i = 0; (x = scope_at(rq->cx.conf, i)); i++)
		if (scope_has(whole, x->name) && scope_covers(rq->cx.conf, before, x->name) == covered)
			words[n++] = x->words;
	return words;
}

static void say_who(struct request *rq, const struct client *c, struct consent_page *v)
{
	v->client = name_of(c);
	v->by_operator = strcmp(c->kind, "operator") == 0;
	if (strcmp(c->kind, "document") == 0) {
		v->described_at = redirect_host(rq->cx.arena, c->id);
		v->only_here = is_only_here(rq->cx.arena, c);
	}
}

const struct fail *consent_ask(struct request *rq, struct response *rs, const struct browser *x, const struct pending *p,
    const char *id)
{
	struct consent_page v = {
		.frame = frame_of(rq, "Connect"), .action = own_path, .request = id, .user = x->session->user_name,
		.resource = p->resource, .redirect = redirect_host(rq->cx.arena, p->redirect_uri),
		.loopback = redirect_is_loopback(rq->cx.arena, p->redirect_uri),
	};
	const char *before, *whole;
	const struct fail *no;
	struct client *c;

	if ((no = find_client(rq, p, &c)) ||
	    (no = authorization_scope(&rq->cx, p, c, x->session->user_id, &before, &whole)) ||
	    (no = browser_token(rq, x, "consent", id, &v.csrf)) || (no = browser_token(rq, x, "signout", id, &v.csrf_signout)))
		return no;
	say_who(rq, c, &v);
	v.private_scheme = v.redirect[strlen(v.redirect) - 1] == ':';
	v.allows = words_of(rq, whole, before, false);
	v.had = words_of(rq, whole, before, true);
	html_answer(rq, rs, 200, false);
	page_consent(&rs->body, &v);
	return NULL;
}
