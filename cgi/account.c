/* SPDX-License-Identifier: ISC */
/*
 * account: the page of a person who has signed in: what is connected, and take it back; password and sessions.
 *
 *	GET					200 sign-in page, or the page
 *	POST	action=login username password	303 to the page; 401 the sign-in page again
 *	POST	action=disconnect grant=ID	303; 404 for an ID that is not there, or not this person's
 *	POST	action=disconnect-all		303
 *	POST	action=password current new again	303; 400 or 401 the page, with the reason
 *	POST	action=signout, signout-all	303 to the sign-in page
 *	4xx	a page
 *
 * ?done=WORD behind the address chooses one of our sentences; who makes such a link gets somebody to read it, no more.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "audit.h"
#include "browser.h"
#include "conf.h"
#include "connection.h"
#include "form.h"
#include "html.h"
#include "pages.h"
#include "password.h"
#include "redirect.h"
#include "rfc3339.h"
#include "scope.h"
#include "serve.h"
#include "store_account.h"
#include "store_grant.h"
#include "url.h"
#include "visible.h"
#include "voice.h"
#include "when.h"

enum { CSRF, ACTION, GRANT, CURRENT, NEW, AGAIN, USERNAME, PASSWORD, FIELDS };

static const char *const fields[FIELDS] = {
	[CSRF] = "csrf", [ACTION] = "action", [GRANT] = "grant", [CURRENT] = "current", [NEW] = "new", [AGAIN] = "again",
	[USERNAME] = "username", [PASSWORD] = "password",
};

static const struct fail not_connected = FAIL(404, "invalid_request", "There is no such connection");
static const struct fail password_unfit = FAIL(400, "invalid_request", "The new password will not do");
static const struct fail password_wrong = FAIL(401, "access_denied", "The present password is another one");

/* The issuer is an origin, so that the endpoint's path is the same everywhere. */
static const char own_path[] = "/account";

/* The id that the tokens of this page's forms have, where those of an authorization request have its own. */
static const char own_id[] = "account";

/* ---- pages ------------------------------------------------------------------------------------------------------ */

static struct frame frame_of(struct request *rq, const char *title)
{
	return (struct frame){ &rq->cx, title, rq->cx.conf->site_name, rq->cx.conf->logo };
}

static const char *words_of(const char *done)
{
	static const struct { const char *done, *words; } said[] = {
		{ "disconnected", "Disconnected. It has no access any more." },
		{ "disconnected-all", "Everything is disconnected." },
		{ "password", "Your password is changed. Apps have to be connected again." },
		{ "signed-out", "You are signed out." },
		{ "signed-out-all", "You are signed out everywhere." },
	};
	size_t i;

	for (i = 0; done && i < sizeof said / sizeof *said; i++)
		if (strcmp(said[i].done, done) == 0)
			return said[i].words;
	return NULL;
}

static const struct fail *show_login(struct request *rq, struct response *rs, struct browser *x, const char *done,
    const char *wrong_name)
{
	struct account_login_page v = {
		.frame = frame_of(rq, "Sign in"), .action = own_path, .done = words_of(done),
		.username = wrong_name ? wrong_name : "", .wrong = wrong_name != NULL,
	};
	const struct fail *no;

	browser_start(rq, x);
	if ((no = browser_token(rq, x, "login", own_id, &v.csrf)))
		return no;
	html_answer(rq, rs, wrong_name ? 401 : 200, true);
	browser_give(rq, rs, x);
	page_account_login(&rs->body, &v);
	return NULL;
}

