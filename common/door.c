/* SPDX-License-Identifier: ISC */
/* door: the token first, whatever is asked. */
#include <stdint.h>
#include <string.h>

#include "arena.h"
#include "bearer.h"
#include "door.h"
#include "listen.h"
#include "log.h"
#include "resource.h"
#include "scope.h"
#include "slot.h"
#include "stream.h"
#include "url.h"

static const struct fail no_json_type = {
	415, "invalid_request", "Content-Type must be application/json", RPC_INVALID_REQUEST, 0, 0
};

static bool is_bearer(const struct fail *no)
{
	return no == &bearer_missing || no == &bearer_malformed || no == &bearer_invalid || no == &bearer_scope ||
	    no == &bearer_two;
}

/* Every refusal is a JSON-RPC error too: an old client that finds none goes looking for an older transport. */
void door_tell(struct request *rq, struct response *rs, const struct fail *no, const char *id, const char *scope)
{
	http_answer(rs, no->status, "application/json");
	if (is_bearer(no))
		http_header(rs, "WWW-Authenticate", bearer_challenge(&rq->cx, no, scope));
	if (no->retry_after)
		http_header(rs, "Retry-After", arena_printf(rs->arena, "%d", no->retry_after));
	rpc_message_put_error(&rs->body, &rq->cx, no, id, NULL);
}

void door_refuse(struct request *rq, struct response *rs, const struct fail *no)
{
	const struct conf_resource *at = rq->cx.resource;

	door_tell(rq, rs, no, "null", at ? scope_all(rq->cx.arena, rq->cx.conf, at) : "");
}

void door_give(struct response *rs, const struct rpc_reply *reply)
{
	if (reply->session)
		http_header(rs, "Mcp-Session-Id", reply->session);
	if (reply->body.len) {
		http_answer(rs, reply->status, "application/json");
		rs->body = reply->body;
		return;
	}
	rs->status = reply->status;
	http_header(rs, "Cache-Control", "no-store");
}

bool door_accepts(const struct request *rq, const char *type)
{
	const char *accept = http_env(rq, "HTTP_ACCEPT");

	return accept && strstr(accept, type);
}

/* Absent is anything (RFC 9110 section 12.5.1). */
bool door_takes_events(const struct request *rq)
{
	return !http_env(rq, "HTTP_ACCEPT") || door_accepts(rq, "text/event-stream") || door_accepts(rq, "*/*");
}

static const char *find_header(void *with, const char *name)
{
	return http_field(with, name);
}

static struct rpc_headers headers_of(struct request *rq)
{
	return (struct rpc_headers){
		.version = http_env(rq, "HTTP_MCP_PROTOCOL_VERSION"),
		.method = http_env(rq, "HTTP_MCP_METHOD"),
		.name = http_env(rq, "HTTP_MCP_NAME"),
		.session = http_env(rq, "HTTP_MCP_SESSION_ID"),
		.find = find_header,
		.with = rq,
	};
}

struct rpc_post door_post(struct request *rq, const struct way *way)
{
	return (struct rpc_post){ .body = rq->body, .body_len = rq->body_len, .headers = headers_of(rq), .way = way };
}

const struct fail *door_find_session(struct request *rq, const char **session)
{
	const struct rpc_headers headers = headers_of(rq);
	const struct fail *no;
	enum revision r;

	*session = NULL;
	if (!headers.session)
		return NULL;
	if (!(no = rpc_era_find_version(rq->cx.arena, &headers, &r)) && r < REVISION_MODERN)
		*session = headers.session;
	return no;
}

static void give_back(void *slot)
{
	slot_drop((int)(intptr_t)slot);
}

void door_listen(struct request *rq, struct response *rs, struct listener *l, int slot, int seconds)
{
	if (slot >= 0)
		arena_defer(rq->cx.arena, give_back, (void *)(intptr_t)slot);
	if (seconds)
		listen_shorten(l, seconds);
	rs->stay = &listen_streams;
	rs->stay_with = l;
}

/* Where the request went: one program serves all endpoints of the settings. */
static const char *path_of(const struct request *rq)
{
	const char *target = http_env(rq, "REQUEST_URI"), *path;

	if (!target)
		target = http_env(rq, "SCRIPT_NAME");
	path = target ? url_clean_path(rq->cx.arena, target) : NULL;
	return path ? path : "";
}

/*
 * Apache keeps the field from programs unless it is told otherwise.  Whether a client has sent one cannot be seen from here, so
 * that the log says it once a process.
 */
static void hint_at_apache(const struct request *rq)
{
	static bool told;
	const char *server = http_env(rq, "SERVER_SOFTWARE");

	if (told || !server || strncmp(server, "Apache", strlen("Apache")) != 0)
		return;
	told = true;
	log_line("a request came without Authorization; if the client has sent it, Apache keeps it back: in .htaccess, "
	    "CGIPassAuth On (mod_fcgid: FcgidPassHeader Authorization in its configuration) lets it through; where nothing does, "
	    "authorization_header in mcp-cgi.conf(5) is left");
}

const struct fail *door_open(struct request *rq, struct bearer **who)
{
	const char *instead = rq->cx.conf->authorization_header, *credentials;
	const struct fail *no;

	if (!(rq->cx.resource = resource_at(rq->cx.conf, path_of(rq))))
		return &fail_not_found;
	if ((no = bearer_pick(http_authorization(rq), instead ? http_field(rq, instead) : NULL, &credentials)))
		return no;
	no = bearer_check(&rq->cx, credentials, who);
	if (no == &bearer_missing)
		hint_at_apache(rq);
	if (no)
		return no;
	bearer_seen(&rq->cx, *who);
	return NULL;
}

const struct fail *door_refuse_method(struct request *rq, struct response *rs)
{
	http_header(rs, "Allow", http_allow(rq->cx.arena, METHOD_POST | METHOD_OPTIONS));
	return &fail_method;
}

const struct fail *door_check_post(struct request *rq, struct response *rs)
{
	if (rq->method != METHOD_POST)
		return door_refuse_method(rq, rs);
	return http_content_type_is(rq, "application/json") ? NULL : &no_json_type;
}
