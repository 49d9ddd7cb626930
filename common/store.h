/* SPDX-License-Identifier: ISC */
/*
 * store: the one SQLite file.  Statements are named in schema/?*.sql together with the programs that may run them;
 * the typed functions of store_*.h run them.  Every function returns NULL or a refusal; fail_unavailable means
 * that nothing was changed and that it may work later (busy, full, read-only, unreadable).
 */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "conf.h"
#include "fail.h"
#include "role.h"

struct store;

/* A store for one role.  Nothing is opened yet: the first statement does that.  Never NULL. */
struct store *store_new(enum role role, const char *file, int64_t busy_timeout) __attribute__((nonnull, returns_nonnull));

/* From now on the statements of another role; for a process that is several programs (tests). */
void store_set_role(struct store *s, enum role role) __attribute__((nonnull));

/* Closes the file, if it was opened. */
void store_drop(struct store *s);

/*
 * For a process that ends now.  After a write, or when the write-ahead log has grown, the connection is closed, so that the
 * last one to leave folds the log into the file: the first one to come would have to read it whole.  A mere reader just
 * goes: closing would remove files that the next reader makes again.
 */
void store_leave(struct store *s) __attribute__((nonnull));

/* BEGIN IMMEDIATE: the one writer from here on; waits busy_timeout at most. */
const struct fail *store_begin(struct store *s) __attribute__((nonnull, warn_unused_result));

/* The same for what may be lost in a power cut (a session, a question that waits): no commit waits for the disk. */
const struct fail *store_begin_passing(struct store *s) __attribute__((nonnull, warn_unused_result));

/*
 * BEGIN IMMEDIATE for bookkeeping: waits a moment at most, and the commit need not survive a power cut (a row of the
 * audit, when a grant was last used).
 */
const struct fail *store_begin_remark(struct store *s) __attribute__((nonnull, warn_unused_result));

/* COMMIT; on failure everything since store_begin() is undone. */
const struct fail *store_commit(struct store *s) __attribute__((nonnull, warn_unused_result));

/* Undoes what is not committed; harmless when there is nothing.  serve calls it after every request. */
void store_end(struct store *s) __attribute__((nonnull));

/* Creates the file (0600) with the newest schema.  False if it exists or cannot be made; the reason is logged. */
bool store_create(const char *file) __attribute__((nonnull, warn_unused_result));

/* Brings an older file to the newest schema, one transaction a step.  *from and *to say what was done. */
bool store_migrate(const char *file, int *from, int *to) __attribute__((nonnull, warn_unused_result));

/*
 * What SQLite does not mind but we do, or NULL: a link, somebody else's file, one that others may read or that can only be
 * read, a folder that others may write to.
 */
const char *store_file_check(const char *file) __attribute__((nonnull));

/* That this SQLite is too old, or NULL.  To one that is, the schema of a good file looks damaged. */
const char *store_age_check(void);

/* What is wrong with the file, as one line, or NULL: missing, foreign, newer, older, damaged, SQLite too old or without FTS5. */
const char *store_check(struct arena *a, const char *file) __attribute__((nonnull));

/* The version of the schema that this program was built with. */
int store_version(void);

#endif
