/* SPDX-License-Identifier: ISC */
/*
 * store_client_document: the clients that are described by a document at their own URL, as the document said when it was last
 * read.  They are found by client_find(), like all others.
 */
#ifndef STORE_CLIENT_DOCUMENT_H
#define STORE_CLIENT_DOCUMENT_H

#include "store_client.h"

/* Has the operator disabled a client of this id? */
const struct fail *client_document_find_disabled(struct store *s, const char *id, bool *disabled)
    __attribute__((nonnull, warn_unused_result));

/*
 * Writes what its document says now; when people agreed to it, when it was first seen, and fetched keys of an unchanged keys_uri
 * stay.  Room is made first: at most `keep` without a live grant are left, this one included.  *stored is false, and nothing
 * was written, when the operator has disabled it.
 */
const struct fail *client_document_put(struct store *s, const struct client *c, int64_t now, int keep, bool *stored)
    __attribute__((nonnull, warn_unused_result));

#endif
