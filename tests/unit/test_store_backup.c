/* SPDX-License-Identifier: ISC */
/*
 * test_store_backup: a backup is one moment of the file, in one private file; what comes back has the people, the clients and the
 * documents, and nothing that opens a door: what was given before is of an epoch that is over.  Whatever cannot be restored changes nothing and leaves nothing behind.
 */
#include "world.h"

#include <dirent.h>
#include <errno.h>

#include "store_account.h"
#include "store_backup.h"
#include "store_meta.h"

static const char *path(struct world *w, const char *name)
{
	return arena_printf(w->cx.arena, "%s/%s", w->folder, name);
}

/* How many files in the folder have this in their name. */
static int files_like(struct world *w, const char *part)
{
	DIR *d = opendir(w->folder);
	struct dirent *e;
	int n = 0;

	assert_non_null(d);
	while ((e = readdir(d)))
		n += strstr(e->d_name, part) != NULL;
	closedir(d);
	return n;
}

static void on(struct world *w, const char *file, const char *sql)
{
	sqlite3 *db = NULL;
	char *why = NULL;

	assert_int_equal(sqlite3_open(path(w, file), &db), SQLITE_OK);
	row_check(sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK, "%s: %s", sql, shown(why));
	sqlite3_close(db);
}

static void back_up(struct world *w, const char *name)
{
	const char *why = store_backup(w->cx.arena, w->file, path(w, name));

	row_check(!why, "%s", why);
}

static const char *restore(struct world *w, const char *name)
{
	int from = -1;

	return store_restore(w->cx.arena, w->file, path(w, name), w->cx.now, &from);
}

/* ---- there ---- */

static void a_backup_is_one_private_file(void **state)
{
	struct world *w = *state;
	struct stat st;

	world_grant(w, "c_one");
	back_up(w, "b.db");
	assert_return_code(stat(path(w, "b.db"), &st), errno);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(files_like(w, "b.db"), 1);
	assert_null(store_check(w->cx.arena, path(w, "b.db")));
	on(w, "b.db", "SELECT CASE count(*) WHEN 1 THEN 1 ELSE abs(-9223372036854775808) END FROM grants");
	assert_int_equal(files_like(w, "part"), 0);
}

static void what_exists_is_not_overwritten(void **state)
{
	struct world *w = *state;
	struct stat st;

	file_put(path(w, "b.db"), "precious", 8, 0600);
	assert_return_code(symlink(path(w, "nowhere"), path(w, "link")), errno);
	assert_non_null(store_backup(w->cx.arena, w->file, path(w, "b.db")));
	assert_non_null(store_backup(w->cx.arena, w->file, path(w, "link")));
	assert_non_null(store_backup(w->cx.arena, w->file, path(w, "no/such/folder")));
	assert_non_null(store_backup(w->cx.arena, path(w, "nothing.db"), path(w, "c.db")));
	assert_return_code(stat(path(w, "b.db"), &st), errno);
	assert_int_equal(st.st_size, 8);
	assert_int_equal(files_like(w, "part"), 0);
	assert_int_equal(files_like(w, "c.db"), 0);
	assert_int_equal(files_like(w, "nowhere"), 0);
}

/* A writer in the middle of something neither waits nor is seen. */
static void a_backup_is_of_one_moment(void **state)
{
	struct world *w = *state;
	struct store *other = world_other(w, ROLE_MCPCTL);
	bool taken;

	assert_go_on(store_begin(other));
	assert_go_on(user_put(other, "half", "$scrypt$", START, &taken));
	back_up(w, "b.db");
	assert_go_on(store_commit(other));
	on(w, "b.db", "SELECT CASE count(*) WHEN 1 THEN 1 ELSE abs(-9223372036854775808) END FROM user");
	assert_int_equal(world_ask(w, "SELECT count(*) FROM user"), 2);
}

/* ---- and back ---- */

static void fill(struct world *w)
{
	struct secret code = world_code(w, "c_one");
	struct access t = { .hash = digest_of("live"), .grant_id = 1, .scope = BOTH, .issued_at = START, .expires_at = START + 999 };
	struct refresh r = { .hash = digest_of("refresh"), .grant_id = 1, .generation = 1, .expires_at = START + 999 };
	struct limit l;

	(void)code;
	world_session(w, digest_of("cookie"));
	assert_go_on(access_put(world_as(w, ROLE_TOKEN), &t));
	assert_go_on(refresh_put(w->cx.store, &r));
	assert_go_on(limit_count(world_as(w, ROLE_AUTHORIZE), "k", 0, START, &l));
	world_sql(w, "INSERT INTO pending (hash, owner, attempt, asked, created_at, expires_at) VALUES (x'01', x'02', 'a', 'q', 1, 2)");
	world_sql(w, "INSERT INTO assertion VALUES (x'aa', 99)");
}

