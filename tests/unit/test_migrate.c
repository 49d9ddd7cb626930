/* SPDX-License-Identifier: ISC */
/*
 * test_migrate: a file of schema 1 with rows in every table becomes one of the newest schema: the same structure as a new one, no
 * row lost, and tokens that were good before are good afterwards.  A migration that cannot be finished has not begun.
 */
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

extern const char migrate_2_text[];

#define TOKEN "the access token of before"
#define REFRESH "the refresh token of before"
#define CODE "the code of before"

static char *text_of(struct world *w, const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = arena_take(w->cx.arena, 65536);

	row_check(f && fread(text, 1, 65535, f) > 0, "%s: %s", path, strerror(errno));
	fclose(f);
	return text;
}

static const char *hex(struct world *w, const char *secret)
{
	struct digest d = digest_of(secret);
	char *text = arena_take(w->cx.arena, 2 * sizeof d.v + 1);

	for (size_t i = 0; i < sizeof d.v; i++)
		snprintf(text + 2 * i, 3, "%02x", d.v[i]);
	return text;
}

/* The world's file is now one of version 1, with something in every table. */
static void become_old(struct world *w)
{
	store_drop(w->cx.store);
	w->cx.store = store_new(ROLE_MCPCTL, w->file, 50);
	assert_return_code(unlink(w->file), errno);
	world_sql(w, text_of(w, "tests/schema/1.sql"));
	assert_return_code(chmod(w->file, 0600), errno);
	world_sql(w, "PRAGMA journal_mode = WAL");
	world_sql(w, arena_printf(w->cx.arena,
	    "INSERT INTO user VALUES (1, 'ada', '$scrypt$', 10, 0), (2, 'bob', '$scrypt$', 11, 12);"
	    "INSERT INTO client VALUES ('c_one', 'One', 'none', NULL, '[\"https://c.example/cb\"]', 'authorization_code refresh_token',"
	    " '', 'https://c.example', '{\"x\":1}', 20, 21, 0), ('c_two', 'Two', 'client_secret_basic', x'%064d', '[]', 'a', 'read:knowledge',"
	    " NULL, '{}', 22, 0, 23);"
	    "INSERT INTO session VALUES (x'%064d', 1, 30, 31, 32);"
	    "INSERT INTO pending VALUES (x'%064d', x'%064d', 'c_one', 'https://c.example/cb', 1, 'c', 's', 'r', NULL, 40, 41, 0);"
	    "INSERT INTO grants VALUES (7, 1, 'c_one', '" BOTH "', 'https://mcp.example.org/mcp', 50, %lld, 3, 0),"
	    " (9, 2, 'c_two', 'read:knowledge', 'r', 51, 52, 0, 53);"
	    "INSERT INTO code VALUES (x'%s', 7, 'c_one', 'https://c.example/cb', 1, 'c', %lld, NULL, 2);"
	    "INSERT INTO access VALUES (x'%s', 7, 'read:knowledge', %lld);"
	    "INSERT INTO refresh VALUES (x'%s', 7, 3, %lld, NULL, NULL);"
	    "INSERT INTO limits VALUES ('k', 1, 2, 3);"
	    "INSERT INTO document VALUES (4, 1, 'Sourdough', 'flour and water', 'bread', 60);"
	    "INSERT INTO document_text (rowid, title, content, tags) VALUES (4, 'Sourdough', 'flour and water', 'bread')",
	    1, 2, 3, 4, (long long)START + 9000, hex(w, CODE), (long long)START + 60, hex(w, TOKEN), (long long)START + 3600,
	    hex(w, REFRESH), (long long)START + 9000));
}

