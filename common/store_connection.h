/* SPDX-License-Identifier: ISC */
/* store_connection: a connection to the file as the programs want it; for store*.c only. */
#ifndef STORE_CONNECTION_H
#define STORE_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

/*
 * Opens the file, which must be there, for reading and writing.  Whoever finds it locked waits busy_timeout milliseconds.  False:
 * the reason is in the log, and *db is NULL.
 */
bool connection_open(const char *file, int64_t busy_timeout, sqlite3 **db) __attribute__((nonnull, warn_unused_result));

/*
 * The same where there is no room for the index of the write-ahead log that processes share: it is in memory, and nobody else
 * can even read as long as this connection is there.
 */
bool connection_open_alone(const char *file, int64_t busy_timeout, sqlite3 **db) __attribute__((nonnull, warn_unused_result));

#endif
