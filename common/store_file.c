/* SPDX-License-Identifier: ISC */
/*
 * store_file: making, migrating and examining the file; the operator's side of the store.  WAL where the file system
 * allows it, so that readers never wait for the writer.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "log.h"
#include "store.h"
#include "store_sql.h"

enum { OLDEST_SQLITE = 3037000 /* STRICT tables */ };

extern const char schema_text[], migrate_2_text[], migrate_3_text[];

/* migration[i] brings version i + 1 to i + 2; schema.sql always holds the newest. */
static const char *const migration[] = { migrate_2_text, migrate_3_text };

static bool run(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK)
		return true;
	log_line("%s", why ? why : "out of memory");
	sqlite3_free(why);
	return false;
}

/* The first column of the first row, or NULL; sqlite3_free() it. */
static char *ask(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st = NULL;
	char *text = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
		text = sqlite3_mprintf("%s", sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	return text;
}

const char *store_age_check(void)
{
	static char said[64];

	if (sqlite3_libversion_number() >= OLDEST_SQLITE)
		return NULL;
	snprintf(said, sizeof said, "needs SQLite 3.37 or newer, and this is %s", sqlite3_libversion());
	return said;
}

static const char *search_check(void)
{
	return sqlite3_compileoption_used("ENABLE_FTS5") ? NULL : "needs FTS5, which this SQLite does not have";
}

/* Can this SQLite make such a file? */
static bool is_able(const char *file)
{
	const char *why = store_age_check();

	if (!why && !(why = search_check()))
		return true;
	log_line("%s %s", file, why);
	return false;
}

static sqlite3 *file_open(const char *file)
{
	sqlite3 *db = NULL;

	if (sqlite3_open_v2(file, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
		log_line("%s: %s", file, db ? sqlite3_errmsg(db) : "out of memory");
		sqlite3_close(db);
		return NULL;
	}
	sqlite3_busy_timeout(db, 10000);
	return db;
}

bool store_create(const char *file)
{
	sqlite3 *db;
	bool good;
	int fd;

	if (!is_able(file))
		return false;
	if ((fd = open(file, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)) < 0) {
		log_line("%s: %s", file, strerror(errno));
		return false;
	}
	close(fd);
	if (!(db = file_open(file)))
		return false;
	good = run(db, "PRAGMA journal_mode = WAL") && run(db, "BEGIN") && run(db, schema_text) && run(db, "COMMIT");
	sqlite3_close(db);
	if (!good)
		unlink(file);
	return good;
}

/* Every row still has the rows that it refers to. */
static bool is_sound(sqlite3 *db)
{
	char *table = ask(db, "PRAGMA foreign_key_check");
	bool sound = !table;

	if (!sound)
		log_line("table %s would refer to what is not there", table);
	sqlite3_free(table);
	return sound;
}

/* One step in one transaction; nothing is done when somebody else has just done it. */
static bool migrate_step(sqlite3 *db, int version)
{
	char *set = sqlite3_mprintf("PRAGMA user_version = %d", version + 1);
	bool good = set && run(db, "BEGIN EXCLUSIVE");

	if (good && store_ask(db, "PRAGMA user_version") == version)
		good = run(db, migration[version - 1]) && is_sound(db) && run(db, set);
	good = good && run(db, "COMMIT");
	sqlite3_free(set);
	if (!good && !sqlite3_get_autocommit(db))
		run(db, "ROLLBACK");
	return good;
}

bool store_migrate(const char *file, int *from, int *to)
{
	sqlite3 *db = is_able(file) ? file_open(file) : NULL;
	bool good;

	if (!db)
		return false;
	good = store_ask(db, "PRAGMA application_id") == STORE_APPLICATION_ID;
	*from = *to = (int)store_ask(db, "PRAGMA user_version");
	if (!good)
		log_line("%s is not a database of mcp-cgi", file);
	else if (*from > store_version())
		log_line("%s has schema version %d, newer than this program (%d)", file, *from, store_version());
	good = good && *from > 0 && *from <= store_version() && run(db, "PRAGMA foreign_keys = OFF");
	while (good && *to < store_version())
		if ((good = migrate_step(db, *to)))
			++*to;
	sqlite3_close(db);
	return good;
}

static const char *examine(struct arena *a, sqlite3 *db)
{
	int64_t version = store_ask(db, "PRAGMA user_version");
	const char *wrong = store_age_check();
	char *text;

	if (wrong)
		return wrong;
	if (store_ask(db, "PRAGMA application_id") != STORE_APPLICATION_ID)
		return "is not a database of mcp-cgi";
	if (version > store_version())
		return arena_printf(a, "has schema version %d, newer than this program (%d)", (int)version, store_version());
	if (version < store_version())
		return arena_printf(a, "has schema version %d: run mcpctl migrate", (int)version);
	if ((wrong = search_check()))
		return wrong;
	text = ask(db, "PRAGMA quick_check(1)");
	if (!text || strcmp(text, "ok") != 0)
		wrong = arena_printf(a, "is damaged: %s", text ? text : sqlite3_errmsg(db));
	sqlite3_free(text);
	return wrong;
}

const char *store_check(struct arena *a, const char *file)
{
	const char *wrong;
	sqlite3 *db;

	if (access(file, F_OK) != 0)
		return arena_printf(a, "%s", strerror(errno));
	if (!(db = file_open(file)))
		return "cannot be opened";
	wrong = examine(a, db);
	sqlite3_close(db);
	return wrong;
}
