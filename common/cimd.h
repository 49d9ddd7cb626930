/* SPDX-License-Identifier: ISC */
/*
 * cimd: a client whose client_id is an https URL, where a document describes it (draft-ietf-oauth-client-id-metadata-document,
 * "CIMD" below).  Anybody can write such a URL, so that the document is read only for a person who has signed in, and
 * whatever is wrong with it is told with one and the same refusal; the reason is the operator's.
 */
#ifndef CIMD_H
#define CIMD_H

#include <stdbool.h>

#include <json-c/json.h>

#include "context.h"
#include "fail.h"
#include "store_client.h"

enum { CIMD_URL_MAX = 2048 };

extern const struct fail cimd_url_invalid;	/* 400: begins with https:// and breaks a rule */
extern const struct fail cimd_unusable;		/* 400: all that can be wrong with fetch and document */

/* Does it begin with https://, in any case?  Then it is a URL, or a mistake; a registered client is never called so. */
bool cimd_is_url(const char *client_id) __attribute__((nonnull));

/*
 * Is it a URL that a client may be called by (CIMD section 3)?  Looked at as it is written, because it is compared so: a host,
 * a path, no dot segments, no query, no fragment, no user.  NULL, or the reason.
 */
const char *cimd_url_check(struct arena *a, const char *url) __attribute__((nonnull, warn_unused_result));

/*
 * Is this what the document at the URL may say (CIMD section 4.1)?  *why is NULL, and *c says what it describes, but for times;
 * or *why is the reason, in words for the operator.  A refusal is our own: the operator's rules on redirects cannot be read.
 */
const struct fail *cimd_read(struct context *cx, const char *url, struct json_object *doc, struct client *c,
    const char **why) __attribute__((nonnull(1, 2, 4, 5), warn_unused_result));

/* The same for whoever needs one reason only: NULL, or why not. */
const char *cimd_check(struct context *cx, const char *url, struct json_object *doc, struct client *c)
    __attribute__((nonnull(1, 2, 4), warn_unused_result));

/*
 * The client of that URL: by a pinned document, by what is stored while it is fresh, or by its document, which is then fetched
 * and stored; never from within a transaction.  A stored copy that lacks the redirect_uri that is asked for (NULL: none) is
 * looked up once more.  Refusals are cimd_url_invalid, cimd_unusable, and a 429 when too much was fetched.
 */
const struct fail *cimd_find(struct context *cx, const char *url, const char *redirect_uri, struct client **c)
    __attribute__((nonnull(1, 2, 4), warn_unused_result));

#endif
