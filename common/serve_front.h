/* SPDX-License-Identifier: ISC */
/* serve_front: the two ways a web server talks to a program; for serve.c only. */
#ifndef SERVE_FRONT_H
#define SERVE_FRONT_H

#include <stdint.h>

#include "serve.h"

/* The settings of this process, read once; NULL when they are not usable (logged). */
const struct conf *serve_settings(char *const *env);

/* Is the file no longer the one that they were read from?  False while they are not usable: then each request reads it. */
bool serve_settings_changed(void);

/* The process has answered its only request: leaves the rows in good order. */
void serve_leave(void);

/* Is descriptor 0 a listening socket, as the FastCGI specification (section 2.2) wants it? */
bool serve_is_fcgi(void);

/* Answers that nothing can be answered, without looking at the request: no settings (passing: just now), or the wrong user. */
int serve_nothing(const struct front *front, bool passing) __attribute__((nonnull));

/* Writes status, header fields and body.  0, or -1 when nobody is there. */
int serve_deliver(struct request *rq, struct response *rs, const struct front *front) __attribute__((nonnull));

/* One request from the environment and standard input (RFC 3875); ep is NULL when it must not be looked at. */
int serve_cgi(const struct endpoint *ep, const char *name) __attribute__((nonnull(2)));

/* Serves a stream that stays to its end, or leaves it to the front.  0, or -1 when nobody is there. */
int serve_stay(struct stream *s) __attribute__((nonnull));

/* A round of the streams that stay: a context of its own, until serve_round_end(). */
void serve_round(struct context *cx) __attribute__((nonnull));
void serve_round_end(void);

/* Milliseconds of the monotonic clock. */
int64_t serve_milliseconds(void);

/* What a FastCGI request says; with is libfcgi's request. */
long serve_fcgi_read(void *with, char *to, size_t n) __attribute__((nonnull));
int serve_fcgi_write(void *with, const char *from, size_t n) __attribute__((nonnull));

/* Ends the answer, and takes what is left of the request. */
void serve_fcgi_finish(void *with) __attribute__((nonnull));

void serve_signal(int sig, void (*handler)(int), int flags);

/* One process for all streams of a program: answers requests on the socket and keeps what stays.  Returns the exit status. */
int serve_streams(const struct endpoint *ep) __attribute__((nonnull));

/* Workers on one socket, each answering request after request. */
int serve_fcgi(const struct endpoint *ep) __attribute__((nonnull));

/* What scripts of other origins may do: sets the header fields of CORS, or refuses the origin (serve_cors.c). */
const struct fail *serve_cors(struct request *rq, struct response *rs, const struct endpoint *ep)
    __attribute__((nonnull, warn_unused_result));

/* The answer to a preflight (Fetch standard, section 3.2.2) or to a question what is allowed (RFC 9110 section 9.3.7). */
void serve_options(const struct request *rq, struct response *rs, const struct endpoint *ep, const char *allow)
    __attribute__((nonnull));

#endif
