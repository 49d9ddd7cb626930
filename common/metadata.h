/* SPDX-License-Identifier: ISC */
/*
 * metadata: the documents by which clients find everything else, from the settings alone.  The program metadata answers with
 * them, and mcpctl writes them as files for hosts that lead nothing to it.
 */
#ifndef METADATA_H
#define METADATA_H

#include "buf.h"
#include "conf.h"

/* Appends the document of the authorization server (RFC 8414 section 2). */
void metadata_put_server(struct buf *b, const struct conf *c) __attribute__((nonnull));

/* The same for clients that only know OpenID Connect Discovery. */
void metadata_put_openid(struct buf *b, const struct conf *c) __attribute__((nonnull));

/* Appends the document of an endpoint (RFC 9728 section 2). */
void metadata_put_resource(struct buf *b, const struct conf *c, const struct conf_resource *r) __attribute__((nonnull));

#endif
