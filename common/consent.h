/* SPDX-License-Identifier: ISC */
/* consent: the two pages of a pending authorization request: who are you, and do you agree? */
#ifndef CONSENT_H
#define CONSENT_H

#include "browser.h"
#include "http.h"
#include "store_pending.h"

/*
 * The sign-in page.  Of a client whose document was not looked at yet it says the host of the client_id and no more.
 * wrong_name: the name that did not fit its password, NULL at first.
 */
const struct fail *consent_sign_in(struct request *rq, struct response *rs, const struct browser *x, const struct pending *p,
    const char *id, const char *wrong_name) __attribute__((nonnull(1, 2, 3, 4, 5), warn_unused_result));

/* The consent page for a proven request and the person who is signed in. */
const struct fail *consent_ask(struct request *rq, struct response *rs, const struct browser *x, const struct pending *p,
    const char *id) __attribute__((nonnull, warn_unused_result));

#endif
