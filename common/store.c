/* SPDX-License-Identifier: ISC */
/*
 * store: one connection a process, opened when a statement first needs it.  The open file is told to distrust its own
 * schema; writers commit with synchronous=FULL, because a used code or a confirmed revocation must not come back
 * after a power cut.  Every way in which SQLite can be unable at the moment becomes fail_unavailable.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "store_connection.h"
#include "store_sql.h"

enum { VERSION = 3, LOG_MAX = 64 * 1024, REMARK_TIMEOUT = 100 };

struct store {
	enum role role;
	const char *file;
	int64_t busy_timeout;
	sqlite3 *db;
	sqlite3_stmt *st[SQL_COUNT], *version;
	bool current;			/* the version was looked at since store_end() */
	bool durable, passing;		/* synchronous=FULL was said; or NORMAL */
	bool hasty;			/* waits only REMARK_TIMEOUT */
	bool ranks;			/* knows kb_rank() */
	bool alone;			/* nobody else can read as long as it is there: it goes after each statement */
	int64_t opened;			/* how often it was */
	bool broken;			/* the connection is not to be trusted any more */
};

struct store *store_new(enum role role, const char *file, int64_t busy_timeout)
{
	struct store *s = calloc(1, sizeof *s);

	if (!s) {
		log_line("out of memory");
		_exit(70);
	}
	s->role = role;
	s->file = file;
	s->busy_timeout = busy_timeout;
	return s;
}

void store_set_role(struct store *s, enum role role)
{
	s->role = role;
}

int store_version(void)
{
	return VERSION;
}

