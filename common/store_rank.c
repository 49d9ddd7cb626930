/* SPDX-License-Identifier: ISC */
/*
 * store_rank: BM25 (Robertson and Zaragoza 2009) with every word equally rare and a fixed length in place of the average.  A
 * search asks for all of its words, so that their rarity would order little.
 */
#include <string.h>

#include "store_rank.h"

enum { COLUMNS = 3, USUAL_LENGTH = 400 };

static const double K1 = 1.2, B = 0.75;

/* Of one phrase: its matches by the weights of their columns. */
static int phrase_weight(const Fts5ExtensionApi *api, Fts5Context *fts, int phrase, const double weight[COLUMNS], double *sum)
{
	Fts5PhraseIter at;
	int column, offset, rc;

	*sum = 0;
	rc = api->xPhraseFirst(fts, phrase, &at, &column, &offset);
	for (; rc == SQLITE_OK && column >= 0; api->xPhraseNext(fts, &at, &column, &offset))
		*sum += column < COLUMNS ? weight[column] : 0;
	return rc;
}

static void kb_rank(const Fts5ExtensionApi *api, Fts5Context *fts, sqlite3_context *result, int n, sqlite3_value **value)
{
	double weight[COLUMNS] = { 1, 1, 1 }, score = 0, sum, damped;
	int length, rc = api->xColumnSize(fts, -1, &length);

	for (int i = 0; i < n && i < COLUMNS; i++)
		weight[i] = sqlite3_value_double(value[i]);
	for (int i = 0; rc == SQLITE_OK && i < api->xPhraseCount(fts); i++)
		if ((rc = phrase_weight(api, fts, i, weight, &sum)) == SQLITE_OK) {
			damped = K1 * (1 - B + B * length / USUAL_LENGTH);
			score += sum * (K1 + 1) / (sum + damped);
		}
	if (rc == SQLITE_OK)
		sqlite3_result_double(result, -score);
	else
		sqlite3_result_error_code(result, rc);
}

/* FTS5 gives its interface to whoever asks with a pointer of this type ("Extending FTS5"). */
static int register_rank(sqlite3 *db)
{
	fts5_api *api = NULL;
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &st, NULL);

	if (rc == SQLITE_OK && (rc = sqlite3_bind_pointer(st, 1, &api, "fts5_api_ptr", NULL)) == SQLITE_OK) {
		sqlite3_step(st);
		rc = SQLITE_ERROR;
	}
	sqlite3_finalize(st);
	return api ? api->xCreateFunction(api, "kb_rank", NULL, kb_rank, NULL) : rc;
}

void query_rank(struct query *q)
{
	bool *known = store_ranks(q->store);
	int rc;

	if (!q->st || *known)
		return;
	rc = register_rank(sqlite3_db_handle(q->st));
	*known = rc == SQLITE_OK;
	if (rc != SQLITE_OK) {
		q->rc = rc;
		q->st = NULL;
	}
}
