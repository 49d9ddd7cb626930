/* SPDX-License-Identifier: ISC */
/*
 * mcpctl_grant: what people have agreed to, and its end.  A grant is the family of the codes and tokens that come from it: they
 * end with it, at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "crypto.h"
#include "json.h"
#include "mcpctl_command.h"
#include "store_grant.h"
#include "store_operate.h"
#include "store_user.h"

struct list {
	struct mcpctl *m;
	struct buf json;
	bool as_json;
};

struct wish {
	const char *user, *client;
	int64_t user_id;
};

static const char *state_of(const struct mcpctl *m, const struct listed_grant *g)
{
	if (g->revoked_at)
		return "revoked";
	if (g->expires_at <= m->now)
		return "expired";
	if (g->past)
		return "ended by a restore";
	return g->client_disabled ? "client disabled" : g->user_disabled ? "user disabled" : "live";
}

static void put_grant(struct list *l, const struct listed_grant *g)
{
	struct buf *b = &l->json;

	mcpctl_put_object(b);
	json_put_number(b, "id", g->id);
	mcpctl_put_text(b, "user", g->user);
	mcpctl_put_text(b, "client_id", g->client_id);
	mcpctl_put_text(b, "client_name", g->client_name);
	mcpctl_put_text(b, "scope", g->scope);
	mcpctl_put_text(b, "resource", g->resource);
	mcpctl_put_text(b, "attempt", *g->attempt ? g->attempt : NULL);
	mcpctl_put_text(b, "state", state_of(l->m, g));
	mcpctl_put_second(b, "created_at", g->created_at);
	mcpctl_put_second(b, "used_at", g->used_at);
	mcpctl_put_second(b, "expires_at", g->expires_at);
	mcpctl_put_second(b, "revoked_at", g->revoked_at);
	buf_char(b, '}');
}

static void give_grant(void *with, const struct listed_grant *g)
{
	struct list *l = with;

	if (l->as_json) {
		put_grant(l, g);
		return;
	}
	printf("%lld  %s  %s  %s  ", (long long)g->id, state_of(l->m, g), mcpctl_date(l->m->arena, g->created_at),
	    g->used_at ? mcpctl_date(l->m->arena, g->used_at) : "never");
	mcpctl_print_plain(g->user ? g->user : "(machine)");
	printf("  ");
	mcpctl_print_plain(*g->client_name ? g->client_name : g->client_id);
	printf("  ");
	mcpctl_print_plain(g->scope);
	printf("  ");
	mcpctl_print_plain(g->client_id);
	putchar('\n');
}

/* Are there such a person and such a client?  Otherwise it was said. */
static bool find_wish(struct mcpctl *m, struct wish *w)
{
	const struct fail *no = NULL;
	const char *name = NULL;
	struct user *u = NULL;

	if (w->user && !(no = user_find(m->store, m->arena, w->user, &u)) && !u) {
		mcpctl_fail("there is no user '%s'", w->user);
		return false;
	}
	if (!no && w->client && !(no = list_client_name(m->store, m->arena, w->client, &name)) && !name) {
		mcpctl_fail("there is no client '%s' (mcpctl client list)", w->client);
		return false;
	}
	if (no)
		mcpctl_refused(no);
	w->user_id = u ? u->id : 0;
	return !no;
}

int mcpctl_grant_list(struct mcpctl *m, int argc, char **argv)
{
	struct list l = { .m = m };
	struct wish w = { NULL, NULL, 0 };
	const struct option options[] = {
		{ "--json", &l.as_json, NULL, NULL }, { "--user", NULL, &w.user, NULL }, { "--client", NULL, &w.client, NULL },
		{ NULL, NULL, NULL, NULL },
	};
	const struct fail *no;
	int n = mcpctl_read_options(m, argc, argv, options);

	if (n != 0)
		return n < 0 ? EXIT_USAGE : mcpctl_misuse(m, "'%s' is not understood", argv[0]);
	if (!mcpctl_open(m) || !find_wish(m, &w))
		return EXIT_FAILURE;
	l.json = buf_new(m->arena);
	buf_char(&l.json, '[');
	if ((no = list_grants(m->store, m->arena, w.user_id, w.client, give_grant, &l)))
		return mcpctl_refused(no);
	buf_char(&l.json, ']');
	if (l.as_json)
		mcpctl_print_document(&l.json);
	return EXIT_SUCCESS;
}

/* ---- their end ---- */

static const struct fail *end_grant(struct mcpctl *m, const struct listed_grant *g, const char *why)
{
	struct context cx = mcpctl_context(m);
	const struct fail *no = grant_revoke(m->store, g->id, m->now);

	cx.trail = (struct trail){
		.attempt = g->attempt, .user = g->user, .client_id = g->client_id, .resource = g->resource, .why = why,
	};
	return no ? no : audit_note(&cx, AUDIT_REVOKE);
}

struct ending {
	struct mcpctl *m;
	const struct listed_grant **v;
	size_t n, room;
};

/* The list is read to its end before anything in it is changed. */
static void collect(void *with, const struct listed_grant *g)
{
	struct ending *e = with;
	const struct listed_grant **v = e->v;

	if (g->revoked_at || g->past)
		return;
	if (e->n == e->room) {
		e->room = e->room ? 2 * e->room : 64;
		v = arena_take(e->m->arena, e->room * sizeof *v);
		if (e->n)
			memcpy(v, e->v, e->n * sizeof *v);
		e->v = v;
	}
	e->v[e->n++] = g;
}

