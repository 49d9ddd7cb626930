/* SPDX-License-Identifier: ISC */
/*
 * peer: who is at the other end, and whether the way there is https.  The web server knows, unless something stands in front
 * of it; and then only what the settings trust (trusted_proxies) is believed when it names somebody else.
 */
#ifndef PEER_H
#define PEER_H

#include "http.h"

/* REMOTE_ADDR, or what stands for it behind trusted proxies: the last of X-Forwarded-For that is none of them. */
const char *peer_find(const struct request *rq) __attribute__((nonnull, returns_nonnull));

/*
 * Is it https, as far as require_https wants to know?  Whoever lies about it in a header field gains nothing: what plain http
 * gives away is the liar's own.
 */
bool peer_is_secure(const struct request *rq) __attribute__((nonnull));

#endif
