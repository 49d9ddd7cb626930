/* SPDX-License-Identifier: ISC */
/* rpc_state: v1.PAYLOAD.HMAC, both in base64url; nothing of the payload is looked at before the HMAC was. */
#include <inttypes.h>
#include <string.h>

#include <json-c/json.h>

#include "arena.h"
#include "buf.h"
#include "json.h"
#include "rpc_state.h"
#include "store_meta.h"
#include "store_spent.h"

static const struct fail no_state = {
	200, "invalid_request", "requestState is not one of this request, or is too old", RPC_INVALID_PARAMS, 0, 0
};

static const struct fail spent_state = {
	200, "invalid_request", "requestState was used already: call the tool anew", RPC_INVALID_PARAMS, 0, 0
};

/* The file's key serves more than one purpose; each has one of its own. */
static const struct fail *find_key(struct call *c, struct digest *key)
{
	static const char purpose[] = "requestState";
	const struct fail *no = meta_find_key(c->cx->store, key);

	if (!no)
		*key = crypto_hmac(key->v, sizeof key->v, purpose, sizeof purpose - 1);
	return no;
}

/* Where, the method, what is called, and its arguments, member by member as they were sent. */
static const char *subject(struct call *c, const struct rpc_message *m)
{
	struct buf b = buf_new(c->cx->arena);
	struct digest d;

	buf_text(&b, c->who->resource);
	buf_char(&b, '\n');
	buf_text(&b, m->method);
	buf_char(&b, '\n');
	json_put(&b, json_get(m->params, "name"));
	json_put(&b, json_get(m->params, "uri"));
	json_put(&b, json_get(m->params, "arguments"));
	d = crypto_sha256(b.v, b.len);
	return crypto_base64url(c->cx->arena, d.v, sizeof d.v);
}

static const char *signature(struct call *c, const struct digest *key, const char *signed_part, size_t n)
{
	struct digest d = crypto_hmac(key->v, sizeof key->v, signed_part, n);

	return crypto_base64url(c->cx->arena, d.v, sizeof d.v);
}

const char *rpc_state_seal(struct call *c, const struct rpc_message *m, const char *state, struct json_object *asked,
    const struct fail **no)
{
	struct arena *a = c->cx->arena;
	struct buf b = buf_new(a);
	struct digest key;
	const char *text;

	if ((*no = find_key(c, &key)))
		return NULL;
	buf_char(&b, '{');
	json_put_number(&b, "until", c->cx->now + RPC_STATE_SECONDS);
	json_put_number(&b, "user", c->who->user_id);
	json_put_member(&b, "client", c->who->client_id);
	json_put_member(&b, "of", subject(c, m));
	json_put_member(&b, "state", state ? state : "");
	json_put_name(&b, "asked");
	json_put(&b, asked);
	json_put_name(&b, "answers");
	if (c->answers)
		json_put(&b, c->answers);
	else
		buf_text(&b, "{}");
	buf_char(&b, '}');
	text = arena_printf(a, "v1.%s", crypto_base64url(a, b.v, b.len));
	return arena_printf(a, "%s.%s", text, signature(c, &key, text, strlen(text)));
}

static bool is_mine(struct call *c, const struct rpc_message *m, struct json_object *payload)
{
	const char *client = json_text(payload, "client"), *of = json_text(payload, "of");

	return json_object_get_int64(json_get(payload, "until")) >= c->cx->now &&
	    json_object_get_int64(json_get(payload, "user")) == c->who->user_id &&
	    client && strcmp(client, c->who->client_id) == 0 && of && strcmp(of, subject(c, m)) == 0;
}

const struct fail *rpc_state_open(struct call *c, const struct rpc_message *m, const char *text)
{
	struct arena *a = c->cx->arena;
	const char *dot = strrchr(text, '.'), *bytes;
	struct json_object *payload;
	const struct fail *no;
	struct digest key;
	size_t n;

	if (strncmp(text, "v1.", 3) != 0 || dot < text + 3)
		return &no_state;
	if ((no = find_key(c, &key)))
		return no;
	if (!crypto_equal_text(dot + 1, signature(c, &key, text, (size_t)(dot - text))))
		return &no_state;
	bytes = crypto_base64url_read(a, text + 3, (size_t)(dot - text - 3), &n);
	if (!bytes || !json_read(a, bytes, n, &payload) || !is_mine(c, m, payload))
		return &no_state;
	c->state = json_text(payload, "state");
	c->answers = json_get(payload, "answers");
	c->asked = json_get(payload, "asked");
	c->round = text;
	return NULL;
}

/* Its own end comes no later than that of the row. */
const struct fail *rpc_state_spend(struct call *c)
{
	struct store *s = c->cx->store;
	struct digest d = crypto_digest_text(c->round);
	const struct fail *no = store_begin(s);
	bool fresh = false;

	if (!no)
		no = spent_put(s, &d, c->cx->now + RPC_STATE_SECONDS, c->cx->now, &fresh);
	if (!no)
		no = store_commit(s);
	store_end(s);
	return no || fresh ? no : &spent_state;
}
