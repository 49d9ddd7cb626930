/* SPDX-License-Identifier: ISC */
/*
 * fetch: one GET of one JSON document from a server that nobody vouches for; the only file that knows libcurl.  For the
 * program fetch, which every other program asks through fetch_child.h.
 */
#ifndef FETCH_H
#define FETCH_H

#include "fetch_child.h"

/*
 * Fills in what is answered.  The name is resolved once; one forbidden address among those it has forbids all; only
 * addresses that were checked are connected to.  https with a certificate that holds, TLS 1.2 or later, HTTP/1.1, no
 * redirects, no proxy, no cookies, no credentials.  Whoever calls sets ITIMER_REAL first: what is left on it is the time
 * that the transfer has, and its signal ends a name service that does not answer.
 */
enum fetch_result fetch_get(struct arena *a, struct fetch *f) __attribute__((nonnull, warn_unused_result));

#endif
