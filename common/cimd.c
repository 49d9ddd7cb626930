/* SPDX-License-Identifier: ISC */
/*
 * cimd: where the description of a client comes from.  A pinned document is the operator's word and comes before everything; what
 * was fetched counts for as long as it says, within bounds of ours; a failure is not kept, and leaves what is kept.
 */
#include <string.h>

#include "arena.h"
#include "cimd.h"
#include "conf.h"
#include "fetch_child.h"
#include "fetch_rule.h"
#include "json.h"
#include "limit.h"
#include "log.h"
#include "redirect.h"
#include "store_client_document.h"
#include "store_pinned.h"
#include "url.h"

enum {
	FRESH_LEAST = 300, FRESH_MOST = 86400,	/* CIMD section 4.4 leaves both to us */
	DOCUMENTS_KEPT = 500,
};

const struct fail cimd_url_invalid = FAIL(400, "invalid_request",
    "The client_id begins with https but is not the URL of a client metadata document");
const struct fail cimd_unusable = FAIL(400, "invalid_client",
    "The application is described by a document at its own address, and what is there does not allow this request");

static const struct fail *refuse(struct context *cx, const char *url, const char *why)
{
	log_line("client document %.300s: %s", url, why);
	cx->trail.why = arena_printf(cx->arena, "the client's document: %s", why);
	return &cimd_unusable;
}

/* ---- storing ------------------------------------------------------------------------------------------------------ */

static int64_t fresh_until(const struct context *cx, int64_t lifetime)
{
	if (lifetime == 0)
		return cx->now;
	if (lifetime < FRESH_LEAST)
		lifetime = FRESH_LEAST;
	return cx->now + (lifetime > FRESH_MOST ? FRESH_MOST : lifetime);
}

/* A text that should be a document, from wherever; lifetime as the fetcher says it. */
static const struct fail *take(struct context *cx, const char *url, const char *text, size_t len, int64_t lifetime,
    struct client **c)
{
	struct json_object *doc;
	const struct fail *no;
	struct client said;
	const char *why;
	bool stored;

	if (!json_read(cx->arena, text, len, &doc))
		return refuse(cx, url, "the document is not JSON");
	if ((no = cimd_read(cx, url, doc, &said, &why)))
		return no;
	if (why)
		return refuse(cx, url, why);
	said.fresh_until = fresh_until(cx, lifetime);
	if ((no = store_begin(cx->store)) ||
	    (no = client_document_put(cx->store, &said, cx->now, DOCUMENTS_KEPT, &stored)) ||
	    (no = client_find(cx->store, cx->arena, url, c)) || (no = store_commit(cx->store)))
		return no;
	return stored && *c ? NULL : refuse(cx, url, "the operator has disabled this client");
}

static const struct fail *take_pinned(struct context *cx, const struct pinned *p, struct client **c)
{
	return take(cx, p->client_id, p->document, strlen(p->document), 0, c);
}

/* ---- fetching ----------------------------------------------------------------------------------------------------- */

/* The address of whoever asks, and the host that is asked, have so many fetches each. */
static const struct fail *spend(struct context *cx, const char *host)
{
	const struct fail *no;

	if ((no = store_begin(cx->store)) || (no = limit_take(cx, LIMIT_FETCH, limit_address(cx))) ||
	    (no = limit_take(cx, LIMIT_FETCH_HOST, host))) {
		store_end(cx->store);
		return no;
	}
	return store_commit(cx->store);
}

static const struct fail *fetch(struct context *cx, const char *url, const struct pinned *fallback, struct client **c)
{
	struct fetch f = { .url = url, .ca_file = cx->conf->cimd_ca_file, .loopback = cx->conf->loopback };
	const struct fail *no;
	struct url u;

	if (!fetch_url_read(cx->arena, url, &u))
		return refuse(cx, url, "its host is none that is fetched from");
	if ((no = spend(cx, u.host)))
		return no;
	switch (fetch_ask(cx->arena, &f)) {
	case FETCH_OK:
		return take(cx, url, f.body, f.len, f.lifetime, c);
	case FETCH_UNREACHABLE:
		if (!fallback)
			break;
		log_line("client document %.300s: %s; the pinned copy is used", url, f.why);
		return take_pinned(cx, fallback, c);
	case FETCH_GONE:
	case FETCH_INVALID:
	case FETCH_FORBIDDEN:
		break;
	}
	return refuse(cx, url, f.why);
}

/* ---- finding ------------------------------------------------------------------------------------------------------ */

static bool will_do(struct context *cx, const struct client *c, const char *redirect_uri)
{
	return c->fresh_until > cx->now &&
	    (!redirect_uri || redirect_is_registered(cx->arena, c->redirect_uris, redirect_uri));
}

static const struct fail *find(struct context *cx, const char *url, const char *redirect_uri, struct client **c)
{
	const struct fail *no;
	struct pinned *p;
	bool disabled;

	if ((no = client_document_find_disabled(cx->store, url, &disabled)) ||
	    (no = pinned_find(cx->store, cx->arena, url, &p)))
		return no;
	if (disabled)
		return refuse(cx, url, "the operator has disabled this client");
	if (p && (!p->fallback || cx->conf->client_id_documents == DOCUMENTS_PINNED))
		return take_pinned(cx, p, c);
	if (cx->conf->client_id_documents != DOCUMENTS_ON)
		return refuse(cx, url, "the operator has not pinned it, and nothing is fetched (client_id_documents)");
	if ((no = client_find(cx->store, cx->arena, url, c)))
		return no;
	return *c && will_do(cx, *c, redirect_uri) ? NULL : fetch(cx, url, p, c);
}

const struct fail *cimd_find(struct context *cx, const char *url, const char *redirect_uri, struct client **c)
{
	const char *why = cimd_url_check(cx->arena, url);

	*c = NULL;
	if (!why)
		return find(cx, url, redirect_uri, c);
	cx->trail.why = why;
	return &cimd_url_invalid;
}
