/* SPDX-License-Identifier: ISC */
/* when: an instant as people say it, in UTC: "3 days ago, 12 August 2026", and after a month the date alone. */
#ifndef WHEN_H
#define WHEN_H

#include <stdint.h>

#include "arena.h"

/* What is not yet past (a clock was set back) is today. */
const char *when_words(struct arena *a, int64_t now, int64_t at) __attribute__((nonnull, returns_nonnull));

#endif
