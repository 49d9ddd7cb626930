/* SPDX-License-Identifier: ISC */
/* user_name: what people type into a form and read in a list. */
#ifndef USER_NAME_H
#define USER_NAME_H

#include <stdbool.h>

/* To go on after "the name". */
#define USER_NAME_RULE "has 1 to 64 characters, no blanks and no '-' at its start"

/* Is it one?  Control characters are none, either. */
bool user_name_is(const char *name) __attribute__((nonnull, warn_unused_result));

#endif
