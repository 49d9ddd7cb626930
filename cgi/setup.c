/* SPDX-License-Identifier: ISC */
/*
 * setup: makes the first user of a host on which nobody can run mcpctl, and is gone then.
 *
 *	GET						200 asks for setup_secret
 *	POST	action=look secret			200 what was found, and a form for the user; 401 asks again
 *	POST	action=make pass username password again	200 how to connect; 400 the form again, with the reason
 *	4xx	a page; 404 for everything once there is, or was, a user
 *	503	a page that says which line of the settings is wrong
 *
 * GET changes nothing.  Before the secret was given nobody is told anything but which line to edit.
 */
#include <string.h>

#include "arena.h"
#include "audit.h"
#include "browser.h"
#include "conf.h"
#include "form.h"
#include "html.h"
#include "pages.h"
#include "serve.h"
#include "setup.h"
#include "setup_look.h"
#include "store.h"
#include "voice.h"

enum { ACTION, SECRET, PASS, USERNAME, PASSWORD, AGAIN, FIELDS };

static const char *const fields[FIELDS] = {
	[ACTION] = "action", [SECRET] = "secret", [PASS] = "pass", [USERNAME] = "username", [PASSWORD] = "password",
	[AGAIN] = "again",
};

static const struct fail secret_missing = FAIL(403, "access_denied", "The settings have no setup_secret");
static const struct fail secret_wrong = FAIL(401, "access_denied", "This is not the setup_secret of the settings");
static const struct fail no_database = FAIL(503, "temporarily_unavailable", "The database cannot be made");

/* The issuer is an origin, so that the endpoint's path is the same everywhere. */
static const char own_path[] = "/setup";

static struct frame frame_of(struct request *rq, const char *title)
{
	return (struct frame){ &rq->cx, title, rq->cx.conf->site_name, rq->cx.conf->logo };
}

static const char *text_of(const char *value)
{
	return value ? value : "";
}

/* ---- the secret ------------------------------------------------------------------------------------------------- */

static void ask_secret(struct request *rq, struct response *rs, struct browser *x, bool wrong)
{
	const struct setup_page v = {
		.frame = frame_of(rq, "Set up"), .action = own_path,
		.fault = wrong ? "This is not the setup_secret of the settings." : NULL,
	};

	browser_start(rq, x);
	html_answer(rq, rs, wrong ? secret_wrong.status : 200, true);
	browser_give(rq, rs, x);
	page_setup_secret(&rs->body, &v);
}

/*
 * The secret is in the form itself, which no page of a stranger can send; so that there is no token in it.  The database comes
 * first, because tries are counted there: whoever sends a form may make an empty one, and nothing else.
 */
static const struct fail *act_look(struct request *rq, struct response *rs, struct browser *x, const char **v)
{
	struct setup_page page = { .frame = frame_of(rq, "Set up"), .action = own_path, .username = "", .looked = true };
	const struct fail *no;
	bool fits;

	if (!setup_make_database(&rq->cx))
		return &no_database;
	if ((no = setup_check_secret(&rq->cx, text_of(v[SECRET]), &fits)) || !fits)
		audit_refusal(&rq->cx, AUDIT_SETUP, no ? no : &secret_wrong);
	if (no)
		return no;
	if (!fits) {
		ask_secret(rq, rs, x, true);
		return NULL;
	}
	store_end(rq->cx.store);
	browser_start(rq, x);
	page.pass = setup_pass(&rq->cx, x->cookie);
	setup_look(&rq->cx, &page);
	html_answer(rq, rs, 200, true);
	browser_give(rq, rs, x);
	page_setup_user(&rs->body, &page);
	return NULL;
}

/* ---- the user --------------------------------------------------------------------------------------------------- */

/* A host's name as a word for a list of servers. */
static const char *word_of(struct arena *a, const char *issuer)
{
	char *word = arena_copy(a, strstr(issuer, "://") + strlen("://")), *s;

	for (s = word; *s; s++)
		if (*s == '.' || *s == ':' || *s == '[' || *s == ']')
			*s = '-';
	return word;
}

static void show_done(struct request *rq, struct response *rs, const char *user)
{
	struct arena *a = rq->cx.arena;
	const char *uri = rq->cx.conf->resource[0].uri, *word = word_of(a, rq->cx.conf->issuer);
	const struct setup_done_page v = {
		.frame = frame_of(rq, "Connect an app"), .user = user, .resource = uri, .public = !rq->cx.conf->loopback,
	};
	const char *const client[][3] = {
		{ "Claude: web, desktop, mobile", "Settings, Connectors, Add custom connector: give it the address.", NULL },
		{ "Claude Code", "In a terminal; then /mcp in it, and Authenticate.",
		  arena_printf(a, "claude mcp add --transport http %s %s", word, uri) },
		{ "ChatGPT", "Settings, Connectors, Create, in developer mode: give it the address.", NULL },
		{ "VS Code", "In a terminal.",
		  arena_printf(a, "code --add-mcp '{\"name\":\"%s\",\"type\":\"http\",\"url\":\"%s\"}'", word, uri) },
		{ "Cursor", "In ~/.cursor/mcp.json.", arena_printf(a, "{\"mcpServers\":{\"%s\":{\"url\":\"%s\"}}}", word, uri) },
		{ "MCP Inspector", "In a terminal; then Connect.",
		  arena_printf(a, "npx @modelcontextprotocol/inspector --transport http --server-url %s", uri) },
		{ "Apps that only start programs", "Through mcp-remote, in their list of servers.",
		  arena_printf(a, "{\"mcpServers\":{\"%s\":{\"command\":\"npx\",\"args\":[\"-y\",\"mcp-remote\",\"%s\"]}}}", word, uri) },
		{ NULL, NULL, NULL },
	};

	html_answer(rq, rs, 200, true);
	page_setup_done(&rs->body, &v, client);
}

