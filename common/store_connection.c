/* SPDX-License-Identifier: ISC */
/* store_connection: sqlite3_open_v2(3) and what is said to every connection. */
#include "log.h"
#include "store_connection.h"
#include "store_sql.h"

/*
 * One thread, and no memory taken in advance: SQLite would link up a hundred and fifty kilobytes of free slots before the
 * first statement, and every page that a plain-CGI process touches costs it microseconds.
 */
static void sqlite_start(void)
{
	static bool started;

	if (started)
		return;
	started = true;
	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
	sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
}

bool connection_open(const char *file, int64_t busy_timeout, sqlite3 **db)
{
	int rc;

	sqlite_start();
	rc = sqlite3_open_v2(file, db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL);
	if (rc != SQLITE_OK) {
		log_line("%s: %s", file, *db ? sqlite3_errmsg(*db) : "out of memory");
		sqlite3_close(*db);
		*db = NULL;
		return false;
	}
	sqlite3_extended_result_codes(*db, 1);
	sqlite3_busy_timeout(*db, (int)busy_timeout);
	sqlite3_db_config(*db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	sqlite3_db_config(*db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(*db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_limit(*db, SQLITE_LIMIT_ATTACHED, 0);
	return true;
}

bool connection_open_alone(const char *file, int64_t busy_timeout, sqlite3 **db)
{
	unsigned char dice = 0;

	/* Who waits for a lock like this holds one that others wait for: so it is given up and tried again. */
	for (int64_t waited = 0; waited <= busy_timeout; waited += 1 + dice % 20) {
		if (!connection_open(file, 0, db))
			return false;
		sqlite3_exec(*db, "PRAGMA locking_mode = EXCLUSIVE", NULL, NULL, NULL);
		if (store_ask(*db, "PRAGMA user_version") >= 0 || (sqlite3_errcode(*db) & 0xff) != SQLITE_BUSY) {
			sqlite3_busy_timeout(*db, (int)busy_timeout);
			return true;
		}
		sqlite3_close(*db);
		*db = NULL;
		sqlite3_randomness(1, &dice);
		sqlite3_sleep(1 + dice % 20);
	}
	log_line("%s: others read it, one after the other, as there is no room for the index of its log", file);
	return false;
}
