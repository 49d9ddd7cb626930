/* SPDX-License-Identifier: ISC */
/* rpc_server: who we are and what we can. */
#include "json.h"
#include "rpc_capability.h"
#include "rpc_server.h"
#include "rpc_session.h"

#define INSTRUCTIONS \
    "A knowledge base that the user shares with others. Search it with search_knowledge_base before you answer what " \
    "its documents may settle, read what you rely on with read_document, and name the documents you used. Write to it " \
    "with create_document, update_document and delete_document only what the user wants to keep, change or remove."

static const struct fail no_version = {
	200, "invalid_request", "params.protocolVersion must be a string", RPC_INVALID_PARAMS, 0, 0
};

/* The list must be one from which every version can be put into params._meta: those that initialize are not in it. */
const struct fail *rpc_server_discover(struct rpc_run *r)
{
	rpc_run_begin(r);
	json_put_words(r->b, "supportedVersions", rpc_shape_name(REVISION_MODERN));
	rpc_capability_put(r->b, r->cx, REVISION_MODERN);
	json_put_member(r->b, "instructions", INSTRUCTIONS);
	rpc_run_put_cache(r, RPC_CACHE_DISCOVER, "public");
	return rpc_run_end(r);
}

/* The version that was asked for if it is one that initializes, else the last such ("Version Negotiation"). */
const struct fail *rpc_server_initialize(struct rpc_run *r)
{
	const char *asked = json_text(r->m->params, "protocolVersion");
	const struct fail *no;

	if (!asked)
		return &no_version;
	if (!rpc_shape_find(asked, &r->revision) || r->revision > REVISION_LAST_LEGACY)
		r->revision = REVISION_LAST_LEGACY;
	if ((no = rpc_session_begin(r)))
		return no;
	rpc_run_begin(r);
	json_put_member(r->b, "protocolVersion", rpc_shape_name(r->revision));
	rpc_capability_put(r->b, r->cx, r->revision);
	json_put_name(r->b, "serverInfo");
	rpc_run_put_server(r);
	json_put_member(r->b, "instructions", INSTRUCTIONS);
	return rpc_run_end(r);
}

const struct fail *rpc_server_ping(struct rpc_run *r)
{
	rpc_run_begin(r);
	return rpc_run_end(r);
}
