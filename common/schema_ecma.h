/* SPDX-License-Identifier: ISC */
/*
 * schema_ecma: patterns in the dialect of JSON Schema (Core section 6.4: ECMA-262 with the flag u), spelled as
 * PCRE2 reads them.  \d and \w are ASCII, \s is ECMA's white space, `.` is all but ECMA's line ends, `$` is the
 * end alone.  What ECMA-262 does not have is refused, so that no pattern means one thing here and another in a client.
 */
#ifndef SCHEMA_ECMA_H
#define SCHEMA_ECMA_H

#include "arena.h"

/* The pattern for PCRE2 (with UTF and DOLLAR_ENDONLY); NULL, and in *wrong the reason in a few words. */
const char *schema_ecma_translate(struct arena *a, const char *pattern, const char **wrong)
    __attribute__((nonnull, warn_unused_result));

#endif
