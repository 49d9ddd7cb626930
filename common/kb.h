/* SPDX-License-Identifier: ISC */
/*
 * kb: the knowledge base as those who may read it see it, for tools, resources and completion.  Everybody's documents have small
 * numbers, one after the other; private ones (setting kb_visibility) have numbers that tell nothing of other people's, and
 * are there for the one who wrote them alone: to anybody else it is as if there were none, in every answer, count and order.
 */
#ifndef KB_H
#define KB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "context.h"
#include "fail.h"
#include "store_document.h"
#include "store_token.h"

/* What a token must hold for everything here; the caller checks it (scope_covers()). */
#define KB_SCOPE_READ "read:knowledge"
#define KB_SCOPE_WRITE "write:knowledge"

/* The documents as resources.  A template of RFC 6570 level 1; its one variable is `id`. */
#define KB_URI "kb:///documents/"
#define KB_TEMPLATE KB_URI "{id}"
#define KB_MIME "text/markdown"

/* kb:///documents/7 */
const char *kb_uri(struct arena *a, int64_t id) __attribute__((nonnull, returns_nonnull));

/* The id of exactly such a URI: decimal, no sign, no leading zero, from 1 to DOCUMENT_ID_MAX.  False for anything else. */
bool kb_id(const char *uri, int64_t *id) __attribute__((nonnull, warn_unused_result));

/* Appends the members by which tools tell of a document to the open object; its content, too, when it is wanted. */
void kb_put_members(struct buf *b, struct arena *a, const struct document *d, bool content) __attribute__((nonnull));

/* *d with its content; NULL when it is not there, or not for him. */
const struct fail *kb_read(struct context *cx, const struct bearer *who, int64_t id, struct document **d)
    __attribute__((nonnull, warn_unused_result));

/*
 * A page: the documents for him with an id greater than `after` (0: from the first), by id, at most `most`, without their
 * content.  *more: there are others behind the last.  document_changed_at() is when one was last changed.
 */
const struct fail *kb_each(struct context *cx, const struct bearer *who, int64_t after, size_t most, struct document **d,
    size_t *n, bool *more) __attribute__((nonnull, warn_unused_result));

/* The same of those that have the tag. */
const struct fail *kb_each_tagged(struct context *cx, const struct bearer *who, const char *tag, int64_t after, size_t most,
    struct document **d, size_t *n, bool *more) __attribute__((nonnull, warn_unused_result));

/*
 * Completes the variable `id` of the template.  The values are ids, because only these make a URI: those that begin with the
 * typed digits, then those of documents whose title holds all typed words, the last of which may be unfinished.  Nothing typed:
 * the first ones.  *value has *n <= most texts, each of fewer than 20 characters; *more: there are others.
 */
const struct fail *kb_complete(struct context *cx, const struct bearer *who, const char *typed, size_t most,
    const char ***value, size_t *n, bool *more) __attribute__((nonnull, warn_unused_result));

#endif
