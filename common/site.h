/* SPDX-License-Identifier: ISC */
/*
 * site: the folder with the owner's content.  It has three shelves: tools, resources, prompts; what stands on one is a file.
 * A process reads a file once and again when it has changed, so that dropping one in is all there is to do.  A file that cannot
 * be used is logged and left out, and hides none of the others.
 */
#ifndef SITE_H
#define SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "context.h"

enum { SITE_ITEMS_MAX = 2000, SITE_DEFINITION_MAX = 1024 * 1024, SITE_DEPTH = 8 };

/* By which a file is known to be the one that was read. */
struct site_stamp {
	int64_t inode, size, changed, modified;	/* the last two in nanoseconds */
};

/* A file on a shelf.  All that was made of it lives in its arena, until the file changes or goes. */
struct site_item {
	struct arena *arena;
	const char *name;		/* below the shelf's folder: "greet.json", "notes/today.txt" */
	const char *path;		/* absolute */
	const char *root;		/* of a closed shelf: what is not left on the way to the file; else NULL */
	bool executable;
	struct site_stamp stamp;
	char request[17];		/* that has read it */
	void *thing;			/* what the shelf made of it; NULL: it cannot be used */
	const char *wrong;		/* why */
	int line;			/* where in the file; 0: as a whole */
};

/* One of the three; each belongs to the module that knows what its files mean. */
struct site_shelf {
	const char *folder;		/* "tools" */
	bool deep;			/* folders within count, too */
	bool closed;			/* no symbolic link is followed, in no folder: what lies elsewhere is not on the shelf */
	void (*load)(struct context *cx, struct site_item *item);	/* sets thing, or wrong and line */
	/* kept by site.c */
	struct site_item **items;	/* in the order of names */
	size_t count;
	char *path;			/* that was read */
	struct site_stamp stamp;
};

/* Is there a folder?  Without one the knowledge base that is built in is offered. */
bool site_is_there(const struct context *cx) __attribute__((nonnull));

/* All items of a shelf; read again where something has changed.  Good until the next call for that shelf. */
struct site_item *const *site_each(struct context *cx, struct site_shelf *shelf, size_t *count) __attribute__((nonnull));

/* The item of that file name, looked at alone: what a call needs.  NULL: there is none. */
struct site_item *site_find(struct context *cx, struct site_shelf *shelf, const char *name) __attribute__((nonnull));

/*
 * The bytes of a file: regular, owner's or root's, not for others to write to, `most` bytes at most.  NULL: *wrong says
 * why.  With a NUL behind them.
 */
char *site_read(struct arena *a, const char *path, size_t most, size_t *n, const char **wrong) __attribute__((nonnull));

/*
 * The bytes of an item as site_read() reads them, on a closed shelf without leaving it: every folder on the way is opened from
 * the one before, so that nobody can put a link in between.  NULL: item->wrong says why.
 */
char *site_read_item(struct arena *a, const struct site_item *item, size_t most, size_t *n, const char **wrong)
    __attribute__((nonnull));

/* The absolute path of a name below a folder; NULL when it leads out of it, by dots or by a slash at its beginning. */
const char *site_path(struct arena *a, const char *folder, const char *name) __attribute__((nonnull));

/* Names that are not looked at: of editors' copies, and what begins with a period. */
bool site_is_hidden(const char *name) __attribute__((nonnull));

struct stat;
struct site_stamp site_stamp_of(const struct stat *st) __attribute__((nonnull));

/* Gives back what a shelf keeps; for tests that look for leaks. */
void site_end(struct site_shelf *shelf) __attribute__((nonnull));

#endif
