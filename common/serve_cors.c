/* SPDX-License-Identifier: ISC */
/* serve_cors: which pages may call a program by script, and with which header fields (Fetch standard, section 3.2). */
#include <string.h>

#include "arena.h"
#include "conf.h"
#include "serve.h"
#include "serve_front.h"

static const struct fail foreign_origin = FAIL(403, "invalid_request",
    "Requests from this origin are not allowed");

static bool origin_is_allowed(const struct request *rq, const char *origin)
{
	return strcmp(origin, rq->cx.conf->issuer) == 0 || conf_has_word(rq->cx.conf->allowed_origins, origin);
}

/* The programs behind the MCP endpoint take a token in one more field, if the settings say so. */
static const char *with_rescue(const struct request *rq, const char *fields)
{
	const char *more = rq->cx.conf->authorization_header;

	return more ? arena_printf(rq->cx.arena, "%s, %s", fields, more) : fields;
}

const struct fail *serve_cors(struct request *rq, struct response *rs, const struct endpoint *ep)
{
	const char *origin = http_env(rq, "HTTP_ORIGIN");

	if (ep->cors == CORS_NONE)
		return NULL;
	if (ep->cors == CORS_LISTED) {
		http_header(rs, "Vary", with_rescue(rq, "Origin"));
		if (!origin)
			return NULL;
		if (!origin_is_allowed(rq, origin))
			return &foreign_origin;
	}
	http_header(rs, "Access-Control-Allow-Origin", ep->cors == CORS_ANY ? "*" : origin);
	http_header(rs, "Access-Control-Expose-Headers", "Mcp-Session-Id, WWW-Authenticate");
	return NULL;
}

void serve_options(const struct request *rq, struct response *rs, const struct endpoint *ep, const char *allow)
{
	static const char fields[] = "Authorization, Content-Type, Accept, MCP-Protocol-Version, Mcp-Method, Mcp-Name, "
	    "Mcp-Session-Id, Last-Event-ID";

	rs->status = 204;
	http_header(rs, "Cache-Control", "no-store");
	http_header(rs, "Allow", allow);
	http_header(rs, "Access-Control-Allow-Methods", allow);
	http_header(rs, "Access-Control-Allow-Headers", ep->cors == CORS_LISTED ? with_rescue(rq, fields) : fields);
	http_header(rs, "Access-Control-Max-Age", "86400");
}
