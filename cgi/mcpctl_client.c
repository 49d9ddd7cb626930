/* SPDX-License-Identifier: ISC */
/*
 * mcpctl_client: the applications that are connected or could be, and the operator's word on them.  Names, addresses and
 * metadata were written by strangers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "json.h"
#include "mcpctl_command.h"
#include "store_operate.h"
#include "store_pinned.h"

struct list {
	struct mcpctl *m;
	struct buf json;
	bool as_json;
	const struct fail *no;
};

static const char *state_of(const struct listed_client *c)
{
	return c->disabled_at ? "disabled" : c->is.waits ? "waits" : c->unborn ? "imported" : "active";
}

static void put_client(struct buf *b, const struct listed_client *c)
{
	mcpctl_put_object(b);
	mcpctl_put_text(b, "client_id", c->is.id);
	mcpctl_put_text(b, "client_name", c->is.name);
	mcpctl_put_text(b, "kind", c->is.kind);
	mcpctl_put_text(b, "state", state_of(c));
	mcpctl_put_text(b, "token_endpoint_auth_method", c->is.auth_method);
	mcpctl_put_json(b, "redirect_uris", c->is.redirect_uris);
	json_put_words(b, "grant_types", c->is.grant_types);
	mcpctl_put_text(b, "scope", c->is.scope);
	json_put_words(b, "resources", c->is.resources);
	json_put_words(b, "introspects", c->is.introspects);
	mcpctl_put_text(b, "client_uri", c->is.uri);
	mcpctl_put_bool(b, "pinned", c->pinned);
	mcpctl_put_second(b, "created_at", c->is.created_at);
	mcpctl_put_second(b, "agreed_at", c->agreed_at);
	mcpctl_put_second(b, "disabled_at", c->disabled_at);
	json_put_number(b, "grants", c->grants);
}

static void give_client(void *with, const struct listed_client *c)
{
	struct list *l = with;

	if (l->as_json) {
		put_client(&l->json, c);
		buf_char(&l->json, '}');
		return;
	}
	mcpctl_print_plain(c->is.id);
	printf("  %-10s  %-8s  %s  %3lld  ", c->is.kind, state_of(c), mcpctl_date(l->m->arena, c->is.created_at),
	    (long long)c->grants);
	mcpctl_print_plain(c->is.name);
	putchar('\n');
}

/* What a document, which was checked when it was imported, will make of a client. */
static struct listed_client client_of_pin(struct arena *a, const struct pinned *p)
{
	struct buf redirects = buf_new(a);
	struct json_object *doc = NULL;
	const char *name = NULL, *method = NULL;

	if (json_read(a, p->document, strlen(p->document), &doc)) {
		name = json_text(doc, "client_name");
		method = json_text(doc, "token_endpoint_auth_method");
	}
	json_put(&redirects, json_get(doc, "redirect_uris"));
	return (struct listed_client){
		.is = { .id = p->client_id, .kind = "document", .name = name, .auth_method = method ? method : "none",
		    .redirect_uris = redirects.v, .grant_types = "", .scope = "", .resources = "", .introspects = "",
		    .metadata = p->document, .created_at = p->imported_at },
		.pinned = true, .unborn = true,
	};
}

/* An imported document that nobody has come with yet is a client all the same. */
static void give_pin(void *with, const struct pinned *p)
{
	struct list *l = with;
	const char *name = NULL;
	struct listed_client c;

	if (!l->no)
		l->no = list_client_name(l->m->store, l->m->arena, p->client_id, &name);
	if (l->no || name)
		return;
	c = client_of_pin(l->m->arena, p);
	give_client(with, &c);
}