/* What each scope allows; one that the settings no longer have is called by its name. */
static const char *const *allows_of(struct request *rq, const char *scope)
{
	size_t n = 0, len, i, room = rq->cx.conf->scopes + strlen(scope) / 2 + 3;
	const char **words = arena_take(rq->cx.arena, room * sizeof *words), *name;
	const struct conf_scope *x;

	for (i = 0; (x = scope_at(rq->cx.conf, i)); i++)
		if (scope_has(scope, x->name))
			words[n++] = x->words;
	for (; scope += strspn(scope, " "), *scope; scope += len) {
		len = strcspn(scope, " ");
		name = arena_text(rq->cx.arena, scope, len);
		for (i = 0; (x = scope_at(rq->cx.conf, i)) && strcmp(x->name, name) != 0; i++)
			continue;
		for (i = x ? n : 0; i < n && strcmp(words[i], name) != 0; i++)
			continue;
		if (!x && i == n)
			words[n++] = name;
	}
	return words;
}

/* A document's address is proven; what registered itself has proven where its answers went. */
static const char *origin_of(struct request *rq, const struct connection *c)
{
	const char *to = redirect_only(rq->cx.arena, c->redirect_uris);
	struct url u;

	if (strcmp(c->client_kind, "document") == 0 && url_read(rq->cx.arena, c->client_id, &u))
		return u.port < 0 ? u.host : arena_printf(rq->cx.arena, "%s:%d", u.host, u.port);
	if (strcmp(c->client_kind, "operator") == 0)
		return "Set up by the operator";
	if (!to)
		return "Registered itself";
	to = redirect_is_loopback(rq->cx.arena, to) ? "" : redirect_host(rq->cx.arena, to);
	if (!*to || to[strlen(to) - 1] == ':')
		return "On a device, registered itself";
	return arena_printf(rq->cx.arena, "%s, registered itself", to);
}

static struct account_app app_of(struct request *rq, const struct connection *c)
{
	const struct conf *conf = rq->cx.conf;
	struct arena *a = rq->cx.arena;
	bool only = conf->resources == 1 && strcmp(conf->resource[0].uri, c->resource) == 0;

	return (struct account_app){
		.id = arena_printf(a, "%" PRId64, c->id),
		.name = visible_is(c->client_name) ? c->client_name : "An application without a name",
		.origin = origin_of(rq, c), .disabled = c->disabled, .resource = only ? NULL : c->resource,
		.allows = allows_of(rq, c->scope),
		.since = when_words(a, rq->cx.now, c->since), .since_at = rfc3339_text(a, c->since),
		.used = when_words(a, rq->cx.now, c->used_at), .used_at = c->used_at ? rfc3339_text(a, c->used_at) : NULL,
	};
}

static const struct fail *give_tokens(struct request *rq, const struct browser *x, struct account_page *v)
{
	const struct { const char *form, **token; } form[] = {
		{ "disconnect", &v->csrf_disconnect }, { "disconnect-all", &v->csrf_disconnect_all },
		{ "password", &v->csrf_password }, { "signout", &v->csrf_signout }, { "signout-all", &v->csrf_signout_all },
	};
	const struct fail *no = NULL;
	size_t i;

	for (i = 0; !no && i < sizeof form / sizeof *form; i++)
		no = browser_token(rq, x, form[i].form, own_id, form[i].token);
	return no;
}

/* why: the refusal that the page tells with `fault`; or NULL, and fault too. */
static const struct fail *show_account(struct request *rq, struct response *rs, const struct browser *x, const char *done,
    const struct fail *why, const char *fault)
{
	struct account_page v = {
		.frame = frame_of(rq, "Connected apps"), .action = own_path, .user = x->session->user_name,
		.resource = rq->cx.conf->resource[0].uri, .done = words_of(done), .fault = fault,
		.fault_current = why == &password_wrong,
	};
	const struct fail *no;
	struct connections list;
	struct account_app *apps;
	size_t i;

	if ((no = connection_list(&rq->cx, x->session->user_id, &list)) || (no = give_tokens(rq, x, &v)))
		return no;
	apps = arena_take(rq->cx.arena, (list.n + 1) * sizeof *apps);
	for (i = 0; i < list.n; i++)
		apps[i] = app_of(rq, &list.v[i]);
	v.apps = apps;
	v.count = list.n;
	html_answer(rq, rs, why ? why->status : 200, true);
	page_account(&rs->body, &v);
	return NULL;
}

