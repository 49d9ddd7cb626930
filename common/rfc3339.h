/* SPDX-License-Identifier: ISC */
/* rfc3339: an instant as text (RFC 3339 section 5.6). */
#ifndef RFC3339_H
#define RFC3339_H

#include <stdint.h>

#include "arena.h"

/*
 * "2026-07-28T09:30:00Z" for seconds since 1970, always UTC.  Computed here because gmtime(3) reads /etc/localtime
 * and TZ the first time it is called, which every plain-CGI request would pay.
 */
char *rfc3339_text(struct arena *a, int64_t seconds) __attribute__((nonnull, returns_nonnull));

#endif
