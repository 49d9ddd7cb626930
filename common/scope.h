/* SPDX-License-Identifier: ISC */
/* scope: what can be asked for, in words that a person understands (RFC 6749 section 3.3). */
#ifndef SCOPE_H
#define SCOPE_H

#include <stdbool.h>

#include "arena.h"

struct scope {
	const char *name;
	const char *words;	/* what it allows, as the consent page says it */
	bool resource;		/* a permission at the MCP endpoint (not offline_access) */
};

/* The table; ends with a NULL name. */
extern const struct scope scopes[];

/* All names that the MCP endpoint knows, between blanks; with offline_access for the authorization server. */
const char *scope_all(void);
const char *scope_all_with_offline(void);

/* The row of that name, or NULL. */
const struct scope *scope_find(const char *name) __attribute__((nonnull));

/* Is it a scope-token list by the grammar of RFC 6749 section 3.3? */
bool scope_is_wellformed(const char *words) __attribute__((nonnull));

/* Is name one of the words? */
bool scope_has(const char *words, const char *name) __attribute__((nonnull));

/* Are all words of `part` among those of `whole`? */
bool scope_covers(const char *whole, const char *part) __attribute__((nonnull));

/* The words of `asked` that are known and among `allowed` ("" is all), once each, in the table's order. */
const char *scope_narrow(struct arena *a, const char *asked, const char *allowed) __attribute__((nonnull, returns_nonnull));

#endif
