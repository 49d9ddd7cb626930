/* SPDX-License-Identifier: ISC */
/*
 * kb_change: writing to the knowledge base: one transaction each, with the word to those who listen in it.  A person changes only
 * what he wrote; the scope is the caller's to check.
 */
#ifndef KB_CHANGE_H
#define KB_CHANGE_H

#include "kb.h"

enum kb_event { KB_MADE, KB_CHANGED, KB_DROPPED };

/* What is said of a document that is not there, and of one that is not there for him. */
extern const char kb_nothing[];

/*
 * What no schema can say of a title, a content and tags: a sentence that names the argument, or NULL.  tags is NULL where
 * line_join() has refused.
 */
const char *kb_check(const struct document *d) __attribute__((nonnull));

/* Title, content and tags as a new document of his, whom kb_visibility shows it; the rest of *d is filled in. */
const struct fail *kb_put(struct context *cx, const struct bearer *who, struct document *d)
    __attribute__((nonnull, warn_unused_result));

/*
 * Those of title, content and tags that are not NULL become the new ones of a document of his; *d is what it is then.  Nothing is
 * written when it was so before.  *wrong: a sentence why not, or NULL.
 */
const struct fail *kb_update(struct context *cx, const struct bearer *who, int64_t id, const struct document *to,
    struct document **d, const char **wrong) __attribute__((nonnull, warn_unused_result));

/* Removes a document of his; *d is what it was. */
const struct fail *kb_drop(struct context *cx, const struct bearer *who, int64_t id, struct document **d, const char **wrong)
    __attribute__((nonnull, warn_unused_result));

/* Writes down for those who may see it what happened to a document, in the caller's transaction. */
const struct fail *kb_announce(struct context *cx, const struct document *d, enum kb_event event)
    __attribute__((nonnull, warn_unused_result));

#endif
