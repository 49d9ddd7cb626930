/* SPDX-License-Identifier: ISC */
/*
 * clientform: the endpoints that clients and not people post to (token, revoke, introspect) take a form and say no in the same
 * way: as JSON (RFC 6749 section 5.2), counted against the address, and written into the audit.
 */
#ifndef CLIENTFORM_H
#define CLIENTFORM_H

#include "http.h"

/*
 * Reads the form of a request, as form_read().  429 for an address that has been refused too often, before anything else is
 * looked at; invalid_request for a body that is no form.
 */
const struct fail *clientform_read(struct request *rq, const char *const *field, size_t n, const char **value)
    __attribute__((nonnull, warn_unused_result));

/* Tells, counts and writes down.  event is of audit.h. */
void clientform_refuse(struct request *rq, struct response *rs, const char *event, const struct fail *no)
    __attribute__((nonnull));

#endif
