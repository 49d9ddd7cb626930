/* SPDX-License-Identifier: ISC */
/*
 * store_sql: running a named statement; for store*.c only.  A function of the rows reads:
 *
 *	struct query q = query_new(s, SQL_CODE_TAKE);
 *
 *	query_digest(&q, ":hash", hash);
 *	query_int(&q, ":now", now);
 *	*taken = query_row(&q);
 *	return query_end(&q);
 *
 * Errors are kept in the query until query_end(), which resets the statement, so that no read lock outlives the function.
 */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include <sqlite3.h>

#include "crypto.h"
#include "sql.h"
#include "store.h"

enum { STORE_APPLICATION_ID = 1296257097 };	/* "MCGI" */

struct statement {
	const char *name;
	unsigned roles;
	const char *sql;
};

/* Generated from schema/, indexed by enum sql. */
extern const struct statement statements[SQL_COUNT];

struct query {
	struct store *store;
	enum sql which;
	sqlite3_stmt *st;	/* NULL once something has failed */
	int rc;
};

/* The first number that a text of our own gives (a PRAGMA, a count), or -1. */
int64_t store_ask(sqlite3 *db, const char *sql);

/* A number that the connection counts, such as data_version, as one that no other connection of this process gives. */
int64_t store_since_open(const struct store *s, int64_t version);

/* Whether the connection knows kb_rank(); of store_rank.c. */
bool *store_ranks(struct store *s);

/* Opens the file if need be, prepares the statement once a process, checks the role. */
struct query query_new(struct store *s, enum sql which);

void query_text(struct query *q, const char *name, const char *value);	/* NULL binds NULL */
void query_int(struct query *q, const char *name, int64_t value);
void query_blob(struct query *q, const char *name, const void *value, size_t n);
void query_digest(struct query *q, const char *name, const struct digest *value);

/* Steps: is there a row? */
bool query_row(struct query *q);

/* Runs a statement that gives no rows. */
const struct fail *query_run(struct query *q) __attribute__((warn_unused_result));

/* Resets.  NULL, or what kept it from running. */
const struct fail *query_end(struct query *q) __attribute__((warn_unused_result));

/* Columns of the row.  Text is copied into the arena; NULL stays NULL. */
const char *column_text(const struct query *q, struct arena *a, int column);
int64_t column_int(const struct query *q, int column);		/* NULL is 0 */
double column_double(const struct query *q, int column);
bool column_bytes(const struct query *q, int column, void *to, size_t n);	/* false unless it has exactly n bytes */

#endif
