/* SPDX-License-Identifier: ISC */
/* visible: would a person see anything of a text?  A name must not hide, or hide something. */
#ifndef VISIBLE_H
#define VISIBLE_H

#include <stdbool.h>
#include <stddef.h>

/* Is the character of n bytes at s one that shows nothing but changes what is shown? */
bool visible_is_hidden(const char *s, size_t n) __attribute__((nonnull));

/* Would the text show anything at all? */
bool visible_is(const char *text) __attribute__((nonnull));

#endif
