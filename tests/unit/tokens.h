/* SPDX-License-Identifier: ISC */
/* tokens: the first tokens of a grant and those that follow them, for the tests of what is given, refreshed and given up. */
#ifndef TOKENS_H
#define TOKENS_H

#include "world.h"

#include "oauth.h"

static inline const struct fail *refresh_with(struct world *w, const char *client, const struct token_request *r,
    struct tokens *t)
{
	const struct client *c = world_find_client(w, client);
	const struct fail *no;

	memset(t, 0, sizeof *t);
	no = oauth_give_for_refresh(&w->cx, c, r, t);
	store_end(w->cx.store);
	return no;
}

static inline const struct fail *refresh(struct world *w, const struct secret *token, struct tokens *t)
{
	const struct token_request r = { .refresh_token = token->v };

	return refresh_with(w, "c_one", &r, t);
}

/* The first tokens of a grant. */
static inline struct tokens start(struct world *w)
{
	struct secret code = world_code(w, "c_one");
	struct token_request r = { .code = code.v, .code_verifier = VERIFIER };
	const struct client *c = world_find_client(w, "c_one");
	struct tokens t = { 0 };

	assert_go_on(oauth_give_for_code(&w->cx, c, &r, &t));
	return t;
}

#endif
