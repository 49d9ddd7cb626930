/* SPDX-License-Identifier: ISC */
/*
 * fail: a refusal is a constant with a name.  Functions return `const struct fail *`; NULL is "go on", and a refusal
 * in hand is called `no`.  The texts are literals: a description never echoes what the client sent, and so obeys
 * the character set of RFC 6749 section 5.2 by itself.  Who tells the client, and in which voice (JSON body,
 * redirect, page, JSON-RPC error), is decided once, by the endpoint.
 */
#ifndef FAIL_H
#define FAIL_H

struct fail {
	int status;			/* HTTP status */
	const char *error;		/* the field's word: RFC 6749 section 5.2, RFC 7591 section 3.2.2, ... */
	const char *description;	/* one sentence for a developer */
	int code;			/* JSON-RPC code; 0 is -32600 */
	int retry_after;		/* seconds for Retry-After; 0: no such header */
	const char *basic_realm;	/* non-NULL: answer with WWW-Authenticate: Basic (RFC 6749 section 5.2) */
};

/* What most refusals are. */
#define FAIL(status_, error_, description_) \
	{ .status = (status_), .error = (error_), .description = (description_) }

/* Our fault: logged where it happened, told as server_error with the request id. */
extern const struct fail fail_internal;

/* Out of our hands for the moment (busy, full or unreadable file): nothing was written, try again. */
extern const struct fail fail_unavailable;

/* A refusal told by the wire itself, before a program has looked at the request. */
extern const struct fail fail_not_found;
extern const struct fail fail_method;
extern const struct fail fail_too_large;
extern const struct fail fail_timeout;
extern const struct fail fail_host;
extern const struct fail fail_plain;

#endif
