/* SPDX-License-Identifier: ISC */
/*
 * store_backup: SQLite's backup interface, both ways.  It copies pages inside of one transaction of the target, so that a
 * reader of a live target sees none of it or all of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "store.h"
#include "store_backup.h"
#include "store_sql.h"

enum { BUSY_MS = 10000, TRIES = 200 };

/*
 * What a restored file must not bring along, and what marks it as another one.  Its grants, with all their codes and tokens,
 * are of an epoch that is over.  ?1 is now, ?2 the new epoch.
 */
static const char *const ends[] = {
	"DELETE FROM session", "DELETE FROM pending", "DELETE FROM limits",
	"INSERT OR REPLACE INTO meta (key, value) VALUES ('form_key', randomblob(32))",
	"INSERT OR REPLACE INTO meta (key, value) VALUES ('epoch', CAST(CAST(?2 AS TEXT) AS BLOB))",
	("INSERT INTO audit (at, attempt, request, event, outcome, why, address)"
	 " VALUES (?1, '', 'mcpctl', 'revoke', 'ok', 'the operator restored a backup: every grant ended', '')"),
};

static const char *open_file(struct arena *a, const char *file, int flags, sqlite3 **db)
{
	const char *why = NULL;

	if (sqlite3_open_v2(file, db, flags, NULL) != SQLITE_OK)
		why = arena_printf(a, "%s: %s", file, *db ? sqlite3_errmsg(*db) : "out of memory");
	if (why)
		return why;
	sqlite3_busy_timeout(*db, BUSY_MS);
	sqlite3_db_config(*db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return NULL;
}

/* Copies all pages in one transaction of the target; waits when somebody holds a lock. */
static const char *copy(struct arena *a, sqlite3 *from, sqlite3 *to)
{
	static const struct timespec pause = { 0, 50 * 1000 * 1000 };
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
	int rc = SQLITE_OK, i;

	for (i = 0; b && i < TRIES; i++) {
		rc = sqlite3_backup_step(b, -1);
		if (rc != SQLITE_BUSY && rc != SQLITE_LOCKED)
			break;
		nanosleep(&pause, NULL);
	}
	if (b && rc == SQLITE_DONE && sqlite3_backup_finish(b) == SQLITE_OK)
		return NULL;
	if (b && rc != SQLITE_DONE)
		sqlite3_backup_finish(b);
	return arena_printf(a, "cannot be copied: %s", rc == SQLITE_OK || rc == SQLITE_DONE ? sqlite3_errmsg(to) : sqlite3_errstr(rc));
}

/* SQLite says it in several lines. */
static const char *damage(struct arena *a, const char *lines)
{
	char *text = arena_printf(a, "is damaged: %s", lines), *c;

	for (c = text; *c; c++)
		if (*c == '\n')
			*c = ' ';
	return text;
}

/* Is it a whole database of ours, no newer than this program?  *version is its schema. */
static const char *examine(struct arena *a, sqlite3 *db, int64_t *version)
{
	sqlite3_stmt *st = NULL;
	const char *why = NULL;

	*version = store_ask(db, "PRAGMA user_version");
	if (store_ask(db, "PRAGMA application_id") != STORE_APPLICATION_ID || *version < 1)
		return "is not a database of mcp-cgi";
	if (*version > store_version())
		return arena_printf(a, "has schema version %d, newer than this program (%d)", (int)*version, store_version());
	if (store_ask(db, "SELECT count(*) FROM sqlite_schema WHERE type IN ('trigger', 'view')") > 0)
		return "has triggers or views, which are not ours";
	if (sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &st, NULL) != SQLITE_OK || sqlite3_step(st) != SQLITE_ROW)
		why = arena_printf(a, "cannot be read: %s", sqlite3_errmsg(db));
	else if (strcmp((const char *)sqlite3_column_text(st, 0), "ok") != 0)
		why = damage(a, (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	return why;
}

/* An empty private file beside `file`, with a name of its own. */
static const char *make_beside(struct arena *a, const char *file, char **name)
{
	mode_t mask = umask(077);
	int fd;

	*name = arena_printf(a, "%s.part-XXXXXX", file);
	fd = mkstemp(*name);
	umask(mask);
	if (fd < 0)
		return arena_printf(a, "%s: %s", *name, strerror(errno));
	close(fd);
	return NULL;
}

/* What SQLite keeps beside a file; without the file it is of no use, and with another one it does harm. */
static void drop_logs(struct arena *a, const char *name)
{
	unlink(arena_printf(a, "%s-journal", name));
	unlink(arena_printf(a, "%s-wal", name));
	unlink(arena_printf(a, "%s-shm", name));
}

static void drop_beside(struct arena *a, const char *name)
{
	unlink(name);
	drop_logs(a, name);
}

static bool sync_path(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return good;
}

/* Gives what is complete its name, unless that is taken; on the disk before anybody is told. */
static const char *settle(struct arena *a, const char *name, const char *file)
{
	const char *slash = strrchr(file, '/');
	const char *folder = !slash ? "." : slash == file ? "/" : arena_text(a, file, (size_t)(slash - file));
	int failed;

	if (!sync_path(name, O_RDWR))
		return arena_printf(a, "%s: %s", name, strerror(errno));
	failed = renameat2(AT_FDCWD, name, AT_FDCWD, file, RENAME_NOREPLACE);
	if (failed && (errno == EINVAL || errno == ENOSYS) && access(file, F_OK) != 0)
		failed = rename(name, file);
	if (failed || !sync_path(folder, O_RDONLY | O_DIRECTORY))
		return arena_printf(a, "%s: %s", file, strerror(errno));
	return NULL;
}

/* A whole copy of `from` in the file of that name, which is one file: no log beside it. */
static const char *copy_file(struct arena *a, const char *from, int flags, const char *name, int64_t *version)
{
	sqlite3 *source = NULL, *target = NULL;
	const char *why;

	why = open_file(a, from, flags, &source);
	if (!why)
		why = open_file(a, name, SQLITE_OPEN_READWRITE, &target);
	if (!why && (why = copy(a, source, target)))
		why = arena_printf(a, "%s: %s", from, why);
	if (!why && (why = examine(a, target, version)))
		why = arena_printf(a, "%s %s", from, why);
	sqlite3_close(target);
	sqlite3_close(source);
	return why;
}

const char *store_backup(struct arena *a, const char *database, const char *file)
{
	const char *why;
	int64_t version;
	char *name;

	if ((why = store_file_check(database)))
		return arena_printf(a, "%s %s", database, why);
	if (access(file, F_OK) == 0)
		return arena_printf(a, "%s: exists already, and is not overwritten", file);
	if ((why = make_beside(a, file, &name)))
		return why;
	why = copy_file(a, database, SQLITE_OPEN_READWRITE, name, &version);
	if (!why)
		why = settle(a, name, file);
	if (why)
		drop_beside(a, name);
	return why;
}

/* ---- back ---- */

static const char *run(struct arena *a, sqlite3 *db, const char *sql, int64_t one, int64_t two)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL), i;

	for (i = 1; rc == SQLITE_OK && i <= sqlite3_bind_parameter_count(st); i++)
		rc = sqlite3_bind_int64(st, i, i == 1 ? one : two);
	if (rc == SQLITE_OK && sqlite3_step(st) == SQLITE_DONE)
		rc = SQLITE_DONE;
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? NULL : arena_printf(a, "cannot be prepared: %s", sqlite3_errmsg(db));
}

