/* SPDX-License-Identifier: ISC */
/*
 * rpc_era: which revision a message is in.  Old clients start with initialize, new ones say in every message what they
 * speak; both come to the same address, one message at a time, and nothing is remembered between two of them.  The
 * body decides; the header fields that mirror it are a cross-check (MCP 2026-07-28, Streamable HTTP, "Protocol Version
 * Header", "Standard Headers" and "Backwards Compatibility").
 */
#ifndef RPC_ERA_H
#define RPC_ERA_H

#include <stdbool.h>

#include "rpc_message.h"

/* Header fields as they came; NULL: absent or empty. */
struct rpc_headers {
	const char *version;	/* MCP-Protocol-Version */
	const char *method;	/* Mcp-Method */
	const char *name;	/* Mcp-Name */
	const char *session;	/* Mcp-Session-Id */
	const char *(*find)(void *with, const char *name);	/* any other by its name: Mcp-Param-...; NULL: there are none */
	void *with;
};

/*
 * Sets m->revision, or refuses; then m->data may be set.  A claim is a member io.modelcontextprotocol/protocolVersion
 * of params._meta: with it a message is of the stateless kind, without it of the kind that starts with initialize.
 */
const struct fail *rpc_era_find(struct arena *a, const struct rpc_headers *h, struct rpc_message *m)
    __attribute__((nonnull, warn_unused_result));

/*
 * For a request without a body: the version that its header claims; without one the oldest.  Refused: one that nobody serves.
 * What comes after the newest revision counts as that one.
 */
const struct fail *rpc_era_find_version(struct arena *a, const struct rpc_headers *h, enum revision *r)
    __attribute__((nonnull, warn_unused_result));

/* Of a request for which the Mcp-Method header had another name. */
extern const struct fail rpc_era_other_method;

/* May an array of messages come with these headers?  Only 2025-03-26 has them, and it has no version header. */
bool rpc_era_has_batches(struct arena *a, const struct rpc_headers *h) __attribute__((nonnull));

/*
 * What a mirrored field says ("Value Encoding"): without blanks around it, itself or =?base64?...?=.  NULL: it is neither plain
 * text nor well-formed.
 */
const char *rpc_era_value(struct arena *a, const char *field) __attribute__((nonnull));

/* Does the message claim a version of its own? */
bool rpc_era_has_claim(const struct rpc_message *m) __attribute__((nonnull));

#endif