static void never(void *with, const struct account_grant *g)
{
	(void)with;
	row_check(false, "grant %d is shown as connected", (int)g->id);
}

/* The rows of grant 1 are still there, and nobody finds it: not by a token, not by a code, not on the page of apps. */
static void grant_is_dead(struct world *w)
{
	struct digest d = digest_of("live");
	struct introspection *i;
	struct bearer *b;
	struct grant *g;

	assert_int_equal(world_ask(w, "SELECT count(*) FROM grants WHERE id = 1 AND revoked_at = 0 AND expires_at > 1785231000"), 1);
	assert_go_on(access_find(world_as(w, ROLE_MCP), w->cx.arena, &d, START, &b));
	assert_null(b);
	assert_go_on(introspection_find(world_as(w, ROLE_INTROSPECT), w->cx.arena, &d, START, &i));
	assert_null(i);
	assert_go_on(grant_find(world_as(w, ROLE_TOKEN), w->cx.arena, 1, &g));
	assert_null(g);
	assert_go_on(account_each(world_as(w, ROLE_ACCOUNT), w->cx.arena, w->user, START, never, NULL));
}

static void nothing_that_opens_a_door_comes_back(void **state)
{
	static const char *const empty[] = { "session", "pending", "limits" };
	struct world *w = *state;
	struct digest before, after;
	struct grant g, *found;
	const char *why;
	bool taken;

	fill(w);
	assert_go_on(meta_find_key(world_as(w, ROLE_AUTHORIZE), &before));
	back_up(w, "b.db");
	assert_go_on(user_put(world_as(w, ROLE_MCPCTL), "later", "$scrypt$", START, &taken));
	world_sql(w, "INSERT INTO assertion VALUES (x'bb', 99)");
	world_grant(w, "c_two");
	why = restore(w, "b.db");
	row_check(!why, "%s", why);
	for (size_t i = 0; i < COUNT(empty); i++)
		row_check(world_ask(w, arena_printf(w->cx.arena, "SELECT count(*) FROM %s", empty[i])) == 0, "%s", empty[i]);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM grants"), 1);
	grant_is_dead(w);
	g = world_grant(w, "c_one");
	assert_go_on(grant_find(world_as(w, ROLE_TOKEN), w->cx.arena, g.id, &found));
	assert_non_null(found);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM user"), 1);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM client"), 2);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM assertion"), 2);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM audit WHERE why LIKE '%restored%'"), 1);
	assert_go_on(meta_find_key(world_as(w, ROLE_AUTHORIZE), &after));
	assert_false(same_digest(&before, &after));
	assert_null(store_check(w->cx.arena, w->file));
	assert_int_equal(files_like(w, "part"), 0);
}

static int64_t epoch(struct world *w)
{
	return world_ask(w, "SELECT CAST(CAST(value AS TEXT) AS INTEGER) FROM meta WHERE key = 'epoch'");
}

static void the_epoch_never_comes_twice(void **state)
{
	struct world *w = *state;

	back_up(w, "b.db");
	assert_int_equal(epoch(w), 1);
	assert_null(restore(w, "b.db"));
	assert_int_equal(epoch(w), 2);
	assert_null(restore(w, "b.db"));
	assert_int_equal(epoch(w), 3);
	on(w, "b.db", "UPDATE meta SET value = CAST('41' AS BLOB) WHERE key = 'epoch'");
	assert_null(restore(w, "b.db"));
	assert_int_equal(epoch(w), 42);
}

