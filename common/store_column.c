/* SPDX-License-Identifier: ISC */
/* store_column: what a row holds. */
#include <string.h>

#include "arena.h"
#include "store_sql.h"

int64_t store_ask(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st = NULL;
	int64_t value = -1;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
		value = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return value;
}

const char *column_text(const struct query *q, struct arena *a, int column)
{
	const unsigned char *text = sqlite3_column_text(q->st, column);

	return text ? arena_text(a, (const char *)text, (size_t)sqlite3_column_bytes(q->st, column)) : NULL;
}

int64_t column_int(const struct query *q, int column)
{
	return sqlite3_column_int64(q->st, column);
}

double column_double(const struct query *q, int column)
{
	return sqlite3_column_double(q->st, column);
}

bool column_bytes(const struct query *q, int column, void *to, size_t n)
{
	const void *from = sqlite3_column_blob(q->st, column);

	if (!from || (size_t)sqlite3_column_bytes(q->st, column) != n)
		return false;
	memcpy(to, from, n);
	return true;
}
