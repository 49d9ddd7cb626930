/* SPDX-License-Identifier: ISC */
/*
 * mcpctl_client_add: a client of the operator's own.  Without an address to be sent back to it is a machine, which gets tokens
 * for itself, or a resource server, which asks about those of others; with one it is an application whose id the operator
 * hands out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "crypto.h"
#include "json.h"
#include "jws.h"
#include "mcpctl_command.h"
#include "redirect.h"
#include "resource.h"
#include "scope.h"
#include "store_operate.h"
#include "url.h"
#include "utf8.h"

enum { NAME_MAX_CHARACTERS = 200, KEYS_MAX = 64 * 1024, ID_BYTES = 16 };

struct wish {
	const char *name, *method, *scope, *jwks, *jwks_uri;
	struct words resources, introspects, redirects;
	bool as_json;
};

static bool is_name(const char *name)
{
	size_t n = strlen(name);
	const char *p;

	if (n == 0 || !utf8_is(name, n) || utf8_count(name, n) > NAME_MAX_CHARACTERS)
		return false;
	for (p = name; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	return true;
}

/* The method, or what follows from the keys that are given; NULL: it was said what does not fit. */
static const char *choose_method(const struct wish *w)
{
	bool keys = w->jwks || w->jwks_uri;
	const char *method = w->method ? w->method : keys ? "private_key_jwt" : "client_secret_basic";
	bool by_key = strcmp(method, "private_key_jwt") == 0;

	if (!conf_has_word("none client_secret_basic client_secret_post private_key_jwt", method))
		mcpctl_fail("--method is one of client_secret_basic, client_secret_post, private_key_jwt and, with --redirect, none");
	else if (strcmp(method, "none") == 0 && (w->redirects.n == 0 || w->introspects.n > 0))
		mcpctl_fail("--method none is for an application that people use, with --redirect and without --introspect");
	else if (w->jwks && w->jwks_uri)
		mcpctl_fail("--jwks and --jwks-uri exclude each other");
	else if (by_key != keys)
		mcpctl_fail(by_key ? "--method private_key_jwt needs its public keys: --jwks FILE or --jwks-uri URL" :
		    "--jwks and --jwks-uri are for --method private_key_jwt");
	else
		return method;
	return NULL;
}

/* A scope of the settings, or the operator's `read:*` and `*`. */
static bool is_scope(const struct conf *conf, const char *word)
{
	const struct conf_scope *x;
	size_t i, n = strlen(word);

	if (strchr(word, '*'))
		return strcspn(word, "*") == n - 1 && (n == 1 || word[n - 2] == ':');
	for (i = 0; (x = scope_at(conf, i)); i++)
		if (strcmp(x->name, word) == 0)
			return true;
	return false;
}

static bool check_scope(struct mcpctl *m, const struct wish *w)
{
	const char *words = w->scope, *word;
	size_t n;

	if (!words)
		return true;
	if (!scope_is_wellformed(words)) {
		mcpctl_fail("--scope is a list of scopes with one blank between two");
		return false;
	}
	for (; *words; words += n + strspn(words + n, " ")) {
		n = strcspn(words, " ");
		word = arena_text(m->arena, words, n);
		if (is_scope(&m->conf, word))
			continue;
		mcpctl_fail("there is no scope '%s' (mcpctl scope list); an asterisk stands for all, or behind a colon", word);
		return false;
	}
	return true;
}

/* Resources of the settings, in their spelling. */
static bool check_resources(struct mcpctl *m, const struct words *given, const char *option, const char **words)
{
	struct context cx = mcpctl_context(m);
	struct buf b = buf_new(m->arena);
	const struct conf_resource *r;
	size_t i;

	for (i = 0; i < given->n; i++) {
		if (resource_find(&cx, given->v[i], &r)) {
			mcpctl_fail("%s: %s", option, cx.trail.why);
			return false;
		}
		if (conf_has_word(b.v, r->uri))
			continue;
		if (b.len)
			buf_char(&b, ' ');
		buf_text(&b, r->uri);
	}
	*words = b.v;
	return true;
}

static bool check_redirects(struct mcpctl *m, const struct words *given, const char **array)
{
	struct context cx = mcpctl_context(m);
	struct buf b = buf_new(m->arena);
	const struct fail *no;
	bool allowed;
	size_t i;

	buf_char(&b, '[');
	for (i = 0; i < given->n; i++) {
		if ((no = redirect_check(&cx, given->v[i], &allowed)))
			mcpctl_refused(no);
		else if (!allowed)
			mcpctl_fail("--redirect: %s", cx.trail.why);
		if (no || !allowed)
			return false;
		if (i)
			buf_char(&b, ',');
		json_put_text(&b, given->v[i]);
	}
	buf_char(&b, ']');
	*array = b.v;
	return true;
}

static bool read_keys(struct mcpctl *m, const struct wish *w, struct client *c)
{
	struct json_object *keys = NULL;
	struct buf b = buf_new(m->arena);
	const char *text, *why;
	struct url u;
	size_t n;

	if (w->jwks_uri && (!url_read(m->arena, w->jwks_uri, &u) || strcmp(u.scheme, "https") != 0 || !*u.host || u.userinfo ||
	    u.fragment)) {
		mcpctl_fail("--jwks-uri is an https URL without user and fragment");
		return false;
	}
	c->keys_uri = w->jwks_uri;
	if (!w->jwks)
		return true;
	if (!(text = mcpctl_read_file(m, w->jwks, KEYS_MAX, &n)))
		return false;
	why = json_read(m->arena, text, n, &keys) ? jwks_check(keys) : "is not JSON";
	if (!why)
		why = jwks_usable(m->arena, keys);
	if (why) {
		mcpctl_fail("%s: %s", w->jwks, why);
		return false;
	}
	json_put(&b, keys);
	c->keys = b.v;
	return true;
}

