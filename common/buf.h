/* SPDX-License-Identifier: ISC */
/*
 * buf: text that grows, in an arena.  The bytes are always followed by a NUL that is not counted.
 */
#ifndef BUF_H
#define BUF_H

#include <stddef.h>
#include <stdint.h>

struct arena;

struct buf {
	struct arena *arena;
	char *v;		/* the bytes; "" while empty, never NULL */
	size_t len;
	size_t cap;
};

/* An empty buf in arena a. */
struct buf buf_new(struct arena *a) __attribute__((nonnull));

/* Appends n bytes. */
void buf_put(struct buf *b, const void *bytes, size_t n) __attribute__((nonnull));

/* Room for n more bytes behind the text, for somebody who reads into it; what was read is counted by adding to b->len. */
char *buf_room(struct buf *b, size_t n) __attribute__((nonnull, returns_nonnull));

/* Appends a string. */
void buf_text(struct buf *b, const char *text) __attribute__((nonnull));

/* Appends one byte. */
void buf_char(struct buf *b, char c) __attribute__((nonnull));

/* Appends a decimal number. */
void buf_int(struct buf *b, int64_t n) __attribute__((nonnull));

/* Appends text in the manner of printf. */
void buf_printf(struct buf *b, const char *format, ...) __attribute__((nonnull(1, 2), format(printf, 2, 3)));

#endif