int mcpctl_client_list(struct mcpctl *m, int argc, char **argv)
{
	struct list l = { .m = m };
	const struct option options[] = { { "--json", &l.as_json, NULL, NULL }, { NULL, NULL, NULL, NULL } };
	const struct fail *no;
	int n = mcpctl_read_options(m, argc, argv, options);

	if (n != 0)
		return n < 0 ? EXIT_USAGE : mcpctl_misuse(m, "'%s' is not understood", argv[0]);
	if (!mcpctl_open(m))
		return EXIT_FAILURE;
	l.json = buf_new(m->arena);
	buf_char(&l.json, '[');
	if ((no = list_clients(m->store, m->arena, m->now, give_client, &l)) || (no = pinned_each(m->store, m->arena, give_pin, &l)) ||
	    (no = l.no))
		return mcpctl_refused(no);
	buf_char(&l.json, ']');
	if (l.as_json)
		mcpctl_print_document(&l.json);
	return EXIT_SUCCESS;
}

/* ---- one of them ---- */

static void print_line(const char *what, const char *value)
{
	printf("%-14s ", what);
	mcpctl_print_plain(value);
	putchar('\n');
}

static void print_client(struct mcpctl *m, const struct listed_client *c, const struct pinned *p)
{
	print_line("client", c->is.id);
	print_line("name", c->is.name);
	printf("%-14s %s, %s%s\n", "kind", c->is.kind, state_of(c), c->managed ? ", may change itself" : "");
	if (p)
		printf("%-14s imported %s%s\n", "document", mcpctl_date(m->arena, p->imported_at), p->fallback ? ", as a fallback" : "");
	print_line("method", c->is.auth_method);
	print_line("redirects", c->is.redirect_uris);
	print_line("grant types", c->is.grant_types);
	print_line("scope", *c->is.scope ? c->is.scope : "(all)");
	if (*c->is.resources)
		print_line("resources", c->is.resources);
	if (*c->is.introspects)
		print_line("introspects", c->is.introspects);
	if (c->is.keys_uri)
		print_line("keys", c->is.keys_uri);
	else if (c->is.keys)
		print_line("keys", "held here");
	if (c->is.uri)
		print_line("site", c->is.uri);
	print_line("metadata", c->is.metadata);
	printf("%-14s %s\n", "since", mcpctl_time(m->arena, c->is.created_at));
	printf("%-14s %s\n", "last agreed to", mcpctl_time(m->arena, c->agreed_at));
	if (c->disabled_at)
		printf("%-14s %s\n", "disabled", mcpctl_time(m->arena, c->disabled_at));
	printf("%-14s %lld live%s\n", "grants", (long long)c->grants, c->grants ? " (mcpctl grant list --client ID)" : "");
}

static void print_client_json(struct mcpctl *m, const struct listed_client *c, const struct pinned *p)
{
	struct buf b = buf_new(m->arena);

	put_client(&b, c);
	mcpctl_put_bool(&b, "managed", c->managed);
	mcpctl_put_json(&b, "jwks", c->is.keys_uri ? NULL : c->is.keys);
	mcpctl_put_text(&b, "jwks_uri", c->is.keys_uri);
	mcpctl_put_json(&b, "metadata", c->is.metadata);
	mcpctl_put_json(&b, "document", p ? p->document : NULL);
	mcpctl_put_bool(&b, "fallback", p && p->fallback);
	buf_char(&b, '}');
	mcpctl_print_document(&b);
}

/* The client of that id, or what an imported document will make of it; NULL: it was said that there is none. */
static const struct listed_client *find_client(struct mcpctl *m, const char *id, struct pinned **p)
{
	struct listed_client *c = NULL;
	const struct fail *no;

	if ((no = list_client(m->store, m->arena, id, m->now, &c)) || (no = pinned_find(m->store, m->arena, id, p))) {
		mcpctl_refused(no);
		return NULL;
	}
	if (!c && *p) {
		c = arena_take(m->arena, sizeof *c);
		*c = client_of_pin(m->arena, *p);
	}
	if (!c)
		mcpctl_fail("there is no client '%s' (mcpctl client list)", id);
	return c;
}