const struct fail *mcpctl_revoke(struct mcpctl *m, int64_t user_id, const char *client_id, const char *why, int *n)
{
	struct ending e = { .m = m };
	const struct fail *no = list_grants(m->store, m->arena, user_id, client_id, collect, &e);

	for (*n = 0; !no && (size_t)*n < e.n; ++*n)
		no = end_grant(m, e.v[*n], why);
	return no;
}

/* All of those named, or none. */
static int revoke_named(struct mcpctl *m, int argc, char **argv)
{
	const struct fail *no = store_begin(m->store);
	struct listed_grant *g;
	int i, n = 0, status;
	int64_t id;

	for (i = 0; !no && i < argc; i++) {
		if (!mcpctl_read_number(argv[i], &id) || (!(no = list_grant(m->store, m->arena, id, &g)) && !g)) {
			store_end(m->store);
			return mcpctl_fail("there is no grant '%s' (mcpctl grant list); nothing was changed", argv[i]);
		}
		if (!no && !g->revoked_at && !g->past && ++n)
			no = end_grant(m, g, "revoked by the operator");
	}
	if ((status = mcpctl_finish(m, no)) == EXIT_SUCCESS)
		printf("%d grant%s ended%s\n", n, n == 1 ? "" : "s", n < argc ? "; the others had ended before" : "");
	return status;
}

int mcpctl_grant_revoke(struct mcpctl *m, int argc, char **argv)
{
	struct wish w = { NULL, NULL, 0 };
	const struct option options[] = {
		{ "--user", NULL, &w.user, NULL }, { "--client", NULL, &w.client, NULL }, { NULL, NULL, NULL, NULL },
	};
	const struct fail *no;
	int ended = 0, status, n = mcpctl_read_options(m, argc, argv, options);

	if (n < 0)
		return EXIT_USAGE;
	if ((n > 0) == (w.user || w.client))
		return mcpctl_misuse(m, "name grants by their number, or those of a user, of a client or of both");
	if (!mcpctl_open(m) || !find_wish(m, &w))
		return EXIT_FAILURE;
	if (n > 0)
		return revoke_named(m, n, argv);
	if (!(no = store_begin(m->store)))
		no = mcpctl_revoke(m, w.user_id, w.client, "revoked by the operator", &ended);
	if ((status = mcpctl_finish(m, no)) == EXIT_SUCCESS)
		printf("%d grant%s ended\n", ended, ended == 1 ? "" : "s");
	return status;
}

/* ---- by a token that was found somewhere ---- */

/* Which of the secrets that belong to a grant is it?  False: none that this server could have made. */
static bool read_token(const char *line, struct secret *s, enum secret_kind *kind)
{
	static const enum secret_kind kinds[] = { SECRET_ACCESS, SECRET_REFRESH, SECRET_CODE };
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		*kind = kinds[i];
		if (crypto_secret_read(*kind, line, s))
			return true;
	}
	return false;
}

static const struct fail *end_token(struct mcpctl *m, enum secret_kind kind, const struct digest *hash,
    const struct listed_grant *g)
{
	struct context cx = mcpctl_context(m);
	const struct fail *no;

	if (kind != SECRET_ACCESS)
		return end_grant(m, g, "revoked by the operator, who had a token or code of it");
	cx.trail = (struct trail){
		.attempt = g->attempt, .user = g->user, .client_id = g->client_id, .resource = g->resource,
		.why = "an access token was revoked by the operator",
	};
	no = operate_access_drop(m->store, hash);
	return no ? no : audit_note(&cx, AUDIT_REVOKE);
}

int mcpctl_token_revoke(struct mcpctl *m, int argc, char **argv)
{
	const char *line;
	struct listed_grant *g = NULL;
	enum secret_kind kind;
	const struct fail *no;
	struct digest hash;
	struct secret s;
	int64_t id = 0;
	int status;

	if (argc > 0)
		return mcpctl_misuse(m, "a token is read from standard input and is no argument%s", argv[0][0] == '-' ? "" :
		    ": this one can now be read by others, so revoke it");
	if (!mcpctl_open(m) || !(line = mcpctl_read_line(m, SECRET_TEXT)))
		return EXIT_FAILURE;
	if (!read_token(line, &s, &kind))
		return mcpctl_fail("standard input holds no token of this server: mcpa_..., mcpr_... or mcpc_...");
	hash = crypto_digest_secret(&s);
	if (!(no = store_begin(m->store)) && !(no = list_token(m->store, &hash, &id)) && id)
		no = list_grant(m->store, m->arena, id, &g);
	if (!no && g)
		no = end_token(m, kind, &hash, g);
	if ((status = mcpctl_finish(m, no)) != EXIT_SUCCESS)
		return status;
	if (!g)
		return mcpctl_fail("there is no such token; it has ended and was forgotten, or it is another server's");
	if (kind == SECRET_ACCESS)
		printf("the access token is refused from now on; its app may have a refresh token (mcpctl grant revoke %lld)\n",
		    (long long)id);
	else
		printf("grant %lld ended, with all its tokens\n", (long long)id);
	return EXIT_SUCCESS;
}