/* A program that runs: what it is reading stays as it is, and the next thing it reads is the new. */
static void a_running_program_sees_the_old_or_the_new(void **state)
{
	struct world *w = *state;
	sqlite3_stmt *st = NULL;
	sqlite3 *db = NULL;
	struct user *u;
	bool taken;

	back_up(w, "b.db");
	assert_go_on(user_put(world_as(w, ROLE_MCPCTL), "later", "$scrypt$", START, &taken));
	assert_go_on(user_find(w->cx.store, w->cx.arena, "later", &u));
	assert_non_null(u);
	assert_int_equal(sqlite3_open(w->file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT name FROM user ORDER BY id", -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_null(restore(w, "b.db"));
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(st, 0), "later");
	assert_int_equal(sqlite3_step(st), SQLITE_DONE);
	sqlite3_finalize(st);
	sqlite3_close(db);
	assert_go_on(user_find(w->cx.store, w->cx.arena, "later", &u));
	assert_null(u);
	assert_go_on(user_find(w->cx.store, w->cx.arena, "ada", &u));
	assert_non_null(u);
}

static void a_missing_database_is_made(void **state)
{
	struct world *w = *state;
	struct stat st;

	back_up(w, "b.db");
	world_sql(w, "INSERT INTO user (name, password, created_at) VALUES ('in the log', '$scrypt$', 1)");
	assert_return_code(unlink(w->file), errno);
	assert_int_equal(files_like(w, "mcp.db-wal"), 1);
	assert_null(restore(w, "b.db"));
	assert_return_code(stat(w->file, &st), errno);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(world_ask(w, "SELECT count(*) FROM user"), 1);
	assert_int_equal(epoch(w), 2);
}

static void an_older_backup_is_migrated(void **state)
{
	struct world *w = *state;
	FILE *f = fopen("tests/schema/1.sql", "r");
	char text[65536] = "";
	int from = 0;
	const char *why;

	assert_non_null(f);
	assert_true(fread(text, 1, sizeof text - 1, f) > 0);
	fclose(f);
	on(w, "old.db", text);
	on(w, "old.db", "INSERT INTO user VALUES (1, 'eve', '$scrypt$', 10, 0)");
	why = store_restore(w->cx.arena, w->file, path(w, "old.db"), w->cx.now, &from);
	row_check(!why, "%s", why);
	assert_int_equal(from, 1);
	assert_null(store_check(w->cx.arena, w->file));
	assert_int_equal(world_ask(w, "SELECT count(*) FROM user WHERE name = 'eve'"), 1);
	on(w, "old.db", "SELECT CASE user_version WHEN 1 THEN 1 ELSE abs(-9223372036854775808) END FROM pragma_user_version");
}

/* ---- what is not restored ---- */

static void make_newer(struct world *w)
{
	on(w, "b.db", "PRAGMA user_version = 99");
}

static void make_foreign(struct world *w)
{
	on(w, "b.db", "PRAGMA application_id = 1");
}

static void make_trigger(struct world *w)
{
	on(w, "b.db", "CREATE TRIGGER t AFTER UPDATE ON grants BEGIN DELETE FROM user; END");
}

static void make_text(struct world *w)
{
	file_put(path(w, "b.db"), "This is not a database.\n", 24, 0600);
}

static void make_empty(struct world *w)
{
	file_put(path(w, "b.db"), "", 0, 0600);
}

static void make_missing(struct world *w)
{
	assert_return_code(unlink(path(w, "b.db")), errno);
}

static void make_folder(struct world *w)
{
	make_missing(w);
	assert_return_code(mkdir(path(w, "b.db"), 0700), errno);
}

static void make_damaged(struct world *w)
{
	FILE *f = fopen(path(w, "b.db"), "r+");

	assert_non_null(f);
	assert_int_equal(fseek(f, -3 * 4096, SEEK_END), 0);
	for (int i = 0; i < 3 * 4096; i++)
		fputc(0xa5, f);
	assert_int_equal(fclose(f), 0);
}

static const struct {
	const char *what;
	void (*make)(struct world *w);
} faults[] = {
	{ "newer", make_newer }, { "another program's", make_foreign }, { "with a trigger", make_trigger },
	{ "no database", make_text }, { "empty", make_empty }, { "missing", make_missing }, { "a folder", make_folder },
	{ "damaged", make_damaged },
};

static void what_is_no_backup_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(faults); i++) {
		struct world *w = world_new();
		const char *why;

		fill(w);
		back_up(w, "b.db");
		faults[i].make(w);
		why = restore(w, "b.db");
		row_check(why && *why && !strchr(why, '\n'), "%s: %s", faults[i].what, shown(why));
		row_check(world_ask(w, "SELECT count(*) FROM grants WHERE revoked_at = 0") == 1, "%s: grants", faults[i].what);
		row_check(world_ask(w, "SELECT count(*) FROM session") == 1 && epoch(w) == 1, "%s: session", faults[i].what);
		row_check(files_like(w, "part") == 0, "%s: something is left behind", faults[i].what);
		world_drop(w);
	}
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_WORLD(a_backup_is_one_private_file),
		WITH_WORLD(what_exists_is_not_overwritten),
		WITH_WORLD(a_backup_is_of_one_moment),
		WITH_WORLD(nothing_that_opens_a_door_comes_back),
		WITH_WORLD(the_epoch_never_comes_twice),
		WITH_WORLD(a_running_program_sees_the_old_or_the_new),
		WITH_WORLD(a_missing_database_is_made),
		WITH_WORLD(an_older_backup_is_migrated),
		cmocka_unit_test(what_is_no_backup_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