/* Everything about the structure of a file that matters, in an order that does not depend on its history. */
static const char structure[] =
    "SELECT group_concat(line, char(10)) FROM (SELECT line FROM ("
    " SELECT 'table ' || l.name || ' strict ' || l.strict || ' wr ' || l.wr || ' ' || l.type AS line"
    "  FROM pragma_table_list l WHERE l.schema = 'main' AND l.name NOT LIKE 'sqlite_%'"
    " UNION ALL SELECT 'column ' || m.name || ' ' || x.cid || ' ' || x.name || ' ' || x.type || ' ' || x.\"notnull\" || ' ' ||"
    "  coalesce(x.dflt_value, '-') || ' ' || x.pk || ' ' || x.hidden"
    "  FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) x WHERE m.type = 'table'"
    " UNION ALL SELECT 'index ' || m.name || ' ' || i.name || ' ' || i.\"unique\" || ' ' || i.origin || ' ' || i.partial || ' ' ||"
    "  (SELECT group_concat(coalesce(c.name, '?') || c.desc || c.coll) FROM pragma_index_xinfo(i.name) c)"
    "  FROM sqlite_schema m JOIN pragma_index_list(m.name) i WHERE m.type = 'table'"
    " UNION ALL SELECT 'key ' || m.name || ' ' || f.\"from\" || ' ' || f.\"table\" || ' ' || f.\"to\" || ' ' || f.on_delete || f.on_update"
    "  FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'"
    " UNION ALL SELECT 'check ' || name || ' ' || (length(sql) - length(replace(sql, 'CHECK', '')))"
    "  FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
    ") ORDER BY line)";

static const char *ask_text(struct world *w, const char *file, const char *sql)
{
	sqlite3_stmt *st = NULL;
	sqlite3 *db = NULL;
	const char *text;

	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	row_check(sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW, "%s: %s", sql,
	    sqlite3_errmsg(db));
	text = arena_copy(w->cx.arena, sqlite3_column_text(st, 0) ? (const char *)sqlite3_column_text(st, 0) : "");
	sqlite3_finalize(st);
	sqlite3_close(db);
	return text;
}

static void migrate(struct world *w)
{
	int from = -1, to = -1;

	assert_true(store_migrate(w->file, &from, &to));
	assert_int_equal(from, 1);
	assert_int_equal(to, store_version());
}

