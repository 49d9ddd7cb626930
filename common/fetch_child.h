/* SPDX-License-Identifier: ISC */
/*
 * fetch_child: asks the program fetch for a document of the web.  The web programs have no network of their own: name
 * service, TLS and the answer of a stranger's server are met by a process that knows neither the settings nor the
 * database, and that lives for a few seconds.
 */
#ifndef FETCH_CHILD_H
#define FETCH_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

enum {
	FETCH_SECONDS = 5,			/* for everything, the name service included */
	FETCH_URL_MAX = 2048,
	FETCH_DOCUMENT_MAX = 5 * 1024,		/* draft-ietf-oauth-client-id-metadata-document section 6.6 */
	FETCH_KEYS_MAX = 64 * 1024,
};

enum fetch_result {
	FETCH_OK,		/* status 200 and JSON by its media type; whether the body is JSON was not looked at */
	FETCH_GONE,		/* 404 or 410 */
	FETCH_INVALID,		/* another status, a redirect, another media type, too large, empty, encoded */
	FETCH_UNREACHABLE,	/* 403, 429, 5xx, no name, no connection, no TLS, out of time; also: no program fetch */
	FETCH_FORBIDDEN,	/* a URL that is not fetched, or a host with an address that is nobody's on the Internet */
};

struct fetch {
	/* asked */
	const char *url;	/* https; no user, no fragment */
	const char *ca_file;	/* PEM file that stands for the system's authorities, or NULL */
	bool loopback;		/* are 127.0.0.0/8 and ::1 allowed? */
	bool keys;		/* a key set, which may be larger than a document */
	/* answered */
	char *body;		/* with FETCH_OK: the bytes, and a NUL that is not counted; they may have others inside */
	size_t len;
	int64_t lifetime;	/* seconds for which the answer says that it is fresh, 1 if no longer; 0: not to be kept; -1: says nothing */
	const char *why;	/* with all others: a phrase for the operator; never a text of the server's */
};

/*
 * Runs the program `fetch` that stands beside this one, and waits for it FETCH_SECONDS and one more.  Not for threads,
 * and not while somebody else waits for children of this process.
 */
enum fetch_result fetch_ask(struct arena *a, struct fetch *f) __attribute__((nonnull, warn_unused_result));

#endif
