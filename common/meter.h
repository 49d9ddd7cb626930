/* SPDX-License-Identifier: ISC */
/*
 * meter: counters that may be lost, in a small file beside the database: for what happens so often that it must neither wait
 * for the lock of the database nor for the disk.  Nothing is synced; the file never grows beyond a hundred kilobytes.
 */
#ifndef METER_H
#define METER_H

#include <stdbool.h>
#include <stdint.h>

struct meter {
	int64_t whom;
	int64_t since;			/* when the first of the window was counted */
	int64_t count;
};

/*
 * Counts one more for whom (not 0); a window that began at `oldest` or before begins anew.  Where too many are counted at once
 * for the file, some share a counter: too many are refused then, never too few.  False: it cannot be counted (errno).
 */
bool meter_count(const char *file, int64_t whom, int64_t oldest, int64_t now, struct meter *m)
    __attribute__((nonnull, warn_unused_result));

#endif