int mcpctl_client_show(struct mcpctl *m, int argc, char **argv)
{
	bool as_json = false;
	const struct option options[] = { { "--json", &as_json, NULL, NULL }, { NULL, NULL, NULL, NULL } };
	const struct listed_client *c;
	struct pinned *p = NULL;
	int n = mcpctl_read_options(m, argc, argv, options);

	if (n != 1)
		return n < 0 ? EXIT_USAGE : mcpctl_misuse(m, "which client?");
	if (!mcpctl_open(m) || !(c = find_client(m, argv[0], &p)))
		return EXIT_FAILURE;
	if (as_json)
		print_client_json(m, c, p);
	else
		print_client(m, c, p);
	return EXIT_SUCCESS;
}

/* ---- the operator's word ---- */

enum word { APPROVE, DISABLE, ENABLE, DELETE };

static const struct {
	const char *why;		/* in the audit */
	const char *said;
} words[] = {
	[APPROVE] = { "approved by the operator", "may ask people now" },
	[DISABLE] = { "disabled by the operator", "is refused from now on, and so are its tokens" },
	[ENABLE] = { "enabled by the operator", "is let in again; tokens that have not expired work" },
	[DELETE] = { "deleted by the operator", "is gone" },
};

static const struct fail *apply(struct mcpctl *m, enum word w, const char *id, int *grants)
{
	struct context cx = mcpctl_context(m);
	const struct fail *no;
	bool pinned;

	*grants = 0;
	if (w == APPROVE)
		no = operate_client_approve(m->store, id);
	else if (w != DELETE)
		no = operate_client_set_disabled(m->store, id, w == DISABLE ? m->now : 0);
	else if (!(no = mcpctl_revoke(m, 0, id, words[w].why, grants)) && !(no = pinned_drop(m->store, id, &pinned)))
		no = operate_client_drop(m->store, id);
	cx.trail.client_id = id;
	cx.trail.why = words[w].why;
	return no ? no : audit_note(&cx, AUDIT_REGISTER);
}

static bool is_so_already(enum word w, const struct listed_client *c)
{
	return (w == APPROVE && !c->is.waits) || (w == DISABLE && c->disabled_at) || (w == ENABLE && !c->disabled_at);
}

static int give_word(struct mcpctl *m, enum word w, int argc, char **argv)
{
	const struct option options[] = { { NULL, NULL, NULL, NULL } };
	const struct listed_client *c;
	const struct fail *no;
	struct pinned *p = NULL;
	int grants, status, n = mcpctl_read_options(m, argc, argv, options);

	if (n != 1)
		return n < 0 ? EXIT_USAGE : mcpctl_misuse(m, "which client?");
	if (!mcpctl_open(m) || !(c = find_client(m, argv[0], &p)))
		return EXIT_FAILURE;
	if (w != DELETE && c->unborn)
		return mcpctl_fail("nobody has come with this document yet; `mcpctl client delete` removes it");
	if (is_so_already(w, c)) {
		printf("%s: it is %s; nothing was changed\n", argv[0], state_of(c));
		return EXIT_SUCCESS;
	}
	if (!(no = store_begin(m->store)))
		no = apply(m, w, argv[0], &grants);
	if ((status = mcpctl_finish(m, no)) != EXIT_SUCCESS)
		return status;
	mcpctl_print_plain(*c->is.name ? c->is.name : argv[0]);
	printf(" %s", words[w].said);
	if (w == DELETE)
		printf(", with %d live grant%s%s", grants, grants == 1 ? "" : "s", p ? " and its imported document" : "");
	putchar('\n');
	return EXIT_SUCCESS;
}

int mcpctl_client_approve(struct mcpctl *m, int argc, char **argv)
{
	return give_word(m, APPROVE, argc, argv);
}

int mcpctl_client_disable(struct mcpctl *m, int argc, char **argv)
{
	return give_word(m, DISABLE, argc, argv);
}

int mcpctl_client_enable(struct mcpctl *m, int argc, char **argv)
{
	return give_word(m, ENABLE, argc, argv);
}

int mcpctl_client_delete(struct mcpctl *m, int argc, char **argv)
{
	return give_word(m, DELETE, argc, argv);
}
