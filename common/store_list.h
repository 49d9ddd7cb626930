/* SPDX-License-Identifier: ISC */
/*
 * store_list: what the operator looks at.  Everything that is known of clients, grants and tokens, dead or alive; for mcpctl
 * alone.
 */
#ifndef STORE_LIST_H
#define STORE_LIST_H

#include "store_client.h"

struct listed_client {
	struct client is;		/* no digest of its secret */
	bool managed;			/* may change itself (RFC 7592) */
	bool pinned;			/* its document was imported */
	bool unborn;			/* and nobody has come with it yet: there is no row; never set here */
	int64_t agreed_at;		/* 0: nobody ever has */
	int64_t disabled_at;		/* 0: it is not */
	int64_t grants;			/* that live */
};

struct listed_grant {
	int64_t id;
	const char *user;		/* NULL: a machine's */
	const char *client_id;
	const char *client_name;
	const char *scope;
	const char *resource;
	const char *attempt;		/* "" if none */
	int64_t created_at;
	int64_t used_at;		/* 0: never */
	int64_t expires_at;
	int64_t revoked_at;		/* 0: it is not */
	bool user_disabled, client_disabled;
	bool past;			/* of another epoch: from before a backup was restored */
};

/* How many clients there are that the settings have to fit. */
struct waiting {
	int64_t approval;		/* wait for the operator */
	int64_t machines, resource_servers;
};

/* Calls each(with, client) for every client, oldest first. */
const struct fail *list_clients(struct store *s, struct arena *a, int64_t now,
    void (*each)(void *with, const struct listed_client *c), void *with) __attribute__((nonnull(1, 2, 4), warn_unused_result));

/* *c is NULL when there is none of that id; a disabled one is there. */
const struct fail *list_client(struct store *s, struct arena *a, const char *id, int64_t now, struct listed_client **c)
    __attribute__((nonnull, warn_unused_result));

/* *name is NULL when there is no such client. */
const struct fail *list_client_name(struct store *s, struct arena *a, const char *id, const char **name)
    __attribute__((nonnull, warn_unused_result));

/* Calls each(with, grant) for every grant, oldest first: of this person (0: of all) and this client (NULL: of all). */
const struct fail *list_grants(struct store *s, struct arena *a, int64_t user_id, const char *client_id,
    void (*each)(void *with, const struct listed_grant *g), void *with)
    __attribute__((nonnull(1, 2, 5), warn_unused_result));

/* *g is NULL when there is none. */
const struct fail *list_grant(struct store *s, struct arena *a, int64_t id, struct listed_grant **g)
    __attribute__((nonnull, warn_unused_result));

/* The grant that a token or code came from; 0 when there is no such token. */
const struct fail *list_token(struct store *s, const struct digest *hash, int64_t *grant_id)
    __attribute__((nonnull, warn_unused_result));

const struct fail *list_waiting(struct store *s, struct waiting *w) __attribute__((nonnull, warn_unused_result));

#endif
