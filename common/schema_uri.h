/* SPDX-License-Identifier: ISC */
/* schema_uri: where a reference leads, seen from a base (RFC 3986 section 5.2).  Text only; nothing is fetched. */
#ifndef SCHEMA_URI_H
#define SCHEMA_URI_H

#include "arena.h"

/* The target, without its fragment.  A base may be empty or relative itself: then the target is relative as well. */
const char *schema_uri_resolve(struct arena *a, const char *base, const char *reference)
    __attribute__((nonnull, returns_nonnull));

/* The fragment of a reference, percent-decoded; "" if there is none, NULL if it is not well-formed. */
const char *schema_uri_fragment(struct arena *a, const char *reference) __attribute__((nonnull));

#endif
