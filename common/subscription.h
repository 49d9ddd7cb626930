/* SPDX-License-Identifier: ISC */
/* subscription: may somebody hear of changes of a resource? */
#ifndef SUBSCRIPTION_H
#define SUBSCRIPTION_H

#include "context.h"
#include "fail.h"
#include "store_token.h"

enum { SUBSCRIPTION_URI_MAX = 2048 };

/* NULL: the resource is there, and this token can read it. */
const struct fail *subscription_may(struct context *cx, const struct bearer *who, const char *uri)
    __attribute__((nonnull, warn_unused_result));

#endif