static void the_structure_is_that_of_a_new_file(void **state)
{
	struct world *w = *state;
	const char *fresh = arena_printf(w->cx.arena, "%s/fresh.db", w->folder);

	assert_true(store_create(fresh));
	become_old(w);
	row_check(strcmp(ask_text(w, w->file, structure), ask_text(w, fresh, structure)) != 0, "nothing to do");
	migrate(w);
	assert_string_equal(ask_text(w, w->file, structure), ask_text(w, fresh, structure));
	assert_string_equal(ask_text(w, w->file, "SELECT group_concat(key) FROM (SELECT key FROM meta ORDER BY key)"), "epoch,form_key");
	assert_string_equal(ask_text(w, w->file, "SELECT CAST(value AS TEXT) FROM meta WHERE key = 'epoch'"), "1");
	assert_string_equal(ask_text(w, fresh, "SELECT CAST(value AS TEXT) FROM meta WHERE key = 'epoch'"), "1");
	assert_null(store_check(w->cx.arena, w->file));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

/* Rows of a table as the columns that version 1 had. */
static const struct {
	const char *table, *columns;
	int rows;
} kept[] = {
	{ "meta", "key, value", 1 },
	{ "user", "id, name, password, created_at, disabled_at", 2 },
	{ "client", "id, name, auth_method, secret, redirect_uris, grant_types, scope, uri, metadata, created_at, agreed_at, "
	  "disabled_at", 2 },
	{ "session", "hash, user_id, created_at, seen_at, expires_at", 1 },
	{ "grants", "id, user_id, client_id, scope, resource, created_at, expires_at, generation, revoked_at", 2 },
	{ "code", "hash, grant_id, client_id, redirect_uri, redirect_given, challenge, expires_at, used_at, tries", 1 },
	{ "access", "hash, grant_id, scope, expires_at", 1 },
	{ "refresh", "hash, grant_id, generation, expires_at, used_at, nonce", 1 },
	{ "limits", "key, count, since, last", 1 },
	{ "document", "id, user_id, title, content, tags, created_at", 1 },
};

static const char *rows_of(struct world *w, size_t i)
{
	char *quoted = arena_copy(w->cx.arena, ""), *columns = arena_copy(w->cx.arena, kept[i].columns), *c, *rest = columns;

	while ((c = strsep(&rest, ", ")))
		if (*c)
			quoted = arena_printf(w->cx.arena, "%s%squote(%s)", quoted, *quoted ? " || ' ' || " : "", c);
	return ask_text(w, w->file, arena_printf(w->cx.arena, "SELECT group_concat(line, char(10)) FROM (SELECT %s AS line FROM %s"
	    " WHERE '%s' <> 'meta' OR %s <> 'epoch' ORDER BY 1)", quoted, kept[i].table, kept[i].table,
	    strncmp(kept[i].columns, "key", 3) == 0 ? "key" : "''"));
}

static void no_row_is_lost(void **state)
{
	struct world *w = *state;
	const char *before[COUNT(kept)];

	become_old(w);
	for (size_t i = 0; i < COUNT(kept); i++)
		before[i] = rows_of(w, i);
	migrate(w);
	for (size_t i = 0; i < COUNT(kept); i++) {
		row_check(strcmp(before[i], rows_of(w, i)) == 0, "%s: %s\nwas %s", kept[i].table, rows_of(w, i), before[i]);
		row_check(world_ask(w, arena_printf(w->cx.arena, "SELECT count(*) FROM %s", kept[i].table)) ==
		    kept[i].rows + (i == 0), "%s: number of rows", kept[i].table);
	}
	assert_int_equal(world_ask(w, "SELECT count(*) FROM pending"), 0);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM document_text WHERE document_text MATCH 'flour'"), 1);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM client WHERE kind = 'registered' AND waits = 0"), 2);
	world_sql(w, "INSERT INTO grants (client_id, scope, resource, created_at, expires_at) VALUES ('c_one', 's', 'r', 1, 2)");
	assert_int_equal(world_ask(w, "SELECT max(id) FROM grants"), 10);
}

static void what_was_good_is_good(void **state)
{
	struct world *w = *state;
	struct digest access = digest_of(TOKEN), refresh = digest_of(REFRESH), code = digest_of(CODE);
	struct bearer *b;
	struct refresh *r;
	struct grant *g;
	struct code *c;

	become_old(w);
	migrate(w);
	assert_go_on(access_find(world_as(w, ROLE_MCP), w->cx.arena, &access, START, &b));
	assert_non_null(b);
	assert_string_equal(b->user_name, "ada");
	assert_string_equal(b->client_id, "c_one");
	assert_string_equal(b->resource, w->conf.resource[0].uri);
	assert_string_equal(b->attempt, "");
	assert_go_on(refresh_find(world_as(w, ROLE_TOKEN), w->cx.arena, &refresh, &r));
	assert_non_null(r);
	assert_int_equal(r->generation, 3);
	assert_go_on(code_find(w->cx.store, w->cx.arena, &code, &c));
	assert_non_null(c);
	assert_int_equal(c->tries, 2);
	assert_go_on(grant_find(w->cx.store, w->cx.arena, 7, &g));
	assert_non_null(g);
	assert_int_equal(g->generation, 3);
	assert_go_on(grant_find(w->cx.store, w->cx.arena, 9, &g));
	assert_null(g);
	assert_int_equal(world_ask(w, "SELECT issued_at FROM access"), 50);
}