static void store_close(struct store *s)
{
	size_t i;

	for (i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(s->st[i]);
	sqlite3_finalize(s->version);
	memset(s->st, 0, sizeof s->st);
	s->version = NULL;
	sqlite3_close(s->db);
	s->db = NULL;
	s->current = s->broken = s->durable = s->passing = s->ranks = s->alone = false;
}

void store_drop(struct store *s)
{
	if (!s)
		return;
	store_close(s);
	free(s);
}

/* Is it the version of this program? */
static bool is_version(const struct store *s, int64_t version)
{
	if (version < 0)
		log_line("%s: %s", s->file, sqlite3_errmsg(s->db));
	else if (version != VERSION)
		log_line("%s has schema version %lld, this program needs %d: %s", s->file, (long long)version, VERSION,
		    version > VERSION ? "the program is too old" : "run mcpctl migrate");
	return version == VERSION;
}

static bool store_open(struct store *s)
{
	const char *why = store_age_check();
	int64_t version;

	if (why || (why = store_file_check(s->file))) {
		log_line("%s %s", s->file, why);
		return false;
	}
	if (!connection_open(s->file, s->busy_timeout, &s->db))
		return false;
	version = store_ask(s->db, "PRAGMA user_version");
	if (version < 0 && sqlite3_extended_errcode(s->db) == SQLITE_IOERR_SHMSIZE) {
		store_close(s);
		s->alone = connection_open_alone(s->file, s->busy_timeout, &s->db);
		if (!s->alone)
			return false;
		version = store_ask(s->db, "PRAGMA user_version");
	}
	s->opened++;
	s->current = is_version(s, version);
	if (s->current && store_ask(s->db, "PRAGMA application_id") != STORE_APPLICATION_ID) {
		log_line("%s is not a database of mcp-cgi", s->file);
		s->current = false;
	}
	if (!s->current)
		store_close(s);
	return s->current;
}

/* Nobody else can even read as long as a connection is there that is alone, so it goes as soon as it may. */
static void give_way(struct store *s)
{
	sqlite3_stmt *st = NULL;

	if (!s->alone || !sqlite3_get_autocommit(s->db))
		return;
	while ((st = sqlite3_next_stmt(s->db, st)))
		if (sqlite3_stmt_busy(st))
			return;
	store_close(s);
}

/* Whoever stays sees with his next request that the file was taken away, or that another one is in its place. */
static bool is_open(struct store *s)
{
	int moved = 0;

	if (s->db && !s->current && sqlite3_get_autocommit(s->db)) {
		sqlite3_file_control(s->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
		if (moved)
			store_close(s);
	}
	return s->db || store_open(s);
}

/*
 * A migration does not wait for programs that stay: the file may have become another one since the last request.  Within
 * a transaction that writes nobody can change it any more.  False: it was closed.
 */
static bool is_current(struct store *s)
{
	int64_t version = -1;

	if (!s->version)
		sqlite3_prepare_v3(s->db, "PRAGMA user_version", -1, SQLITE_PREPARE_PERSISTENT, &s->version, NULL);
	if (sqlite3_step(s->version) == SQLITE_ROW)
		version = sqlite3_column_int64(s->version, 0);
	sqlite3_reset(s->version);
	if (!(s->current = is_version(s, version)))
		store_close(s);
	return s->current;
}

/* Anything but a plain lock or a full disk makes the connection suspect; the next request opens a new one. */
static const struct fail *store_fail(struct store *s, int rc, const char *what)
{
	int kind = rc & 0xff;

	log_line("%s: %s (%d)", what, s->db ? sqlite3_errmsg(s->db) : "not open", rc);
	if (kind != SQLITE_BUSY && kind != SQLITE_FULL && kind != SQLITE_LOCKED)
		s->broken = true;
	return kind == SQLITE_CONSTRAINT || kind == SQLITE_MISUSE ? &fail_internal : &fail_unavailable;
}

static const struct fail *store_exec(struct store *s, const char *sql)
{
	int rc;

	if (!is_open(s))
		return &fail_unavailable;
	rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK ? NULL : store_fail(s, rc, sql);
}

static const struct fail *begin(struct store *s)
{
	const struct fail *no = store_exec(s, "BEGIN IMMEDIATE");

	return no || is_current(s) ? no : &fail_unavailable;
}

/* What is committed must survive a power cut: said aloud, whatever this SQLite was built with. */
const struct fail *store_begin(struct store *s)
{
	const struct fail *no = is_open(s) ? NULL : &fail_unavailable;

	if (!no && !s->durable)
		no = store_exec(s, "PRAGMA synchronous = FULL");
	s->durable = !no;
	s->passing = false;
	return no ? no : begin(s);
}

const struct fail *store_begin_passing(struct store *s)
{
	const struct fail *no = is_open(s) ? NULL : &fail_unavailable;

	if (!no && !s->passing)
		no = store_exec(s, "PRAGMA synchronous = NORMAL");
	s->passing = !no;
	s->durable = false;
	return no ? no : begin(s);
}

const struct fail *store_begin_remark(struct store *s)
{
	const struct fail *no = store_exec(s, "PRAGMA synchronous = NORMAL");

	if (no)
		return no;
	s->durable = false;
	s->passing = true;
	s->hasty = true;
	sqlite3_busy_timeout(s->db, REMARK_TIMEOUT);
	return begin(s);
}

const struct fail *store_commit(struct store *s)
{
	const struct fail *no = store_exec(s, "COMMIT");

	if (no)
		store_end(s);
	return no;
}

void store_end(struct store *s)
{
	if (s->db && !sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	if (s->db && s->hasty)
		sqlite3_busy_timeout(s->db, (int)s->busy_timeout);
	s->current = s->hasty = false;
	if (s->broken || s->alone)
		store_close(s);
}

void store_leave(struct store *s)
{
	struct stat st;

	if (!s->db)
		return;
	if (sqlite3_total_changes(s->db) > 0 ||
	    (stat(sqlite3_filename_wal(sqlite3_db_filename(s->db, "main")), &st) == 0 && st.st_size > LOG_MAX))
		store_close(s);
}

/* ---- named statements ------------------------------------------------------------------------------------------ */

int64_t store_since_open(const struct store *s, int64_t version)
{
	return s->opened << 32 | version;
}

bool *store_ranks(struct store *s)
{
	return &s->ranks;
}

struct query query_new(struct store *s, enum sql which)
{
	const struct statement *x = &statements[which];
	struct query q = { .store = s, .which = which, .rc = SQLITE_CANTOPEN };

	if (!(x->roles & s->role)) {
		log_line("SECURITY: statement %s is outside the role of this program", x->name);
		abort();
	}
	if (!is_open(s) || (!s->current && !is_current(s)))
		return q;
	q.rc = SQLITE_OK;
	if (!s->st[which])
		q.rc = sqlite3_prepare_v3(s->db, x->sql, -1, SQLITE_PREPARE_PERSISTENT, &s->st[which], NULL);
	if (q.rc == SQLITE_OK)
		q.st = s->st[which];
	return q;
}

static int parameter(struct query *q, const char *name)
{
	int i = q->st ? sqlite3_bind_parameter_index(q->st, name) : 0;

	if (q->st && i == 0) {
		log_line("statement %s has no parameter %s", statements[q->which].name, name);
		abort();
	}
	return i;
}

static void bound(struct query *q, int rc)
{
	if (rc == SQLITE_OK)
		return;
	q->rc = rc;
	q->st = NULL;
}

void query_text(struct query *q, const char *name, const char *value)
{
	int i = parameter(q, name);

	if (q->st)
		bound(q, sqlite3_bind_text(q->st, i, value, -1, SQLITE_STATIC));
}

void query_int(struct query *q, const char *name, int64_t value)
{
	int i = parameter(q, name);

	if (q->st)
		bound(q, sqlite3_bind_int64(q->st, i, value));
}

void query_blob(struct query *q, const char *name, const void *value, size_t n)
{
	int i = parameter(q, name);

	if (q->st)
		bound(q, sqlite3_bind_blob64(q->st, i, value, n, SQLITE_STATIC));
}

void query_digest(struct query *q, const char *name, const struct digest *value)
{
	query_blob(q, name, value->v, sizeof value->v);
}

bool query_row(struct query *q)
{
	if (!q->st)
		return false;
	q->rc = sqlite3_step(q->st);
	return q->rc == SQLITE_ROW;
}

const struct fail *query_end(struct query *q)
{
	const struct fail *no = NULL;
	int rc;

	if (q->rc != SQLITE_OK && q->rc != SQLITE_ROW && q->rc != SQLITE_DONE)
		no = store_fail(q->store, q->rc, statements[q->which].name);
	if (q->store->st[q->which]) {
		rc = sqlite3_reset(q->store->st[q->which]);
		if (!no && rc != SQLITE_OK && q->rc == SQLITE_ROW)
			no = store_fail(q->store, rc, statements[q->which].name);
		sqlite3_clear_bindings(q->store->st[q->which]);
	}
	give_way(q->store);
	return no;
}

const struct fail *query_run(struct query *q)
{
	query_row(q);
	return query_end(q);
}
