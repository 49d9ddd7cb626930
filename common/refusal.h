/* SPDX-License-Identifier: ISC */
/*
 * refusal: how the endpoints that answer clients and not people (token, revoke, introspect) say no: as JSON, counted
 * against the address, and written into the audit.
 */
#ifndef REFUSAL_H
#define REFUSAL_H

#include "http.h"

/* Has this address been refused too often?  429, before anything else is looked at. */
const struct fail *refusal_check(struct request *rq) __attribute__((nonnull, warn_unused_result));

/* Tells, counts and writes down.  event is of audit.h. */
void refusal_give(struct request *rq, struct response *rs, const char *event, const struct fail *no)
    __attribute__((nonnull));

#endif
