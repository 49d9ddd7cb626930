/* SPDX-License-Identifier: ISC */
/*
 * redirect: which addresses a browser may be sent to.  Checked when a client registers them and again when it asks
 * for one; compared as strings, but for the port of a loopback address (RFC 8252 section 7.3).
 *
 * The operator's rules are patterns `scheme://host[:port][/path][?query]`, compared part by part.  '*' in a host stands
 * for a part of one label, in a path for a part of one segment: never for '/', '@', ':', '?', '#', their escapes, nor, in a
 * host, for a period.  Scheme and host do not know case; everything else is compared as it stands, escapes too.
 *
 *	deny	wins over all.  A port, path or query that the pattern does not spell may be any; `scheme:` is the whole scheme.
 *	allow	of one scheme: from then on only what matches one of them may use that scheme.  What is not spelled must be absent.
 *		Loopback addresses by http need none.  A private scheme without a period is let in, too.
 */
#ifndef REDIRECT_H
#define REDIRECT_H

#include <stdbool.h>

#include "arena.h"
#include "conf.h"
#include "context.h"
#include "fail.h"
#include "store_redirect.h"

struct url;

/* The operator's rules, as a request has read them. */
struct redirect_rules {
	const struct redirect_rule *rule;
	size_t n;
};

/*
 * May a client register it, or ask for it?  https with a host; http on a loopback name, any port; a private-use scheme (RFC
 * 8252 section 7.1) that has a period or that the operator listed or allowed.  No user, no fragment, no dot segment, and
 * nothing that a rule forbids.  When not, cx->trail.why says why.  The rules are read once a request.
 */
const struct fail *redirect_check(struct context *cx, const char *uri, bool *allowed)
    __attribute__((nonnull, warn_unused_result));

/* The same with the rules in hand.  NULL, or why not. */
const char *redirect_refusal(struct arena *a, const struct conf *conf, const struct redirect_rules *rules, const char *uri)
    __attribute__((nonnull));

/* What is wrong with a pattern that is to allow (or to deny), or NULL. */
const char *redirect_pattern_check(struct arena *a, const char *pattern, bool allow) __attribute__((nonnull));

/* Does the rule speak of this address?  A pattern that is no pattern matches nothing. */
bool redirect_pattern_matches(struct arena *a, const struct redirect_rule *rule, const struct url *u)
    __attribute__((nonnull));

/* A scheme that runs or shows something on its own, and no setting or rule ever allows. */
bool redirect_is_never(const char *scheme) __attribute__((nonnull));

/* Has the path a segment that browsers take away: '.' or '..', also escaped? */
bool redirect_has_dots(const char *path) __attribute__((nonnull));

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
