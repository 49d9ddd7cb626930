/* SPDX-License-Identifier: ISC */
/* store_account: what a signed-in person sees of what is connected, and takes back; and the change of a password. */
#ifndef STORE_ACCOUNT_H
#define STORE_ACCOUNT_H

#include "store.h"
#include "store_user.h"

/* A live grant of a person, with what there is to say of its client. */
struct account_grant {
	int64_t id;
	const char *client_id;
	const char *client_name;	/* "" if it has none */
	const char *client_kind;	/* as in store_client.h */
	const char *redirect_uris;	/* JSON array of strings */
	bool disabled;			/* the client is, by the operator */
	const char *scope;
	const char *resource;
	int64_t created_at;
	int64_t used_at;		/* 0: not yet */
};

/*
 * Calls each(with, grant) for the live grants of the user, the newest first.  Those of one client, resource and scope are one,
 * which has the id of the newest, the beginning of the oldest and the last use of all.
 */
const struct fail *account_each(struct store *s, struct arena *a, int64_t user_id, int64_t now,
    void (*each)(void *with, const struct account_grant *g), void *with) __attribute__((nonnull(1, 2, 5), warn_unused_result));

/* What was revoked; NULLs when nothing was. */
struct account_revoked {
	const char *client_id, *resource;
	const char *attempt;		/* id of the flow that a grant of it came from, as in the audit */
};

/* Ends the user's live grant of that id and all others of the same client at the same resource. */
const struct fail *account_revoke(struct store *s, struct arena *a, int64_t user_id, int64_t id, int64_t now,
    struct account_revoked *r) __attribute__((nonnull, warn_unused_result));

/* *set is false, and nothing was written, when the user is disabled or has another password by now than u->password. */
const struct fail *account_set_password(struct store *s, const struct user *u, const char *password, bool *set)
    __attribute__((nonnull, warn_unused_result));

#endif
