/* SPDX-License-Identifier: ISC */
/*
 * store_rank: how well a document matches, as the FTS5 auxiliary function kb_rank(title, content, tags), whose arguments weigh
 * the columns.  bm25() counts how many documents have a word, and how long all of them are: its score tells whoever reads
 * it what is in documents that are not for him.  This looks at one document alone.
 */
#ifndef STORE_RANK_H
#define STORE_RANK_H

#include "store_sql.h"

/* The statement is about to use kb_rank(): makes it known to the connection, once. */
void query_rank(struct query *q) __attribute__((nonnull));

#endif
