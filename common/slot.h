/* SPDX-License-Identifier: ISC */
/* slot: no more than a few password hashes at once on the whole machine, each of which takes tens of megabytes. */
#ifndef SLOT_H
#define SLOT_H

#include "arena.h"
#include "fail.h"

/*
 * Waits for one of two slots, marked by locked files beside `file`, for ten seconds at most; then fail_unavailable.
 * The slot is given back by slot_drop(), and by the kernel if the process dies.  *slot is a descriptor.
 */
const struct fail *slot_take(struct arena *a, const char *file, int *slot) __attribute__((nonnull, warn_unused_result));

void slot_drop(int slot);

#endif
