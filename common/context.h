/* SPDX-License-Identifier: ISC */
/*
 * context: what a decision stands on: the request's memory, its one instant, the settings, the rows.  The domain is
 * given this and nothing else, so that it knows neither HTTP nor the environment nor the clock.
 */
#ifndef CONTEXT_H
#define CONTEXT_H

#include <stdint.h>

struct arena;
struct conf;
struct conf_resource;
struct redirect_rules;
struct site_shown;
struct store;

/* What has become known on the way, for the audit (audit.h); each NULL until then.  Never a secret. */
struct trail {
	const char *attempt;		/* id of the authorization attempt */
	const char *user;
	const char *client_id;
	const char *resource;
	const char *why;		/* for the operator alone: more than the refusal says */
};

struct context {
	struct arena *arena;
	int64_t now;			/* seconds since 1970; one instant for the whole request */
	const struct conf *conf;
	struct store *store;		/* opened by the first statement that is asked of it */
	const struct conf_resource *resource;	/* mcp: the endpoint that was asked; elsewhere NULL */
	const struct redirect_rules *redirect_rules;	/* redirect.h: read when first needed */
	struct site_shown *shown;	/* site_resource.c: resources, as they were when first asked for */
	const char *peer;		/* the client's address (peer.h), or "" */
	struct trail trail;
	char id[17];			/* names the request in the log and in a server_error */
};

#endif
