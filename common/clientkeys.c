/* SPDX-License-Identifier: ISC */
/* clientkeys: kept, fetched, or fetched again. */
#include <string.h>

#include "arena.h"
#include "clientkeys.h"
#include "conf.h"
#include "fetch_child.h"
#include "json.h"
#include "jws.h"
#include "limit.h"
#include "log.h"
#include "store.h"
#include "store_client_keys.h"
#include "url.h"

/* Kept for an hour; where fetching fails, what was good yesterday still is.  A new key is asked for once a minute. */
enum { KEEP = 3600, KEEP_STALE = 86400, AGAIN = 60 };

static struct json_object *read_keys(struct context *cx, const char *text, const char **why)
{
	struct json_object *keys;

	*why = "its keys are no JSON";
	if (!text || !json_read(cx->arena, text, strlen(text), &keys))
		return NULL;
	*why = jwks_check(keys);
	return *why ? NULL : keys;
}

/* A fetch costs somebody else's server a request: each address and each host has a budget. */
static const struct fail *spend(struct context *cx, const char *uri, const char **why)
{
	const struct fail *no;
	struct url u;

	*why = "its jwks_uri is no https URL";
	if (!url_read(cx->arena, uri, &u))
		return NULL;
	*why = NULL;
	if ((no = store_begin(cx->store)) || (no = limit_take(cx, LIMIT_FETCH, limit_address(cx))) ||
	    (no = limit_take(cx, LIMIT_FETCH_HOST, u.host))) {
		store_end(cx->store);
		return no;
	}
	return store_commit(cx->store);
}

static const struct fail *fetch(struct context *cx, struct client *c, struct json_object **keys, const char **why)
{
	struct fetch f = {
		.url = c->keys_uri, .ca_file = cx->conf->cimd_ca_file, .loopback = cx->conf->loopback, .keys = true,
	};
	const struct fail *no = spend(cx, c->keys_uri, why);

	*keys = NULL;
	if (no || *why)
		return no;
	if (fetch_ask(cx->arena, &f) != FETCH_OK) {
		*why = arena_printf(cx->arena, "its keys could not be fetched: %s", f.why);
		return NULL;
	}
	if (strlen(f.body) != f.len || !(*keys = read_keys(cx, f.body, why)))
		return NULL;
	c->keys = f.body;
	c->keys_at = cx->now;
	if ((no = store_begin(cx->store)) || (no = client_keys_put(cx->store, c, c->keys, cx->now))) {
		store_end(cx->store);
		return no;
	}
	return store_commit(cx->store);
}

const struct fail *clientkeys_find(struct context *cx, struct client *c, bool again, struct json_object **keys,
    const char **why)
{
	int64_t age = cx->now - c->keys_at;
	const struct fail *no;

	if (!c->keys_uri || (!again && c->keys && age >= 0 && age < KEEP)) {
		*keys = again ? NULL : read_keys(cx, c->keys, why);
		return NULL;
	}
	if (again && age >= 0 && age < AGAIN) {
		*keys = NULL;
		return NULL;
	}
	no = fetch(cx, c, keys, why);
	if (no || *keys || again || !c->keys || age >= KEEP_STALE)
		return no;
	log_line("client %s: %s; the kept keys serve", c->id, *why);
	*keys = read_keys(cx, c->keys, why);
	return NULL;
}
