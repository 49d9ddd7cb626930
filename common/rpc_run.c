/* SPDX-License-Identifier: ISC */
/* rpc_run: envelopes, pages, rounds. */
#include <string.h>

#include "arena.h"
#include "conf.h"
#include "crypto.h"
#include "json.h"
#include "log.h"
#include "rpc_ask.h"
#include "rpc_run.h"
#include "rpc_state.h"

static const struct fail no_cursor = {
	200, "invalid_request", "params.cursor is not one that this server gave", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail no_capability = {
	400, "invalid_request", "Missing required client capability", RPC_MISSING_CAPABILITY, 0, 0
};

/* -- the envelope of a result -- */

void rpc_run_put_server(const struct rpc_run *r)
{
	buf_char(r->b, '{');
	json_put_member(r->b, "name", "mcp-cgi");
	rpc_shape_put(r->b, r->revision, PART_TITLE, "title", r->cx->conf->site_name);
	json_put_member(r->b, "version", MCP_CGI_VERSION);
	buf_char(r->b, '}');
}

void rpc_run_begin_as(const struct rpc_run *r, const char *kind)
{
	buf_text(r->b, "{\"jsonrpc\":\"2.0\",\"id\":");
	buf_text(r->b, r->m->id);
	buf_text(r->b, ",\"result\":{");
	rpc_shape_put(r->b, r->revision, PART_RESULT_TYPE, "resultType", kind);
}

void rpc_run_begin(const struct rpc_run *r)
{
	rpc_run_begin_as(r, "complete");
}

const struct fail *rpc_run_end(const struct rpc_run *r)
{
	if (rpc_shape_has(r->revision, PART_SERVER_INFO)) {
		json_put_name(r->b, "_meta");
		buf_text(r->b, "{\"io.modelcontextprotocol/serverInfo\":");
		rpc_run_put_server(r);
		buf_char(r->b, '}');
	}
	buf_text(r->b, "}}");
	return NULL;
}

void rpc_run_put_cache(const struct rpc_run *r, const char *ttl, const char *scope)
{
	rpc_shape_put_json(r->b, r->revision, PART_CACHE, "ttlMs", ttl);
	rpc_shape_put(r->b, r->revision, PART_CACHE, "cacheScope", scope);
}

void rpc_run_put_json(const struct rpc_run *r, const char *name, const char *json)
{
	json_put_name(r->b, name);
	buf_text(r->b, json);
}

/* -- pages -- */

/* The name behind which a page begins, with a check on it: a text that nobody gave out is no cursor. */
static const char *cursor_of(struct arena *a, const char *name)
{
	struct digest d = crypto_digest_text(arena_printf(a, "cursor %s", name));

	return arena_printf(a, "%s.%.16s", crypto_base64url(a, name, strlen(name)), crypto_base64url(a, d.v, sizeof d.v));
}

const struct fail *rpc_run_read_cursor(const struct rpc_run *r, const char **after)
{
	struct arena *a = r->cx->arena;
	const char *cursor = json_text(r->m->params, "cursor"), *dot = cursor ? strchr(cursor, '.') : NULL;
	size_t n = 0;

	*after = NULL;
	if (!json_get(r->m->params, "cursor"))
		return NULL;
	if (dot)
		*after = crypto_base64url_read(a, cursor, (size_t)(dot - cursor), &n);
	return *after && strlen(*after) == n && strcmp(cursor_of(a, *after), cursor) == 0 ? NULL : &no_cursor;
}

void rpc_run_put_next(const struct rpc_run *r, const char *last)
{
	if (last)
		json_put_member(r->b, "nextCursor", cursor_of(r->cx->arena, last));
}

/* -- what a round came to -- */

/* A program's own error, in the protocol's form. */
static const struct fail *put_error(const struct rpc_run *r, struct json_object *error)
{
	buf_text(r->b, "{\"jsonrpc\":\"2.0\",\"id\":");
	buf_text(r->b, r->m->id);
	buf_text(r->b, ",\"error\":");
	json_put(r->b, error);
	buf_char(r->b, '}');
	return NULL;
}

/*
 * A question of an older revision that comes here could not be asked (rpc_rounds.h): then answer has a sentence instead, and
 * nothing was appended.
 */
static const struct fail *put_question(struct rpc_run *r, struct call *c, struct answer *answer)
{
	const char *needed, *wrong, *state = NULL;
	struct json_object *questions = rpc_ask_questions(c, answer->ask, &needed, &wrong);
	const struct fail *no;

	if (!wrong && r->revision < REVISION_MODERN)
		wrong = "There is a question to be answered first, and this client cannot be asked.";
	if (wrong) {
		log_line("%s", wrong);
		answer_wrong(c, answer, wrong);
		answer->ask = NULL;
		answer->state = NULL;
		return NULL;
	}
	if (needed && json_object_object_length(questions) == 0) {
		r->m->data = needed;
		return &no_capability;
	}
	if (!(state = rpc_state_seal(c, r->m, answer->state, rpc_ask_asked(c, questions), &no)))
		return no;
	rpc_run_begin_as(r, "input_required");
	if (json_object_object_length(questions) > 0) {
		json_put_name(r->b, "inputRequests");
		json_put(r->b, questions);
	}
	json_put_member(r->b, "requestState", state);
	return rpc_run_end(r);
}

static void put_members(const struct rpc_run *r, const struct answer *answer)
{
	struct json_object *messages = answer->kind == ANSWER_MESSAGES ? json_get(answer->result, "messages") : NULL;

	if (messages) {
		json_put_member(r->b, "description", json_text(answer->result, "description"));
		rpc_shape_put_messages(r->b, r->revision, messages);
	} else if (answer->kind == ANSWER_CONTENTS && answer->result) {
		rpc_shape_put_contents(r->b, r->revision, json_get(answer->result, "contents"));
	} else if (answer->result) {
		rpc_shape_put_result(r->b, r->revision, answer->result);
	} else {
		rpc_shape_put_members(r->b, r->revision, &answer->text);
	}
	if (answer->kind == ANSWER_CONTENTS)
		rpc_run_put_cache(r, "0", "private");
}

const struct fail *rpc_run_put_answer(struct rpc_run *r, struct call *c, struct answer *answer)
{
	const struct fail *no;

	if (answer->error)
		return put_error(r, answer->error);
	if (answer->ask || answer->state) {
		if ((no = put_question(r, c, answer)) || answer->ask || answer->state)
			return no;
	}
	if (answer->error)
		return put_error(r, answer->error);
	rpc_run_begin(r);
	put_members(r, answer);
	return rpc_run_end(r);
}
