/* SPDX-License-Identifier: ISC */
/*
 * store_backup: the whole file, copied while the server runs, and brought back.  What comes back is users, clients, documents and
 * audit as they were; nothing that opened a door then opens one now.  Functions return NULL, or in words what is wrong.
 */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include "arena.h"

/*
 * Copies the database to a new file (0600): one moment of it, whatever is written meanwhile.  Until all of it is on the disk
 * it has another name, so that there is never half a file under this one; a file that exists is not touched.
 */
const char *store_backup(struct arena *a, const char *database, const char *file)
    __attribute__((nonnull, warn_unused_result));

/*
 * Puts what is in the file into the database, in one step: a program that runs sees all of the old or all of the new.  An older
 * file is migrated; *from is its version.  Before that, in a copy beside the database: the epoch becomes one beyond that of
 * both, in which no grant lives; all sessions, waiting requests and counters are removed, and there is a new form key.
 * A database that is missing is made.
 */
const char *store_restore(struct arena *a, const char *database, const char *file, int64_t now, int *from)
    __attribute__((nonnull, warn_unused_result));

#endif
