/* SPDX-License-Identifier: ISC */
/* rpc_era: the claim first, then the headers, in the order in which clients expect to hear of what is wrong. */
#include <string.h>

#include "crypto.h"
#include "json.h"
#include "rpc_era.h"
#include "utf8.h"

#define META "io.modelcontextprotocol/"

static const struct fail no_meta = {
	400, "invalid_request", "Missing params._meta keys " META "protocolVersion and " META "clientCapabilities",
	RPC_INVALID_PARAMS, 0, 0
};
static const struct fail no_meta_version = {
	400, "invalid_request", "Missing params._meta key " META "protocolVersion", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail no_version_text = {
	400, "invalid_request", "params._meta key " META "protocolVersion must be a string", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail no_capabilities = {
	400, "invalid_request", "Missing params._meta key " META "clientCapabilities, an object", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail no_client = {
	400, "invalid_request", "params._meta key " META "clientInfo must be an object with name and version",
	RPC_INVALID_PARAMS, 0, 0
};
static const struct fail other_version = {
	400, "invalid_request", "Header mismatch: MCP-Protocol-Version is not the protocolVersion of params._meta",
	RPC_HEADER_MISMATCH, 0, 0
};
const struct fail rpc_era_other_method = {
	400, "invalid_request", "Header mismatch: Mcp-Method is not the method of the body", RPC_HEADER_MISMATCH, 0, 0
};
static const struct fail other_name = {
	400, "invalid_request", "Header mismatch: Mcp-Name is not the name, uri or taskId in params", RPC_HEADER_MISMATCH, 0, 0
};
static const struct fail no_version_header = {
	400, "invalid_request", "Header mismatch: MCP-Protocol-Version is missing", RPC_HEADER_MISMATCH, 0, 0
};
static const struct fail no_method_header = {
	400, "invalid_request", "Header mismatch: Mcp-Method is missing", RPC_HEADER_MISMATCH, 0, 0
};
static const struct fail no_name_header = {
	400, "invalid_request", "Header mismatch: Mcp-Name is missing", RPC_HEADER_MISMATCH, 0, 0
};
static const struct fail bad_name_header = {
	400, "invalid_request", "Header mismatch: Mcp-Name is neither plain text nor well-formed base64",
	RPC_HEADER_MISMATCH, 0, 0
};
static const struct fail modern_initialize = {
	400, "invalid_request", "Header mismatch: initialize belongs to versions before 2026-07-28",
	RPC_HEADER_MISMATCH, 0, 0
};
static const struct fail other_revision = {
	400, "invalid_request", "Unsupported protocol version", RPC_UNSUPPORTED_VERSION, 0, 0
};
static const struct fail other_header_revision = {
	400, "invalid_request",
	"Unsupported protocol version in MCP-Protocol-Version (supported: 2025-03-26, 2025-06-18, 2025-11-25, 2026-07-28)",
	RPC_TRANSPORT, 0, 0
};

/* -- header fields -- */

/* Without the blanks around it (RFC 9110 section 5.5); NULL when nothing is left. */
static const char *trim(struct arena *a, const char *value)
{
	size_t n;

	if (!value)
		return NULL;
	value += strspn(value, " \t");
	for (n = strlen(value); n > 0 && strchr(" \t", value[n - 1]); n--)
		continue;
	return n ? arena_text(a, value, n) : NULL;
}

static bool is_plain(const char *value)
{
	for (; *value; value++)
		if (*value != '\t' && (*value < ' ' || *value > '~'))
			return false;
	return true;
}

/* What a mirrored value says: itself, or =?base64?...?= ("Value Encoding").  NULL when it is neither. */
static const char *value_read(struct arena *a, const char *value)
{
	static const char before[] = "=?base64?", behind[] = "?=";
	size_t n = strlen(value), head = sizeof before - 1, tail = sizeof behind - 1, len;
	const char *text;

	if (n < head + tail || strncmp(value, before, head) != 0 || strcmp(value + n - tail, behind) != 0)
		return is_plain(value) ? value : NULL;
	text = crypto_base64_read(a, value + head, n - head - tail, &len);
	return text && strlen(text) == len && utf8_is(text, len) ? text : NULL;
}

const char *rpc_era_value(struct arena *a, const char *field)
{
	const char *value = trim(a, field);

	return value ? value_read(a, value) : "";
}

/* -- the claim -- */

static struct json_object *meta_of(const struct rpc_message *m)
{
	return json_get(m->params, "_meta");
}

bool rpc_era_has_claim(const struct rpc_message *m)
{
	return json_has(meta_of(m), META "protocolVersion");
}

static const char *claim_of(const struct rpc_message *m)
{
	return json_text(meta_of(m), META "protocolVersion");
}

static const struct fail *check_claim(const struct rpc_message *m)
{
	struct json_object *meta = meta_of(m), *client = json_get(meta, META "clientInfo");

	if (!claim_of(m))
		return &no_version_text;
	if (!json_object_is_type(json_get(meta, META "clientCapabilities"), json_type_object))
		return &no_capabilities;
	if (json_has(meta, META "clientInfo") && (!json_text(client, "name") || !json_text(client, "version")))
		return &no_client;
	return NULL;
}

/* A modern header over a body without claim: say what is missing, so that a client can mend it. */
static const struct fail *missing_claim(const struct rpc_message *m)
{
	bool has_capabilities = json_object_is_type(json_get(meta_of(m), META "clientCapabilities"), json_type_object);

	return has_capabilities ? &no_meta_version : &no_meta;
}

/* -- the eras -- */

static const struct fail *check_name(struct arena *a, const struct rpc_headers *h, const struct rpc_message *m)
{
	static const struct { const char *method, *member; } named[] = {
		{ "tools/call", "name" }, { "prompts/get", "name" }, { "resources/read", "uri" },
		{ "tasks/get", "taskId" }, { "tasks/update", "taskId" }, { "tasks/cancel", "taskId" },
	};
	const char *name = NULL, *said;

	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if (strcmp(m->method, named[i].method) == 0)
			name = json_text(m->params, named[i].member);
	if (!name || (!*name && !h->name))
		return NULL;
	if (!h->name)
		return &no_name_header;
	if (!(said = value_read(a, h->name)))
		return &bad_name_header;
	return strcmp(said, name) == 0 ? NULL : &other_name;
}

static const char *revision_data(struct arena *a, const char *requested)
{
	struct buf b = buf_new(a);

	buf_char(&b, '{');
	json_put_words(&b, "supported", rpc_shape_name(REVISION_MODERN));
	json_put_member(&b, "requested", requested);
	buf_char(&b, '}');
	return b.v;
}

static const struct fail *find_modern(struct arena *a, const struct rpc_headers *h, struct rpc_message *m)
{
	const struct fail *no = check_claim(m);

	m->revision = REVISION_MODERN;
	if (no)
		return no;
	if (h->version && strcmp(h->version, claim_of(m)) != 0)
		return &other_version;
	if (h->method && strcmp(h->method, m->method) != 0)
		return &rpc_era_other_method;
	if (strcmp(claim_of(m), rpc_shape_name(REVISION_MODERN)) != 0) {
		m->data = revision_data(a, claim_of(m));
		return &other_revision;
	}
	if (!h->version)
		return &no_version_header;
	return h->method ? check_name(a, h, m) : &no_method_header;
}

/* A request without a version is in the oldest one ("Protocol Version Header" of 2025-06-18 and 2025-11-25). */
static const struct fail *find_legacy(const struct rpc_headers *h, struct rpc_message *m)
{
	m->revision = REVISION_OLDEST;
	return !h->version || rpc_shape_find(h->version, &m->revision) ? NULL : &other_header_revision;
}

static const struct fail *find_request(struct arena *a, const struct rpc_headers *h, struct rpc_message *m)
{
	bool modern_header = h->version && rpc_shape_is_modern(h->version);
	bool modern_claim = rpc_era_has_claim(m) && !check_claim(m) && rpc_shape_is_modern(claim_of(m));

	if (strcmp(m->method, "initialize") == 0 && !modern_claim) {
		m->revision = REVISION_OLDEST;		/* initialize itself finds out */
		return modern_header ? &modern_initialize : NULL;
	}
	if (rpc_era_has_claim(m))
		return find_modern(a, h, m);
	return modern_header ? missing_claim(m) : find_legacy(h, m);
}

/* Nothing is done for any of them, so that there is nothing to refuse but a version that nobody serves. */
static const struct fail *find_notification(const struct rpc_headers *h, struct rpc_message *m)
{
	if (rpc_era_has_claim(m) || (h->version && rpc_shape_is_modern(h->version))) {
		m->revision = REVISION_MODERN;
		return NULL;
	}
	return find_legacy(h, m);
}

const struct fail *rpc_era_find(struct arena *a, const struct rpc_headers *headers, struct rpc_message *m)
{
	struct rpc_headers h = {
		.version = trim(a, headers->version),
		.method = trim(a, headers->method),
		.name = trim(a, headers->name),
	};

	if (m->kind == RPC_RESPONSE) {
		m->revision = REVISION_OLDEST;
		return NULL;
	}
	return m->kind == RPC_REQUEST ? find_request(a, &h, m) : find_notification(&h, m);
}

const struct fail *rpc_era_find_version(struct arena *a, const struct rpc_headers *h, enum revision *r)
{
	const char *version = trim(a, h->version);

	*r = version && rpc_shape_is_modern(version) ? REVISION_MODERN : REVISION_OLDEST;
	return !version || *r == REVISION_MODERN || rpc_shape_find(version, r) ? NULL : &other_header_revision;
}

bool rpc_era_has_batches(struct arena *a, const struct rpc_headers *h)
{
	const char *version = trim(a, h->version);

	return !version || strcmp(version, rpc_shape_name(REVISION_OLDEST)) == 0;
}
