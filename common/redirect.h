/* SPDX-License-Identifier: ISC */
/*
 * redirect: which addresses a browser may be sent to.  Checked when a client registers them and again when it asks
 * for one; compared as strings, but for the port of a loopback address (RFC 8252 section 7.3).
 */
#ifndef REDIRECT_H
#define REDIRECT_H

#include <stdbool.h>

#include "arena.h"
#include "conf.h"

/*
 * May a client register it?  https with a host; http on a loopback name, any port; a private-use scheme (RFC 8252
 * section 7.1) that has a period or that the operator listed.  No user, no fragment.
 */
bool redirect_is_allowed(struct arena *a, const struct conf *conf, const char *uri) __attribute__((nonnull));

/* Does the registration (a JSON array of strings) hold this address?  A loopback one may have another port. */
bool redirect_is_registered(struct arena *a, const char *registered, const char *uri) __attribute__((nonnull));

/* The only registered address, or NULL when there are several (RFC 6749 section 3.1.2.3). */
const char *redirect_only(struct arena *a, const char *registered) __attribute__((nonnull));

/* Is it on the person's own machine by http? */
bool redirect_is_loopback(struct arena *a, const char *uri) __attribute__((nonnull));

/* May the browser be sent there without anybody having agreed: loopback, or a host in trusted_redirects? */
bool redirect_is_trusted(struct arena *a, const struct conf *conf, const char *uri) __attribute__((nonnull));

/* What a person should see of it: "example.com", "127.0.0.1:8123", or "cursor:" for a private scheme. */
const char *redirect_host(struct arena *a, const char *uri) __attribute__((nonnull, returns_nonnull));

#endif
