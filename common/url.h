/* SPDX-License-Identifier: ISC */
/*
 * url: percent-encoding and the parts of a URI (RFC 3986).  One encoder, an allow-list; one decoder that refuses
 * rather than guesses.
 */
#ifndef URL_H
#define URL_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "buf.h"

struct url {
	const char *scheme;	/* lower case */
	const char *host;	/* lower case, brackets of IPv6 kept; "" if there is none */
	int port;		/* -1 when not spelled */
	const char *path;	/* as spelled, "" if empty */
	const char *query;	/* without '?', NULL if there is none */
	bool authority;		/* was there a "//"? */
	bool userinfo;
	bool fragment;
};

/*
 * Splits an absolute URI.  False when it is none, holds a byte outside printable ASCII, a blank, '"', '<', '>', '\\',
 * '^', '`', '{', '|', '}', a broken percent-encoding, or a port that is not 1..65535 without leading zero.
 */
bool url_read(struct arena *a, const char *text, struct url *u) __attribute__((nonnull, warn_unused_result));

/*
 * Decodes n bytes of percent-encoding; plus: '+' is a blank (forms).  NULL for a broken escape, an encoded NUL, or
 * bytes that are not UTF-8.
 */
char *url_decode(struct arena *a, const char *text, size_t n, bool plus) __attribute__((nonnull, warn_unused_result));

/* Appends text with everything but RFC 3986's unreserved characters percent-encoded. */
void url_encode(struct buf *b, const char *text) __attribute__((nonnull));

/*
 * Form-encoded bytes, whatever they are, in our own encoder's spelling: for values that are only given back (`state`),
 * bit for bit.  A '%' that begins no escape stands for itself.
 */
char *url_recode(struct arena *a, const char *text, size_t n) __attribute__((nonnull, returns_nonnull));

/* Appends `?name=value` or `&name=value` to a URI in b, keeping a query that is there.  value NULL: nothing. */
void url_add(struct buf *b, const char *name, const char *value) __attribute__((nonnull(1, 2)));

/* The same for a value that is percent-encoded already. */
void url_add_encoded(struct buf *b, const char *name, const char *value) __attribute__((nonnull(1, 2)));

/* Is this host (lower case) one of 127.0.0.1, [::1], localhost? */
bool url_host_is_loopback(const char *host) __attribute__((nonnull));

/* The path of a request target: origin-form or absolute-form, query cut off, decoded, "//" and dots removed. */
char *url_clean_path(struct arena *a, const char *target) __attribute__((nonnull, warn_unused_result));

#endif
