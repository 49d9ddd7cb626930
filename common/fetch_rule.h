/* SPDX-License-Identifier: ISC */
/* fetch_rule: what may be fetched, and from where.  Nothing here touches the network. */
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

#endif