/*
 * Client assertions that were used since the backup must not be good again; nothing else of the present is looked at.  A database
 * that is missing, older or damaged has none to tell.
 */
static void keep_assertions(sqlite3 *db, sqlite3 *live)
{
	sqlite3_stmt *from = NULL, *to = NULL;

	if (sqlite3_prepare_v2(live, "SELECT hash, expires_at FROM assertion", -1, &from, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, "INSERT OR IGNORE INTO assertion VALUES (?1, ?2)", -1, &to, NULL) == SQLITE_OK)
		while (sqlite3_step(from) == SQLITE_ROW) {
			sqlite3_bind_value(to, 1, sqlite3_column_value(from, 0));
			sqlite3_bind_value(to, 2, sqlite3_column_value(from, 1));
			sqlite3_step(to);
			sqlite3_reset(to);
		}
	sqlite3_finalize(to);
	sqlite3_finalize(from);
}

static const char *disarm(struct arena *a, sqlite3 *db, sqlite3 *live, int64_t now)
{
	static const char epoch[] = "SELECT CAST(CAST(value AS TEXT) AS INTEGER) FROM meta WHERE key = 'epoch'";
	int64_t one = store_ask(db, epoch), other = live ? store_ask(live, epoch) : 0;
	const char *why = NULL;
	size_t i;

	if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return arena_printf(a, "cannot be prepared: %s", sqlite3_errmsg(db));
	for (i = 0; !why && i < sizeof ends / sizeof *ends; i++)
		why = run(a, db, ends[i], now, (one > other ? one : other) + 1);
	if (!why && live)
		keep_assertions(db, live);
	if (!why && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		why = arena_printf(a, "cannot be prepared: %s", sqlite3_errmsg(db));
	return why;
}

/* The prepared copy becomes the database: its pages replace those that are there, in one transaction that is durable. */
static const char *replace(struct arena *a, sqlite3 *db, sqlite3 *live, const char *database)
{
	const char *why;

	if (sqlite3_exec(live, "PRAGMA synchronous = FULL", NULL, NULL, NULL) != SQLITE_OK || (why = copy(a, db, live)))
		return arena_printf(a, "%s: cannot be written over (%s); move it away, then restore again", database,
		    sqlite3_errmsg(live));
	sqlite3_exec(live, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL);
	return NULL;
}

static const char *bring_in(struct arena *a, const char *name, const char *database, int64_t now)
{
	sqlite3 *db = NULL, *live = NULL;
	bool there = access(database, F_OK) == 0;
	const char *why = open_file(a, name, SQLITE_OPEN_READWRITE, &db);

	if (!why && there)
		why = open_file(a, database, SQLITE_OPEN_READWRITE, &live);
	if (!why && (why = disarm(a, db, live, now)))
		why = arena_printf(a, "%s %s", name, why);
	if (!why && there)
		why = replace(a, db, live, database);
	if (!why && !there && sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) != SQLITE_OK)
		why = arena_printf(a, "%s: %s", name, sqlite3_errmsg(db));
	sqlite3_close(live);
	sqlite3_close(db);
	if (why || there)
		return why;
	drop_logs(a, database);
	return settle(a, name, database);
}

const char *store_restore(struct arena *a, const char *database, const char *file, int64_t now, int *from)
{
	const char *why;
	int64_t version = 0;
	int to;
	char *name;

	if (access(database, F_OK) == 0 && (why = store_file_check(database)))
		return arena_printf(a, "%s %s", database, why);
	if ((why = make_beside(a, database, &name)))
		return why;
	why = copy_file(a, file, SQLITE_OPEN_READONLY, name, &version);
	*from = (int)version;
	if (!why && version < store_version() && !store_migrate(name, from, &to))
		why = arena_printf(a, "%s: was not migrated", file);
	if (!why)
		why = bring_in(a, name, database, now);
	drop_beside(a, name);
	return why;
}
