/* SPDX-License-Identifier: ISC */
/* rpc_message: the shape of a message, and the shape of an error. */
#include <string.h>

#include "json.h"
#include "rpc_message.h"

static const struct fail no_message = {
	400, "invalid_request", "The body is not a JSON-RPC 2.0 message", RPC_INVALID_REQUEST, 0, 0
};
static const struct fail no_id = {
	400, "invalid_request", "id must be a string or an integer", RPC_INVALID_REQUEST, 0, 0
};
static const struct fail no_params = {
	400, "invalid_request", "params must be an object", RPC_INVALID_REQUEST, 0, 0
};

/* A string or an integer, as JSON text of the same type (MCP, "Requests": the id must not be null). */
static const char *id_read(struct arena *a, struct json_object *id)
{
	struct buf b = buf_new(a);

	if (!json_object_is_type(id, json_type_string) && !json_object_is_type(id, json_type_int))
		return NULL;
	if (json_object_is_type(id, json_type_string))
		json_put_textn(&b, json_object_get_string(id), (size_t)json_object_get_string_len(id));
	else
		json_put(&b, id);
	return b.v;
}

const struct fail *rpc_message_read(struct arena *a, struct json_object *value, struct rpc_message *m)
{
	const char *id = id_read(a, json_get(value, "id")), *version = json_text(value, "jsonrpc");

	*m = (struct rpc_message){
		.kind = json_has(value, "id") ? RPC_REQUEST : RPC_NOTIFICATION,
		.id = id ? id : "null",
		.method = json_text(value, "method"),
		.params = json_get(value, "params"),
		.value = value,
	};
	if (!version || strcmp(version, "2.0") != 0)
		return &no_message;
	if (!json_has(value, "method") && (json_has(value, "result") || json_has(value, "error"))) {
		m->kind = RPC_RESPONSE;
		return NULL;
	}
	if (!m->method)
		return &no_message;
	if (m->kind == RPC_REQUEST && !id)
		return &no_id;
	return m->params && !json_object_is_type(m->params, json_type_object) ? &no_params : NULL;
}

void rpc_message_put_error(struct buf *b, const struct context *cx, const struct fail *no, const char *id,
    const char *data)
{
	int code = no->code ? no->code : RPC_INVALID_REQUEST;

	buf_text(b, "{\"jsonrpc\":\"2.0\",\"id\":");
	buf_text(b, id);
	buf_text(b, ",\"error\":{");
	json_put_number(b, "code", code);
	json_put_member(b, "message", no->description);
	if (code == RPC_INTERNAL_ERROR)
		data = arena_printf(cx->arena, "{\"requestId\":\"%s\"}", cx->id);
	if (data) {
		json_put_name(b, "data");
		buf_text(b, data);
	}
	buf_text(b, "}}");
}
