/* SPDX-License-Identifier: ISC */
/* bearer: from header text to a person, in one SHA-256 and one SELECT. */
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "audit.h"
#include "bearer.h"
#include "conf.h"
#include "log.h"
#include "store_grant.h"

enum { SEEN_EVERY = 3600 };

const struct fail bearer_missing = FAIL(401, NULL, "This endpoint needs an access token");
const struct fail bearer_malformed = FAIL(400, "invalid_request",
    "The Authorization header is not one well-formed Bearer token");
const struct fail bearer_two = FAIL(400, "invalid_request",
    "Two header fields hold credentials, and not the same ones");
const struct fail bearer_invalid = FAIL(401, "invalid_token",
    "The access token is unknown, expired, revoked or not meant for this server");
const struct fail bearer_scope = FAIL(403, "insufficient_scope",
    "This needs permissions that the access token does not have");

/* One word: what is not in the alphabet of RFC 6750 section 2.1 is no token of ours anyway. */
static bool is_one_word(const char *text)
{
	return *text && text[strcspn(text, " \t,")] == '\0';
}

/* credentials = auth-scheme [ 1*SP token68 ], RFC 9110 section 11.4; the scheme without regard to case. */
static const struct fail *token_read(const char *authorization, const char **token)
{
	size_t n;

	if (!authorization)
		return &bearer_missing;
	n = strcspn(authorization, " \t,");
	if (n != 6 || strncasecmp(authorization, "Bearer", 6) != 0)
		return strchr(authorization, ',') ? &bearer_malformed : &bearer_missing;
	*token = authorization + n + strspn(authorization + n, " ");
	return authorization[n] == ' ' && is_one_word(*token) ? NULL : &bearer_malformed;
}

const struct fail *bearer_pick(const char *authorization, const char *instead, const char **credentials)
{
	*credentials = authorization ? authorization : instead;
	return authorization && instead && strcmp(authorization, instead) != 0 ? &bearer_two : NULL;
}

const struct fail *bearer_check(struct context *cx, const char *authorization, struct bearer **who)
{
	const struct fail *no;
	const char *token;
	struct digest hash;
	struct secret s;

	*who = NULL;
	if ((no = token_read(authorization, &token)))
		return no;
	if (!crypto_secret_read(SECRET_ACCESS, token, &s))
		return &bearer_invalid;
	hash = crypto_digest_secret(&s);
	if ((no = access_find(cx->store, cx->arena, &hash, cx->now, who)))
		return no;
	if (*who && strcmp((*who)->resource, cx->resource->uri) == 0) {
		cx->trail = (struct trail){
			.attempt = (*who)->attempt, .user = (*who)->user_name, .client_id = (*who)->client_id,
			.resource = cx->resource->uri,
		};
		return NULL;
	}
	log_line("token %02x%02x%02x%02x refused: %s", hash.v[0], hash.v[1], hash.v[2], hash.v[3],
	    *who ? "meant for another resource" : "unknown, expired or revoked");
	if (!*who)
		access_end_expired(cx->store, &hash, cx->now);
	*who = NULL;
	return &bearer_invalid;
}

void bearer_seen(struct context *cx, const struct bearer *who)
{
	const struct fail *no;

	if (who->used_at > cx->now - SEEN_EVERY)
		return;
	store_end(cx->store);
	no = store_begin_remark(cx->store);
	if (!no)
		no = grant_touch(cx->store, who->grant_id, cx->now);
	if (!no && !who->used_at)
		no = audit_note(cx, AUDIT_FIRST_CALL);
	if (!no)
		no = store_commit(cx->store);
	store_end(cx->store);
}

/* RFC 6750 section 3, RFC 9728 section 5.1 */
const char *bearer_challenge(struct context *cx, const struct fail *no, const char *scope)
{
	const char *error = "";

	if (no->error)
		error = arena_printf(cx->arena, "error=\"%s\", error_description=\"%s\", ", no->error, no->description);
	return arena_printf(cx->arena, "Bearer %sresource_metadata=\"%s/.well-known/oauth-protected-resource%s\", scope=\"%s\"",
	    error, cx->conf->issuer, cx->resource->path, scope);
}
