/* SPDX-License-Identifier: ISC */
/* voice: telling a refusal.  JSON for programs, a page for people; the MCP endpoint has its own. */
#ifndef VOICE_H
#define VOICE_H

#include "http.h"

/* {"error": ..., "error_description": ...} (RFC 6749 section 5.2), with Retry-After and WWW-Authenticate where they belong. */
void voice_json(struct request *rq, struct response *rs, const struct fail *no) __attribute__((nonnull));

/* A page that says what happened and what to do. */
void voice_page(struct request *rq, struct response *rs, const struct fail *no) __attribute__((nonnull));

/* Retry-After and WWW-Authenticate: Basic, when the refusal has them. */
void voice_headers(struct request *rq, struct response *rs, const struct fail *no) __attribute__((nonnull));

#endif
