/* SPDX-License-Identifier: ISC */
/*
 * arena: blocks in a list, a mark in the newest.  A large take gets a block of its own, so that a 4 MiB body does
 * not make every later request carry 4 MiB.  Secrets pass through here, hence the wipe.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"

enum { BLOCK_SIZE = 16 * 1024, ALIGN = 16 };

struct block {
	struct block *older;
	size_t size;			/* bytes behind this head */
	size_t used;
	_Alignas(ALIGN) char bytes[];
};

struct deferred {
	struct deferred *older;
	void (*give)(void *);
	void *thing;
};

struct arena {
	struct block *newest;
	struct block *first;
	struct deferred *deferred;
};

static _Noreturn void no_memory(void)
{
	static const char say[] = "mcp-cgi: out of memory\n";

	if (write(STDERR_FILENO, say, sizeof say - 1) < 0)
		_exit(71);
	_exit(70);
}

static struct block *block_new(size_t size)
{
	struct block *b;

	if (size > SIZE_MAX / 2 || !(b = malloc(sizeof *b + size)))
		no_memory();
	b->older = NULL;
	b->size = size;
	b->used = 0;
	return b;
}

static void block_wipe(struct block *b)
{
	explicit_bzero(b->bytes, b->used);
	b->used = 0;
}

struct arena *arena_new(void)
{
	struct arena *a = calloc(1, sizeof *a);

	if (!a)
		no_memory();
	a->first = a->newest = block_new(BLOCK_SIZE);
	return a;
}

void arena_reset(struct arena *a)
{
	struct block *b, *older;
	struct deferred *d;

	while ((d = a->deferred)) {
		a->deferred = d->older;
		d->give(d->thing);
	}
	for (b = a->newest; b != a->first; b = older) {
		older = b->older;
		block_wipe(b);
		free(b);
	}
	block_wipe(a->first);
	a->newest = a->first;
}

void arena_drop(struct arena *a)
{
	if (!a)
		return;
	arena_reset(a);
	free(a->first);
	free(a);
}

void *arena_take_raw(struct arena *a, size_t n)
{
	struct block *b = a->newest;
	void *p;

	if (n > SIZE_MAX / 4)
		no_memory();
	n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (n > b->size - b->used) {
		b = block_new(n > BLOCK_SIZE / 2 ? n : BLOCK_SIZE);
		b->older = a->newest;
		a->newest = b;
	}
	p = b->bytes + b->used;
	b->used += n;
	return p;
}

void *arena_take(struct arena *a, size_t n)
{
	return memset(arena_take_raw(a, n), 0, n);
}

char *arena_text(struct arena *a, const char *text, size_t n)
{
	char *p = arena_take_raw(a, n + 1);

	memcpy(p, text, n);
	p[n] = '\0';
	return p;
}

char *arena_copy(struct arena *a, const char *text)
{
	return arena_text(a, text, strlen(text));
}

char *arena_vprintf(struct arena *a, const char *format, va_list ap)
{
	va_list again;
	char *p;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n < 0)
		no_memory();
	p = arena_take_raw(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, format, ap);
	return p;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	va_list ap;
	char *p;

	va_start(ap, format);
	p = arena_vprintf(a, format, ap);
	va_end(ap);
	return p;
}

void arena_defer(struct arena *a, void (*give)(void *), void *thing)
{
	struct deferred *d = arena_take(a, sizeof *d);

	d->older = a->deferred;
	d->give = give;
	d->thing = thing;
	a->deferred = d;
}
