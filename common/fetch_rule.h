/* SPDX-License-Identifier: ISC */
/*
 * fetch_rule: what may be fetched, from where, and for how long it is fresh.  Nothing here touches the network.
 */
#ifndef FETCH_RULE_H
#define FETCH_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "url.h"

/*
 * Splits a URL that may be fetched: https, a host that is a name, an IPv4 address of four decimal numbers or an IPv6
 * address, any port, no user, no fragment, at most FETCH_URL_MAX bytes.  The port is set, 443 when it is not spelled.
 */
bool fetch_url_read(struct arena *a, const char *text, struct url *u) __attribute__((nonnull, warn_unused_result));

/*
 * May this address be connected to?  n is 4 or 16, bytes in network order.  Only global unicast: nothing of the
 * special-purpose registries (RFC 6890), and no IPv6 form that carries an IPv4 address.  loopback: 127.0.0.0/8 and ::1
 * may, too.
 */
bool fetch_address_is_allowed(const uint8_t *address, size_t n, bool loopback) __attribute__((nonnull));

/* Is a Content-Type application/json or application/SOMETHING+json?  Parameters do not matter. */
bool fetch_type_is_json(const char *value) __attribute__((nonnull));

/* What an answer says about its age; NULL where it says nothing. */
struct fetch_age {
	const char *cache_control;	/* several fields are joined with a comma */
	const char *expires;		/* of several that differ: any text that is no date */
	const char *date;
	const char *age;
	int64_t received;		/* seconds since 1970 */
	int64_t delay;			/* seconds between asking and receiving */
};

/*
 * For how many seconds more the answer is fresh in a private cache (RFC 9111 section 4.2); 0 also for no-store and
 * no-cache and for what cannot be understood; -1 when neither Cache-Control nor Expires says anything.
 */
int64_t fetch_lifetime(const struct fetch_age *h) __attribute__((nonnull));

/* An HTTP date in any of its three forms (RFC 9110 section 5.6.7); false if it is none.  now places years of two digits. */
bool fetch_date_read(const char *text, int64_t now, int64_t *seconds) __attribute__((nonnull, warn_unused_result));

#endif