/* Fills in all but secret and keys. */
static bool judge(struct mcpctl *m, const struct wish *w, struct client *c)
{
	unsigned char id[ID_BYTES];

	if (!is_name(w->name)) {
		mcpctl_fail("a client's name has 1 to 200 characters and no control characters");
		return false;
	}
	if (!(c->auth_method = choose_method(w)) || !check_scope(m, w) ||
	    !check_resources(m, &w->resources, "--resource", &c->resources) ||
	    !check_resources(m, &w->introspects, "--introspect", &c->introspects) ||
	    !check_redirects(m, &w->redirects, &c->redirect_uris) || !read_keys(m, w, c))
		return false;
	crypto_random(id, sizeof id);
	c->id = arena_printf(m->arena, "c_%s", crypto_base64url(m->arena, id, sizeof id));
	c->name = w->name;
	c->scope = w->scope ? w->scope : "";
	c->created_at = m->now;
	if (w->redirects.n)
		c->grant_types = "authorization_code refresh_token";
	else if (w->introspects.n && !w->scope && !w->resources.n)
		c->grant_types = "";	/* it only asks about the tokens of others */
	else
		c->grant_types = "client_credentials";
	return true;
}

static const struct fail *put_client(struct mcpctl *m, const struct client *c)
{
	struct context cx = mcpctl_context(m);
	const struct fail *no;

	cx.trail.client_id = c->id;
	cx.trail.why = "made by the operator";
	if ((no = store_begin(m->store)) || (no = operate_client_put(m->store, c)))
		return no;
	return audit_note(&cx, AUDIT_REGISTER);
}

/* The names of the members are those of RFC 7591, so that a program may take the answer for a registration. */
static void give_json(struct mcpctl *m, const struct client *c, const struct secret *s)
{
	struct buf b = buf_new(m->arena);

	mcpctl_put_object(&b);
	json_put_member(&b, "client_id", c->id);
	json_put_member(&b, "client_secret", c->has_secret ? s->v : NULL);
	json_put_member(&b, "client_name", c->name);
	json_put_member(&b, "token_endpoint_auth_method", c->auth_method);
	json_put_words(&b, "grant_types", c->grant_types);
	mcpctl_put_json(&b, "redirect_uris", c->redirect_uris);
	json_put_member(&b, "scope", c->scope);
	json_put_words(&b, "resources", c->resources);
	json_put_words(&b, "introspects", c->introspects);
	json_put_number(&b, "client_id_issued_at", c->created_at);
	buf_char(&b, '}');
	mcpctl_print_document(&b);
}

static void give_plain(const struct client *c, const struct secret *s)
{
	printf("client_id      %s\n", c->id);
	if (c->has_secret)
		printf("client_secret  %s\n", s->v);
	printf("method         %s\n", c->auth_method);
	if (*c->grant_types)
		printf("scope          %s\n", *c->scope ? c->scope : "(all: --scope narrows it)");
	if (c->has_secret)
		printf("The secret is shown this once; only its hash is kept.\n");
}

static void warn(const struct mcpctl *m, const struct client *c)
{
	if (strcmp(c->grant_types, "client_credentials") == 0 && !m->conf.client_credentials)
		fprintf(stderr, "warning: the settings say client_credentials = off: it gets no tokens\n");
	if (*c->introspects && !m->conf.introspection)
		fprintf(stderr, "warning: the settings say introspection = off: nobody may ask about tokens\n");
}

int mcpctl_client_add(struct mcpctl *m, int argc, char **argv)
{
	struct wish w = { 0 };
	const struct option options[] = {
		{ "--json", &w.as_json, NULL, NULL }, { "--method", NULL, &w.method, NULL }, { "--scope", NULL, &w.scope, NULL },
		{ "--resource", NULL, NULL, &w.resources }, { "--introspect", NULL, NULL, &w.introspects },
		{ "--redirect", NULL, NULL, &w.redirects }, { "--jwks", NULL, &w.jwks, NULL },
		{ "--jwks-uri", NULL, &w.jwks_uri, NULL }, { NULL, NULL, NULL, NULL },
	};
	struct client c = { 0 };
	struct secret s = { "" };
	int status, n = mcpctl_read_options(m, argc, argv, options);

	if (n != 1)
		return n < 0 ? EXIT_USAGE : mcpctl_misuse(m, n ? "a name with blanks stands between quotes" : "what is it called?");
	w.name = argv[0];
	if (!mcpctl_open(m) || !judge(m, &w, &c))
		return EXIT_FAILURE;
	if (strncmp(c.auth_method, "client_secret", 13) == 0) {
		s = crypto_secret(SECRET_CLIENT);
		c.has_secret = true;
		c.secret = crypto_digest_secret(&s);
	}
	if ((status = mcpctl_finish(m, put_client(m, &c))) != EXIT_SUCCESS)
		return status;
	if (w.as_json)
		give_json(m, &c, &s);
	else
		give_plain(&c, &s);
	warn(m, &c);
	return EXIT_SUCCESS;
}