/* What lives when epochs begin to count lives in the epoch of its file. */
static void grants_are_of_the_epoch_of_their_file(void **state)
{
	struct world *w = *state;
	struct digest access = digest_of(TOKEN);
	struct bearer *b;
	int from, to;

	become_old(w);
	world_sql(w, migrate_2_text);
	world_sql(w, "PRAGMA user_version = 2; UPDATE meta SET value = CAST('41' AS BLOB) WHERE key = 'epoch'");
	assert_true(store_migrate(w->file, &from, &to));
	assert_int_equal(from, 2);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM grants WHERE epoch = 41"), 2);
	assert_go_on(access_find(world_as(w, ROLE_MCP), w->cx.arena, &access, START, &b));
	assert_non_null(b);
}

static void a_program_says_what_to_do(void **state)
{
	struct world *w = *state;
	const char *why;
	struct user *u;

	become_old(w);
	assert_ptr_equal(user_find(w->cx.store, w->cx.arena, "ada", &u), &fail_unavailable);
	why = store_check(w->cx.arena, w->file);
	row_check(why && strstr(why, "mcpctl migrate"), "%s", shown(why));
	migrate(w);
	assert_go_on(user_find(w->cx.store, w->cx.arena, "ada", &u));
}

static void twice_is_once(void **state)
{
	struct world *w = *state;
	const char *before;
	int from, to;

	become_old(w);
	migrate(w);
	before = ask_text(w, w->file, structure);
	assert_true(store_migrate(w->file, &from, &to));
	assert_int_equal(from, store_version());
	assert_int_equal(to, store_version());
	assert_string_equal(ask_text(w, w->file, structure), before);
}

/* ---- what cannot be finished ---- */

static void put_in_the_way(struct world *w)
{
	world_sql(w, "CREATE TABLE audit (somebody TEXT)");
}

static void leave_an_orphan(struct world *w)
{
	world_sql(w, "INSERT INTO refresh VALUES (x'00', 12345, 1, 1, NULL, NULL)");
}

static void leave_no_room(struct world *w)
{
	(void)w;			/* migrate_in_vain() sees to it */
}

static const struct {
	const char *what;
	void (*make)(struct world *w);
	bool full;
} hindrances[] = {
	{ "a table in the way", put_in_the_way, false },
	{ "a token of no grant", leave_an_orphan, false },
	{ "a full disk", leave_no_room, true },
};

static int migrate_in_vain(struct world *w, bool full)
{
	struct rlimit limit = { 65536, 65536 };
	int from, to, status;
	pid_t child = fork();

	assert_return_code(child, errno);
	if (child == 0) {
		signal(SIGXFSZ, SIG_IGN);
		if (full && setrlimit(RLIMIT_FSIZE, &limit) != 0)
			_exit(90);
		_exit(store_migrate(w->file, &from, &to) ? 1 : from == 1 && to == 1 ? 0 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void what_cannot_be_finished_has_not_begun(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(hindrances); i++) {
		struct world *w = world_new();
		const char *before, *rows;
		int ended;

		become_old(w);
		hindrances[i].make(w);
		before = ask_text(w, w->file, structure);
		rows = rows_of(w, 2);
		ended = migrate_in_vain(w, hindrances[i].full);
		row_check(ended == 0, "%s: ended with %d", hindrances[i].what, ended);
		row_check(world_ask(w, "PRAGMA user_version") == 1, "%s: version", hindrances[i].what);
		row_check(strcmp(before, ask_text(w, w->file, structure)) == 0, "%s: structure", hindrances[i].what);
		row_check(strcmp(rows, rows_of(w, 2)) == 0, "%s: clients", hindrances[i].what);
		row_check(world_ask(w, "SELECT count(*) FROM pending") == 1, "%s: what waits", hindrances[i].what);
		world_drop(w);
	}
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_WORLD(the_structure_is_that_of_a_new_file),
		WITH_WORLD(no_row_is_lost),
		WITH_WORLD(what_was_good_is_good),
		WITH_WORLD(grants_are_of_the_epoch_of_their_file),
		WITH_WORLD(a_program_says_what_to_do),
		WITH_WORLD(twice_is_once),
		cmocka_unit_test(what_cannot_be_finished_has_not_begun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
