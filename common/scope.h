/* SPDX-License-Identifier: ISC */
/*
 * scope: what can be asked for and given (RFC 6749 section 3.3), for every check there is.  The settings name the scopes,
 * say what each allows and what it implies; the operator's own grants may hold `read:*` or `*`, which no client can ask for.
 */
#ifndef SCOPE_H
#define SCOPE_H

#include <stdbool.h>

#include "arena.h"
#include "conf.h"

/* Names that can be asked for at a resource, between blanks; with offline_access for the authorization server. */
const char *scope_all(struct arena *a, const struct conf *conf, const struct conf_resource *r)
    __attribute__((nonnull, returns_nonnull));
const char *scope_all_with_offline(struct arena *a, const struct conf *conf, const struct conf_resource *r)
    __attribute__((nonnull, returns_nonnull));

/* Number i of all scopes in the order of the settings, offline_access last; NULL at the end. */
const struct conf_scope *scope_at(const struct conf *conf, size_t i) __attribute__((nonnull));

/* Is it a scope-token list by the grammar of RFC 6749 section 3.3? */
bool scope_is_wellformed(const char *words) __attribute__((nonnull));

/* Is name literally one of the words? */
bool scope_has(const char *words, const char *name) __attribute__((nonnull));

/*
 * Does whoever holds `held` have all of `needed`?  A held word counts for itself, for what it implies (MCP authorization,
 * "Scope Hierarchies"), and, if it ends with '*', for every scope that begins so; never by that for offline_access.
 */
bool scope_covers(const struct conf *conf, const char *held, const char *needed) __attribute__((nonnull));

/* The known words of `asked` that `allowed` covers ("" is all), once each, in the order of the settings. */
const char *scope_narrow(struct arena *a, const struct conf *conf, const char *asked, const char *allowed)
    __attribute__((nonnull, returns_nonnull));

/* The known words that are in either. */
const char *scope_union(struct arena *a, const struct conf *conf, const char *one, const char *two)
    __attribute__((nonnull, returns_nonnull));

/* The known words of `whole` that are not literally in `part`. */
const char *scope_without(struct arena *a, const struct conf *conf, const char *whole, const char *part)
    __attribute__((nonnull, returns_nonnull));

#endif