static const struct fail *go_on(struct request *rq, struct response *rs, const char *done)
{
	http_redirect(rs, rq->method, arena_printf(rq->cx.arena, "%s%s%s%s", rq->cx.conf->issuer, own_path, done ? "?done=" : "",
	    done ? done : ""));
	return NULL;
}

/* ---- actions ------------------------------------------------------------------------------------------------------ */

static const struct fail *act_login(struct request *rq, struct response *rs, struct browser *x, const char **v)
{
	const char *name = v[USERNAME] ? v[USERNAME] : "";
	const struct fail *no;
	bool in;

	if (x->session)
		return go_on(rq, rs, NULL);
	if ((no = browser_check(rq, x, "login", own_id, v[CSRF])) ||
	    (no = browser_log_in(rq, rs, x, name, v[PASSWORD] ? v[PASSWORD] : "", &in)))
		return no;
	return in ? go_on(rq, rs, NULL) : show_login(rq, rs, x, NULL, name);
}

static const struct fail *act_disconnect(struct request *rq, struct response *rs, struct browser *x, const char **v)
{
	const struct fail *no;
	char *end;
	int64_t id;
	bool ended;

	id = v[GRANT] && *v[GRANT] >= '1' && *v[GRANT] <= '9' ? strtoll(v[GRANT], &end, 10) : 0;
	if (!id || *end)
		return &not_connected;
	if ((no = connection_end(&rq->cx, x->session->user_id, id, &ended)))
		return no;
	return ended ? go_on(rq, rs, "disconnected") : &not_connected;
}

static const struct fail *act_disconnect_all(struct request *rq, struct response *rs, struct browser *x, const char **v)
{
	const struct fail *no = connection_end_all(&rq->cx, x->session->user_id);

	(void)v;
	return no ? no : go_on(rq, rs, "disconnected-all");
}

/* What is wrong with the new password, as a sentence, or NULL. */
static const char *fault_of(struct request *rq, const char **v)
{
	const char *fault;

	if (!v[CURRENT] || !v[NEW] || !v[AGAIN])
		return "All three fields are needed.";
	if ((fault = password_fault(v[NEW], strlen(v[NEW]))))
		return arena_printf(rq->cx.arena, "The new password %s.", fault);
	if (strcmp(v[NEW], v[AGAIN]) != 0)
		return "The new password was not the same both times.";
	return strcmp(v[NEW], v[CURRENT]) == 0 ? "The new password is the present one." : NULL;
}

/* Everything that the old password has opened ends with it; this browser goes on under a new cookie. */
static const struct fail *replace(struct request *rq, struct browser *x, struct user *u, const char *record, bool *done)
{
	const struct fail *no;

	rq->cx.trail.why = "password changed";
	if ((no = store_begin(rq->cx.store)) || (no = account_set_password(rq->cx.store, u, record, done)) || !*done)
		return no;
	u->password = record;
	if ((no = browser_renew(rq, x, u, done)) || !*done || (no = grant_revoke_user(rq->cx.store, u->id, rq->cx.now)) ||
	    (no = audit_note(&rq->cx, AUDIT_ACCOUNT)))
		return no;
	return store_commit(rq->cx.store);
}

static const struct fail *act_password(struct request *rq, struct response *rs, struct browser *x, const char **v)
{
	const char *fault = fault_of(rq, v), *record;
	const struct fail *no;
	struct user *u;
	bool done = false;

	if (fault)
		return show_account(rq, rs, x, NULL, &password_unfit, fault);
	if ((no = browser_ask_password(rq, x, v[CURRENT], &u)) || (u && (no = password_record(&rq->cx, v[NEW], &record))) ||
	    (u && (no = replace(rq, x, u, record, &done))))
		return no;
	if (!done)
		return show_account(rq, rs, x, NULL, &password_wrong, "The present password is another one.");
	browser_give_session(rq, rs, x);
	return go_on(rq, rs, "password");
}

