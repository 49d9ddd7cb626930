/* SPDX-License-Identifier: ISC */
/*
 * arena: the memory of one request.  What is taken lives until the arena is reset; nothing is freed before.
 * Reset runs what was deferred (last first), wipes every byte that was handed out, and keeps the first block.
 */
#ifndef ARENA_H
#define ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* A new, empty arena.  Never NULL: a process without memory for one ends (as in all functions here). */
struct arena *arena_new(void) __attribute__((returns_nonnull));

/* Resets and gives the arena itself back.  NULL is allowed. */
void arena_drop(struct arena *a);

/* Runs the deferred calls, wipes the bytes and gives back all but the first block. */
void arena_reset(struct arena *a) __attribute__((nonnull));

/* n bytes, zeroed, aligned for any type. */
void *arena_take(struct arena *a, size_t n) __attribute__((nonnull, returns_nonnull, malloc));

/* n bytes as arena_take(), but not zeroed: for what is filled at once. */
void *arena_take_raw(struct arena *a, size_t n) __attribute__((nonnull, returns_nonnull, malloc));

/* A copy of n bytes of text with a NUL behind it. */
char *arena_text(struct arena *a, const char *text, size_t n) __attribute__((nonnull, returns_nonnull));

/* A copy of a string. */
char *arena_copy(struct arena *a, const char *text) __attribute__((nonnull, returns_nonnull));

/* printf into the arena. */
char *arena_printf(struct arena *a, const char *format, ...)
    __attribute__((nonnull(1, 2), returns_nonnull, format(printf, 2, 3)));

/* As arena_printf(), with a va_list. */
char *arena_vprintf(struct arena *a, const char *format, va_list ap)
    __attribute__((nonnull(1, 2), returns_nonnull, format(printf, 2, 0)));

/* Calls give(thing) when the arena is reset; for objects of other libraries. */
void arena_defer(struct arena *a, void (*give)(void *), void *thing) __attribute__((nonnull));

#endif
