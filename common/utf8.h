/* SPDX-License-Identifier: ISC */
/* utf8: is it UTF-8 (RFC 3629), and how many characters has it? */
#ifndef UTF8_H
#define UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* The length in bytes (1..4) of the well-formed character at s, of which n bytes are readable; 0 if there is none. */
size_t utf8_char(const char *s, size_t n) __attribute__((nonnull));

/* Are these n bytes well-formed UTF-8 (no overlong form, no surrogate, nothing above U+10FFFF)? */
bool utf8_is(const char *s, size_t n) __attribute__((nonnull));

/* How many code points in n bytes of well-formed UTF-8. */
size_t utf8_count(const char *s, size_t n) __attribute__((nonnull));

#endif