static const struct fail *act_signout(struct request *rq, struct response *rs, struct browser *x, const char **v)
{
	const struct fail *no = browser_sign_out(rq, rs, x);

	(void)v;
	return no ? no : go_on(rq, rs, "signed-out");
}

static const struct fail *act_signout_all(struct request *rq, struct response *rs, struct browser *x, const char **v)
{
	const struct fail *no = browser_sign_out_all(rq, rs, x);

	(void)v;
	return no ? no : go_on(rq, rs, "signed-out-all");
}

/* A session that has ended while its page was open is nobody's fault: the sign-in page says enough. */
static const struct fail *act(struct request *rq, struct response *rs, struct browser *x, const char **v)
{
	static const struct {
		const char *name;
		const struct fail *(*act)(struct request *, struct response *, struct browser *, const char **);
	} action[] = {
		{ "disconnect", act_disconnect }, { "disconnect-all", act_disconnect_all }, { "password", act_password },
		{ "signout", act_signout }, { "signout-all", act_signout_all },
	};
	const struct fail *no;
	size_t i;

	if (v[ACTION] && strcmp(v[ACTION], "login") == 0)
		return act_login(rq, rs, x, v);
	for (i = 0; v[ACTION] && i < sizeof action / sizeof *action; i++) {
		if (strcmp(action[i].name, v[ACTION]) != 0)
			continue;
		if (!x->session)
			return browser_is_ours(rq) ? go_on(rq, rs, NULL) : &browser_foreign;
		rq->cx.trail.user = x->session->user_name;
		no = browser_check(rq, x, action[i].name, own_id, v[CSRF]);
		return no ? no : action[i].act(rq, rs, x, v);
	}
	return &browser_no_action;
}

static const struct fail *account_handle(struct request *rq, struct response *rs)
{
	static const char *const query_fields[] = { "done" };
	bool post = rq->method == METHOD_POST;
	const struct fail *no;
	struct browser x;
	struct form f;

	if (post && (*rq->query || !http_content_type_is(rq, "application/x-www-form-urlencoded")))
		return &browser_no_form;
	no = post ? form_scan(rq->cx.arena, rq->body, rq->body_len, fields, FIELDS, &f) :
	    form_scan(rq->cx.arena, rq->query, strlen(rq->query), query_fields, 1, &f);
	if (no || (no = f.repeated ? &form_repeated : browser_read(rq, &x)))
		return no;
	if (post)
		return act(rq, rs, &x, f.value);
	return x.session ? show_account(rq, rs, &x, f.value[0], NULL, NULL) : show_login(rq, rs, &x, f.value[0], NULL);
}

/* Nobody was sent here by an application, so that the way on is this page. */
static void account_refuse(struct request *rq, struct response *rs, const struct fail *no)
{
	struct message_page v = {
		.frame = frame_of(rq, "Sorry"), .id = rq->cx.id, .hint = no->description, .link = own_path,
		.link_text = "Open the page again",
	};

	if (no->status == 403 && no != &fail_plain) {
		v.heading = "Not from here";
		v.text = "This form is too old, or was not sent from its own page in this browser. Nothing was changed.";
		v.hint = NULL;
	} else if (no->status == 400) {
		v.heading = "This did not work";
		v.text = "Nothing was changed. The reason:";
	} else if (no == &not_connected) {
		v.heading = "Not connected";
		v.text = "It was disconnected before, perhaps by a second click. Nothing was changed.";
		v.hint = NULL;
	} else {
		voice_page(rq, rs, no);
		return;
	}
	html_answer(rq, rs, no->status, true);
	page_message(&rs->body, &v);
}

const struct endpoint account = {
	.name = "account", .methods = METHOD_GET | METHOD_POST, .role = ROLE_ACCOUNT, .body_max = 64 * 1024,
	.cors = CORS_NONE, .handle = account_handle, .refuse = account_refuse,
};

int main(void)
{
	return serve(&account);
}
