/* SPDX-License-Identifier: ISC */
/*
 * store_pending: authorization requests that wait for a person.  All that was asked stands here and not in the page,
 * so that an edited form field changes nothing.
 */
#ifndef STORE_PENDING_H
#define STORE_PENDING_H

#include "crypto.h"
#include "store.h"

struct pending {
	struct digest id;		/* SHA-256 of the id in the form */
	struct digest owner;		/* SHA-256 of the cookie of the browser that asked: before sign-in, then session */
	const char *attempt;		/* id of the flow, as in the audit */
	const char *asked;		/* form-encoded, as it came: nothing below is known yet; NULL: all below is proven */
	const char *client_id;
	const char *redirect_uri;	/* as asked, checked */
	bool redirect_given;		/* was redirect_uri in the request, or taken from the registration? */
	const char *challenge;		/* S256 */
	const char *scope;
	const char *resource;		/* canonical */
	const char *state;		/* opaque bytes, percent-encoded; NULL: none */
	int64_t created_at;
	int64_t expires_at;
	int64_t answered_at;		/* 0: not yet */
};

const struct fail *pending_put(struct store *s, const struct pending *p) __attribute__((nonnull, warn_unused_result));

/* Writes down what is known now: all of p but id, owner, attempt and times.  Nothing happens to one that was proven before. */
const struct fail *pending_prove(struct store *s, const struct pending *p) __attribute__((nonnull, warn_unused_result));

/* *p is NULL when there is none; expired and answered ones are found, so that the page can say so. */
const struct fail *pending_find(struct store *s, struct arena *a, const struct digest *id, struct pending **p)
    __attribute__((nonnull, warn_unused_result));

/* Spends it: *taken is false when it was answered before, has expired, belongs to another browser, or its session has ended. */
const struct fail *pending_take(struct store *s, const struct digest *id, const struct digest *owner, int64_t now,
    bool *taken) __attribute__((nonnull, warn_unused_result));

/* After sign-in: whatever the browser asked before now belongs to its session. */
const struct fail *pending_move(struct store *s, const struct digest *from, const struct digest *to)
    __attribute__((nonnull, warn_unused_result));

#endif
