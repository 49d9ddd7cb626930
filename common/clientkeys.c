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

/* Kept for an hour; where fetching fails, what was good yesterday still is. */
enum { KEEP = 3600, KEEP_STALE = 86400 };

static struct json_object *read_keys(struct context *cx, const char *text, const char **why)
{
	struct json_object *keys;

	*why = "its keys are no JSON";
	if (!text || !json_read(cx->arena, text, strlen(text), &keys))
		return NULL;
	*why = jwks_check(keys);
	return *why ? NULL : keys;
}

/*
 * A fetch costs somebody else's server a request, and holds up this process: each address and each host has a budget, and
 * anybody can name a client, so that its keys are looked for once in a while (limit_keys), whether one was missing or all were
 * not to be had.  All three are counted, or none.
 */
static const struct fail *spend(struct context *cx, const char *uri, const char *whom, const char **why)
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
	if (!(no = limit_take_always(cx, LIMIT_KEYS, whom)))
		return store_commit(cx->store);
	store_end(cx->store);
	*why = "its keys were looked for a moment ago: they hold no such key, or were not to be had";
	return no->status == 429 ? NULL : no;
}

/* What the operator has pinned is not fetched, and so are its keys not. */
static bool is_fetched(const struct context *cx, const struct client *c)
{
	return strcmp(c->kind, "document") != 0 || cx->conf->client_id_documents == DOCUMENTS_ON;
}

/* whom: whose turn it is, in limit_keys. */
static const struct fail *fetch(struct context *cx, struct client *c, const char *whom, struct json_object **keys,
    const char **why)
{
	struct fetch f = {
		.url = c->keys_uri, .ca_file = cx->conf->cimd_ca_file, .loopback = cx->conf->loopback, .keys = true,
	};
	const struct fail *no;

	*keys = NULL;
	*why = "its keys are at its jwks_uri, and nothing is fetched (client_id_documents)";
	if (!is_fetched(cx, c))
		return NULL;
	if ((no = spend(cx, c->keys_uri, whom, why)) || *why)
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

	*keys = NULL;
	if (again)
		return c->keys_uri ? fetch(cx, c, c->id, keys, why) : NULL;
	if (!c->keys_uri || (c->keys && age >= 0 && age < KEEP)) {
		*keys = read_keys(cx, c->keys, why);
		return NULL;
	}
	no = fetch(cx, c, arena_printf(cx->arena, "%s, all", c->id), keys, why);
	if (*keys || !c->keys || age >= KEEP_STALE || (no && no->status != 429))
		return no;
	log_line("client %s: %s; the kept keys serve", c->id, no ? no->description : *why);
	*keys = read_keys(cx, c->keys, why);
	return NULL;
}
