/* SPDX-License-Identifier: ISC */
/* media_type: what a file is, by the end of its name. */
#ifndef MEDIA_TYPE_H
#define MEDIA_TYPE_H

#include <stdbool.h>

/* "image/png" for "a.png", in any case of letters; NULL: unknown. */
const char *media_type_of(const char *name) __attribute__((nonnull));

/* Is it the name of a program's text?  It tells more than it should. */
bool media_type_is_script(const char *name) __attribute__((nonnull));

#endif
