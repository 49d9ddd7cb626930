/* SPDX-License-Identifier: ISC */
/* rpc_message: one JSON-RPC 2.0 message, looked at but not yet understood (JSON-RPC 2.0 sections 4 and 5). */
#ifndef RPC_MESSAGE_H
#define RPC_MESSAGE_H

#include <json-c/json.h>

#include "arena.h"
#include "buf.h"
#include "context.h"
#include "fail.h"
#include "rpc_shape.h"

/* JSON-RPC 2.0 section 5.1, and what MCP 2026-07-28 adds ("Error Codes" of its basic protocol). */
enum rpc_code {
	RPC_PARSE_ERROR = -32700,
	RPC_INVALID_REQUEST = -32600,
	RPC_METHOD_NOT_FOUND = -32601,
	RPC_INVALID_PARAMS = -32602,
	RPC_INTERNAL_ERROR = -32603,
	RPC_RESOURCE_NOT_FOUND = -32002,	/* before 2026-07-28 */
	RPC_NO_SESSION = -32001,	/* what the SDKs use for a session that is not there; legacy only */
	RPC_TRANSPORT = -32000,		/* what the SDKs use for a version header that is not served; legacy only */
	RPC_HEADER_MISMATCH = -32020,
	RPC_MISSING_CAPABILITY = -32021,
	RPC_UNSUPPORTED_VERSION = -32022,
};

struct mcp_session;

enum rpc_kind { RPC_REQUEST, RPC_NOTIFICATION, RPC_RESPONSE };

struct rpc_headers;

struct rpc_message {
	enum rpc_kind kind;
	const char *id;			/* JSON text, "null" unless a string or an integer was sent */
	const char *method;		/* NULL in a response */
	struct json_object *params;	/* an object, or NULL */
	struct json_object *value;	/* the whole message */
	enum revision revision;		/* set by rpc_era_find() */
	const struct rpc_headers *headers;	/* that it came with; NULL: it has none of its own */
	const char *data;		/* JSON for the data of an error, or NULL */
	const struct mcp_session *session;	/* that it belongs to, or NULL */
	const char *new_session;	/* id of the session that initialize has begun, or NULL */
};

/*
 * Reads a value as a message.  m->id is set even when the message is refused for something else, so that the
 * error can name it.  params that are null count as absent.
 */
const struct fail *rpc_message_read(struct arena *a, struct json_object *value, struct rpc_message *m)
    __attribute__((nonnull(1, 3), warn_unused_result));

/* Appends the error response for a refusal; id is JSON text.  An error of ours names the request in the log. */
void rpc_message_put_error(struct buf *b, const struct context *cx, const struct fail *no, const char *id,
    const char *data) __attribute__((nonnull(1, 2, 3, 4)));

#endif
