/* SPDX-License-Identifier: ISC */
/*
 * connection: what a person calls a connected app: everything that lives of one client at one resource.  A client that
 * asked three times has three grants and is one connection; ending it ends all of them.
 */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "context.h"
#include "fail.h"

struct connection {
	int64_t id;			/* of its newest grant */
	const char *client_id;
	const char *client_name;	/* "" if it has none */
	const char *client_kind;	/* as in store_client.h */
	const char *redirect_uris;	/* JSON array of strings */
	bool disabled;			/* the operator has switched the client off */
	const char *scope;		/* words of all its grants, some perhaps twice */
	const char *resource;
	int64_t since;			/* of its oldest grant */
	int64_t used_at;		/* the latest use; 0: not yet */
};

struct connections {
	struct connection *v;
	size_t n;
};

/* Those of a person, the one that was agreed to last first. */
const struct fail *connection_list(struct context *cx, int64_t user_id, struct connections *list)
    __attribute__((nonnull, warn_unused_result));

/* Ends the one that has this grant, if it is the person's.  No code or token of it works when this returns. */
const struct fail *connection_end(struct context *cx, int64_t user_id, int64_t id, bool *ended)
    __attribute__((nonnull, warn_unused_result));

/* Ends all of a person. */
const struct fail *connection_end_all(struct context *cx, int64_t user_id) __attribute__((nonnull, warn_unused_result));

#endif