static const struct fail *act_make(struct request *rq, struct response *rs, struct browser *x, const char **v)
{
	struct setup_page page = {
		.frame = frame_of(rq, "Set up"), .action = own_path, .pass = v[PASS], .username = text_of(v[USERNAME]),
	};
	const struct fail *no;
	bool made;

	if (!x->cookie || !v[PASS] || !setup_pass_is_good(&rq->cx, x->cookie, v[PASS]))
		return &browser_foreign;
	if ((page.fault = setup_fault(&rq->cx, page.username, text_of(v[PASSWORD]), text_of(v[AGAIN])))) {
		html_answer(rq, rs, 400, true);
		page_setup_user(&rs->body, &page);
		return NULL;
	}
	if ((no = setup_make_user(&rq->cx, page.username, v[PASSWORD], &made)))
		return no;
	if (!made)
		return &fail_not_found;
	show_done(rq, rs, page.username);
	return NULL;
}

/* ---- requests --------------------------------------------------------------------------------------------------- */

static const struct fail *act(struct request *rq, struct response *rs, struct browser *x)
{
	const char *v[FIELDS];
	const struct fail *no;

	if (*rq->query || !http_content_type_is(rq, "application/x-www-form-urlencoded"))
		return &browser_no_form;
	if ((no = form_read(rq->cx.arena, rq->body, rq->body_len, fields, FIELDS, v)))
		return no;
	if (!browser_is_ours(rq))
		return &browser_foreign;
	if (v[ACTION] && strcmp(v[ACTION], "look") == 0)
		return act_look(rq, rs, x, v);
	if (v[ACTION] && strcmp(v[ACTION], "make") == 0)
		return act_make(rq, rs, x, v);
	return &browser_no_action;
}

static const struct fail *setup_handle(struct request *rq, struct response *rs)
{
	const struct fail *no;
	struct browser x;
	bool open;

	if ((no = setup_is_open(&rq->cx, &open)))
		return no;
	if (!open)
		return &fail_not_found;
	if (!rq->cx.conf->setup_secret)
		return &secret_missing;
	browser_see(rq, &x);
	if (rq->method == METHOD_POST)
		return act(rq, rs, &x);
	ask_secret(rq, rs, &x, false);
	return NULL;
}

static void say(struct request *rq, struct response *rs, int status, const char *heading, const char *text, const char *hint)
{
	const struct message_page v = {
		.frame = frame_of(rq, "Set up"), .heading = heading, .text = text, .hint = hint, .id = rq->cx.id,
	};

	html_answer(rq, rs, status, true);
	if (status == 503)
		http_header(rs, "Retry-After", "60");
	page_message(&rs->body, &v);
}

static void setup_refuse(struct request *rq, struct response *rs, const struct fail *no)
{
	if (no == &secret_missing)
		say(rq, rs, no->status, "Not open yet", "This page opens when mcp-cgi.conf has a line setup_secret = with at least 16 "
		    "characters that nobody can guess.", "Edit the file, and load this page again.");
	else if (no == &no_database)
		say(rq, rs, no->status, "No database", "The database cannot be made. Its folder, which is that of mcp-cgi.conf unless "
		    "the settings say otherwise, must belong to the user that runs these programs, with the permissions 700.",
		    "The error log of the web server has the reason.");
	else
		voice_page(rq, rs, no);
}

static void setup_explain(struct request *rq, struct response *rs, const struct conf_error *e)
{
	const char *text = e->line > 0 ? arena_printf(rq->cx.arena, "mcp-cgi.conf, line %d: %s.", e->line, e->reason) :
	    arena_printf(rq->cx.arena, "mcp-cgi.conf: %s.", e->reason);

	say(rq, rs, 503, "The settings cannot be used yet", text, "The file is looked for in the folder mcp-cgi of the home folder "
	    "of the user that runs these programs, outside of the web site. Edit it, and load this page again.");
}

const struct endpoint setup = {
	.name = "setup", .methods = METHOD_GET | METHOD_POST, .role = ROLE_SETUP, .body_max = 64 * 1024,
	.cors = CORS_NONE, .handle = setup_handle, .refuse = setup_refuse, .explain = setup_explain,
};

int main(void)
{
	return serve(&setup);
}
