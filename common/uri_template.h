/* SPDX-License-Identifier: ISC */
/*
 * uri_template: URI templates (RFC 6570) the other way round: which values make this URI?  As far as that has one answer:
 * {name}, {+name}, and {?name,name} at the end.
 */
#ifndef URI_TEMPLATE_H
#define URI_TEMPLATE_H

#include <stdbool.h>

#include "arena.h"

enum { URI_TEMPLATE_PARTS = 17, URI_TEMPLATE_NAMES = 16, URI_MAX = 2048 };

struct json_object;
struct uri_template;

/* Compiled, in the arena.  NULL: *wrong says what is wrong with it. */
struct uri_template *uri_template_read(struct arena *a, const char *text, const char **wrong) __attribute__((nonnull));

/*
 * An object with the decoded values, or NULL when it is no such URI.  {name} is one or more characters that are unreserved or
 * escaped, {+name} may hold reserved ones, too; where several values fit, the first ones are as short as they can be.
 * {?a,b} is nothing, or a query with some of the names, each once.  Lives as long as the arena.
 */
struct json_object *uri_template_match(struct arena *a, const struct uri_template *t, const char *uri) __attribute__((nonnull));

/* Is that one of its variables? */
bool uri_template_has(const struct uri_template *t, const char *name) __attribute__((nonnull));

/* Is this an absolute URI, of characters that a URI has, and not too long? */
bool uri_is(const char *text) __attribute__((nonnull));

/* What stands between slashes, '?' and '#' in the spelling of our own encoder, as far as it can be read: to compare. */
const char *uri_normal(struct arena *a, const char *text) __attribute__((nonnull, returns_nonnull));

#endif
