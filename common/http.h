/* SPDX-License-Identifier: ISC */
/*
 * http: a request as the programs see it and an answer as they give it, the same under plain CGI, FastCGI and in
 * tests (RFC 3875, RFC 9110).  The answer is a value: serve writes it once, after the handler has returned.
 */
#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "context.h"
#include "fail.h"

enum method {
	METHOD_OTHER = 0,
	METHOD_GET = 1 << 0,
	METHOD_HEAD = 1 << 1,
	METHOD_POST = 1 << 2,
	METHOD_OPTIONS = 1 << 3,
	METHOD_PUT = 1 << 4,
	METHOD_DELETE = 1 << 5,
};

struct request {
	struct context cx;
	enum method method;
	char *const *env;	/* CGI variables, NAME=value, NULL at the end */
	const char *query;	/* raw QUERY_STRING, "" if none */
	const char *body;	/* NUL behind the last byte */
	size_t body_len;
};

struct stream;
struct streams;

enum { HEADERS_MAX = 24 };

struct response {
	struct arena *arena;
	int status;
	size_t headers;
	struct { const char *name, *value; } header[HEADERS_MAX];
	struct buf body;

	/* Set by a handler that returns NULL: what makes the answer, and may say events meanwhile (stream.h). */
	void (*pump)(struct request *rq, struct response *rs, struct stream *out, void *with);
	void *pump_with;

	/* Set by a pump that has said nothing: the answer is a stream that stays open (stream.h). */
	const struct streams *stay;
	void *stay_with;
};

/* A CGI variable by its name ("HTTP_ORIGIN"), or NULL when it is absent or empty. */
const char *http_env(const struct request *rq, const char *name) __attribute__((nonnull));

/*
 * The Authorization field, wherever the web server put it: HTTP_AUTHORIZATION, then REDIRECT_HTTP_AUTHORIZATION, then
 * REDIRECT_REDIRECT_HTTP_AUTHORIZATION; empty is absent (Apache's rewriting makes empty ones).  NULL if absent.
 */
const char *http_authorization(const struct request *rq) __attribute__((nonnull));

/* A header field by its own name ("X-MCP-Authorization"), or NULL when it is absent or empty (RFC 3875 section 4.1.18). */
const char *http_field(const struct request *rq, const char *name) __attribute__((nonnull));

/*
 * Is the media type of the body exactly `type` ("application/json"), parameters aside (RFC 9110 section 8.3)?  A list
 * of types, as some clients send it, is no media type.
 */
bool http_content_type_is(const struct request *rq, const char *type) __attribute__((nonnull));

/* A cookie of that name (RFC 6265 section 4.2), copied into the request's arena; NULL when absent or sent twice. */
const char *http_cookie(const struct request *rq, const char *name) __attribute__((nonnull));

/* The phrase of a status code (RFC 9110 section 15). */
const char *http_phrase(int status) __attribute__((returns_nonnull));

/* Text of a method set for Allow: "GET, HEAD, OPTIONS". */
const char *http_allow(struct arena *a, unsigned methods) __attribute__((nonnull, returns_nonnull));

/*
 * Sets a header field; a second call with the same name replaces, except for Set-Cookie, which adds.  A value with
 * a control character is not written: the answer becomes a 500 (no response splitting, whatever the caller did).
 */
void http_header(struct response *rs, const char *name, const char *value) __attribute__((nonnull));

/* Sets status, Content-Type and `Cache-Control: no-store`, empties the body. */
void http_answer(struct response *rs, int status, const char *type) __attribute__((nonnull));

/* An empty answer that sends the browser on.  303 after POST, 302 otherwise (never 307, which would resend a form). */
void http_redirect(struct response *rs, enum method asked, const char *location) __attribute__((nonnull));

#endif
