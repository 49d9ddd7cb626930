/* SPDX-License-Identifier: ISC */
/*
 * world: a database in a folder of its own, with a user, two clients and a grant in it, and a context whose
 * clock the test moves.  For the tests of the rows and of what stands on them.
 */
#ifndef WORLD_H
#define WORLD_H

#include "unit.h"

#include <sqlite3.h>

#include "arena.h"
#include "conf.h"
#include "context.h"
#include "crypto.h"
#include "store.h"
#include "store_assertion.h"
#include "store_audit.h"
#include "store_client.h"
#include "store_client_keys.h"
#include "store_code.h"
#include "store_grant.h"
#include "store_introspect.h"
#include "store_limit.h"
#include "store_pending.h"
#include "store_session.h"
#include "store_token.h"
#include "store_user.h"

#define BOTH "read:knowledge write:knowledge"

/* RFC 7636 appendix B */
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

enum { START = 1785231000 };

struct world {
	char *folder;
	char file[128];
	struct arena *lasting;		/* of the settings */
	struct conf conf;
	struct context cx;
	struct store *other;		/* a second connection; NULL until world_other() */
	int64_t user;
};

/* Fails with the refusal's own words. */
#define assert_go_on(call) do { \
	const struct fail *no_ = (call); \
	row_check(!no_, "%s: %s", #call, no_ ? no_->description : ""); \
} while (0)

static inline struct store *world_as(struct world *w, enum role role)
{
	store_set_role(w->cx.store, role);
	return w->cx.store;
}

/* Another process, as it were. */
static inline struct store *world_other(struct world *w, enum role role)
{
	if (!w->other)
		w->other = store_new(role, w->file, 50);
	store_set_role(w->other, role);
	return w->other;
}

/* Settings as a file has them: what every test starts with, and more. */
static inline void world_settings(struct world *w, const char *more)
{
	static const char most[] = "issuer = https://mcp.example.org\nsite_name = Test\nredirect_schemes =\ntrusted_redirects =\n"
	    "password_ln = 10\nbusy_timeout = 50\nworkers = 1\nmcp_workers = 1\n";
	struct conf_error e;
	char file[160], text[4096];

	snprintf(file, sizeof file, "%s/mcp-cgi.conf", w->folder);
	snprintf(text, sizeof text, "%s%s", most, more);
	unlink(file);
	file_put(file, text, strlen(text), 0600);
	row_check(conf_read(w->lasting, file, &w->conf, &e), "%s:%d: %s", file, e.line, shown(e.reason));
}

static inline struct client world_client(const char *id)
{
	return (struct client){
		.id = id, .kind = "registered", .name = "Example", .auth_method = "none", .redirect_uris = "[\"https://c.example/cb\"]",
		.grant_types = "authorization_code refresh_token", .scope = "", .metadata = "{}", .created_at = START,
	};
}

static inline struct world *world_new(void)
{
	struct world *w = calloc(1, sizeof *w);
	const char *const id[] = { "c_one", "c_two" };
	struct user *u;
	bool taken;

	assert_non_null(w);
	w->folder = folder_new();
	snprintf(w->file, sizeof w->file, "%s/mcp.db", w->folder);
	assert_true(store_create(w->file));
	w->lasting = arena_new();
	world_settings(w, "");
	w->cx = (struct context){
		.arena = arena_new(), .now = START, .conf = &w->conf, .store = store_new(ROLE_MCPCTL, w->file, 50),
		    .peer = "192.0.2.1",
		.resource = &w->conf.resource[0], .id = "0123456789abcdef",
	};
	assert_go_on(user_put(w->cx.store, "ada", "$scrypt$", START, &taken));
	assert_go_on(user_find(w->cx.store, w->cx.arena, "ada", &u));
	w->user = u->id;
	for (size_t i = 0; i < COUNT(id); i++) {
		struct client c = world_client(id[i]);

		assert_go_on(client_put(world_as(w, ROLE_REGISTER), &c, 1000));
	}
	return w;
}

static inline void world_drop(struct world *w)
{
	store_drop(w->other);
	store_drop(w->cx.store);
	arena_drop(w->cx.arena);
	arena_drop(w->lasting);
	folder_drop(w->folder);
	free(w);
}

static inline int world_set_up(void **state)
{
	*state = world_new();
	return 0;
}

static inline int world_tear_down(void **state)
{
	world_drop(*state);
	return 0;
}

/* What the rows have no function for: an operator's hand in the file. */
static inline void world_sql(struct world *w, const char *sql)
{
	sqlite3 *db = NULL;
	char *why = NULL;

	assert_int_equal(sqlite3_open(w->file, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 1000);
	row_check(sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK, "%s: %s", sql, shown(why));
	sqlite3_close(db);
}

/* One number out of the file. */
static inline int64_t world_ask(struct world *w, const char *sql)
{
	sqlite3_stmt *st = NULL;
	sqlite3 *db = NULL;
	int64_t value;

	assert_int_equal(sqlite3_open(w->file, &db), SQLITE_OK);
	row_check(sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW,
	    "%s: %s", sql,
	    sqlite3_errmsg(db));
	value = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return value;
}

static inline struct grant world_grant(struct world *w, const char *client)
{
	struct grant g = {
		.user_id = w->user, .client_id = client, .scope = BOTH, .resource = w->conf.resource[0].uri,
		    .created_at = w->cx.now,
		.expires_at = w->cx.now + w->conf.refresh_ttl,
	};

	assert_go_on(grant_put(world_as(w, ROLE_AUTHORIZE), &g));
	return g;
}

/* A code as consent leaves it behind. */
static inline struct secret world_code(struct world *w, const char *client)
{
	struct grant g = world_grant(w, client);
	struct secret s = crypto_secret(SECRET_CODE);
	struct code c = {
		.hash = crypto_digest_secret(&s), .grant_id = g.id, .client_id = client,
		    .redirect_uri = "https://c.example/cb",
		.redirect_given = true, .challenge = CHALLENGE, .expires_at = w->cx.now + w->conf.code_ttl,
	};

	assert_go_on(code_put(world_as(w, ROLE_AUTHORIZE), &c));
	return s;
}

/* The client of that id, which is there; the role is token's then. */
/* The first user is signed in with a cookie of that digest. */
static inline void world_session(struct world *w, struct digest cookie)
{
	struct store *s = world_as(w, ROLE_AUTHORIZE);
	struct user *u;
	bool made = false;

	assert_go_on(user_find_any(s, w->cx.arena, &u));
	assert_go_on(session_put(s, &cookie, u, START, START + 100000, &made));
	assert_true(made);
}

static inline const struct client *world_find_client(struct world *w, const char *id)
{
	struct client *c;

	assert_go_on(client_find(world_as(w, ROLE_TOKEN), w->cx.arena, id, &c));
	assert_non_null(c);
	return c;
}

/* Does an access token open the door? */
static inline bool world_opens(struct world *w, const struct secret *access)
{
	struct digest d = crypto_digest_secret(access);
	struct bearer *b;

	assert_go_on(access_find(world_as(w, ROLE_MCP), w->cx.arena, &d, w->cx.now, &b));
	return b != NULL;
}

static inline struct digest digest_of(const char *text)
{
	return crypto_digest_text(text);
}

static inline bool same_digest(const struct digest *a, const struct digest *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

#endif
