/* SPDX-License-Identifier: ISC */
/* rpc_ask: short forms, capabilities, shapes. */
#include <string.h>

#include <json-c/json.h>

#include "arena.h"
#include "buf.h"
#include "json.h"
#include "rpc_ask.h"

enum { QUESTIONS_MAX = 16, KEY_MAX = 64 };

static const struct fail no_answers = {
	200, "invalid_request", "params.inputResponses must be an object of responses", RPC_INVALID_PARAMS, 0, 0
};

static void drop(void *value)
{
	json_object_put(value);
}

/* A new object that lives as long as the request. */
static struct json_object *object(struct call *c)
{
	struct json_object *o = json_object_new_object();

	arena_defer(c->cx->arena, drop, o);
	return o;
}

static struct json_object *question(const char *method, struct json_object *params)
{
	struct json_object *q = json_object_new_object();

	json_object_object_add(q, "method", json_object_new_string(method));
	json_object_object_add(q, "params", params);
	return q;
}

/* "What is your name?" is a form with one field. */
static struct json_object *from_text(const char *text)
{
	struct json_object *params = json_object_new_object();

	json_object_object_add(params, "mode", json_object_new_string("form"));
	json_object_object_add(params, "message", json_object_new_string(text));
	json_object_object_add(params, "requestedSchema", json_tokener_parse("{\"type\":\"object\",\"properties\":{\"answer\":"
	    "{\"type\":\"string\"}},\"required\":[\"answer\"]}"));
	return question("elicitation/create", params);
}

/* {"message", "schema"} is a form, {"message", "url"} a page. */
static struct json_object *from_short(struct json_object *q)
{
	struct json_object *params = json_object_new_object();
	bool page = json_text(q, "url") != NULL;

	json_object_object_add(params, "mode", json_object_new_string(page ? "url" : "form"));
	json_object_object_add(params, "message", json_object_new_string(json_text(q, "message")));
	json_object_object_add(params, page ? "url" : "requestedSchema", json_object_get(json_get(q, page ? "url" : "schema")));
	return question("elicitation/create", params);
}

/* NULL: it is none.  A new reference. */
static struct json_object *spell_out(struct json_object *q)
{
	if (json_object_is_type(q, json_type_string))
		return from_text(json_object_get_string(q));
	if (json_text(q, "method"))
		return json_object_get(q);
	if (json_text(q, "message") && (json_text(q, "url") || json_object_is_type(json_get(q, "schema"), json_type_object)))
		return from_short(q);
	return NULL;
}

/* ---- what a client can be asked --------------------------------------------------------------------------------- */

static bool can_page(struct json_object *elicitation)
{
	return json_has(elicitation, "url");
}

/* `elicitation: {}` is forms only. */
static bool can_form(struct json_object *elicitation)
{
	return elicitation && (json_has(elicitation, "form") || !json_has(elicitation, "url"));
}

/* What this question needs and the client has not, as JSON; NULL: nothing.  "": it is no question of the protocol. */
static const char *missing(struct call *c, struct json_object *q)
{
	const char *method = json_text(q, "method"), *mode = json_text(json_get(q, "params"), "mode");
	struct json_object *elicitation = json_get(c->capabilities, "elicitation"), *sampling = json_get(c->capabilities, "sampling");

	if (strcmp(method, "elicitation/create") == 0 && mode && strcmp(mode, "url") == 0)
		return can_page(elicitation) ? NULL : "\"elicitation\":{\"url\":{}}";
	if (strcmp(method, "elicitation/create") == 0)
		return can_form(elicitation) ? NULL : "\"elicitation\":{\"form\":{}}";
	if (strcmp(method, "sampling/createMessage") == 0 && json_has(json_get(q, "params"), "tools"))
		return json_has(sampling, "tools") ? NULL : "\"sampling\":{\"tools\":{}}";
	if (strcmp(method, "sampling/createMessage") == 0)
		return sampling ? NULL : "\"sampling\":{}";
	if (strcmp(method, "roots/list") == 0)
		return json_get(c->capabilities, "roots") ? NULL : "\"roots\":{}";
	return "";
}

struct json_object *rpc_ask_questions(struct call *c, struct json_object *ask, const char **needed, const char **wrong)
{
	struct json_object *all = object(c);

	*needed = *wrong = NULL;
	if (!ask)
		return all;
	json_object_object_foreach(ask, key, value) {
		struct json_object *q = spell_out(value);
		const char *lacks = q ? missing(c, q) : "";

		if (!q || !*key || strlen(key) > KEY_MAX || json_object_object_length(all) == QUESTIONS_MAX || (lacks && !*lacks)) {
			json_object_put(q);
			*wrong = "The tool asks something that is no question.";
			return NULL;
		}
		if (lacks) {
			if (!*needed)
				*needed = arena_printf(c->cx->arena, "{\"requiredCapabilities\":{%s}}", lacks);
			json_object_put(q);
			continue;
		}
		json_object_object_add(all, key, q);
	}
	return all;
}

/* ---- what came back ---------------------------------------------------------------------------------------------- */

/* ElicitResult, CreateMessageResult or ListRootsResult. */
static bool is_response(struct json_object *r)
{
	const char *action = json_text(r, "action");

	if (action)
		return (strcmp(action, "accept") == 0 || strcmp(action, "decline") == 0 || strcmp(action, "cancel") == 0) &&
		    (!json_has(r, "content") || json_object_is_type(json_get(r, "content"), json_type_object));
	if (json_has(r, "roots"))
		return json_object_is_type(json_get(r, "roots"), json_type_array);
	return json_text(r, "role") && json_has(r, "content");
}

bool rpc_ask_is_response(struct json_object *question, struct json_object *response)
{
	const char *method = json_text(question, "method");

	if (!method || !is_response(response))
		return false;
	if (strcmp(method, "elicitation/create") == 0)
		return json_text(response, "action") != NULL;
	if (strcmp(method, "roots/list") == 0)
		return json_object_is_type(json_get(response, "roots"), json_type_array);
	return json_text(response, "role") && json_has(response, "content");
}

const struct fail *rpc_ask_answers(struct call *c, const struct rpc_message *m)
{
	struct json_object *given = json_get(m->params, "inputResponses"), *all;

	if (!json_has(m->params, "inputResponses"))
		return NULL;
	if (!json_object_is_type(given, json_type_object))
		return &no_answers;
	all = object(c);
	if (c->answers) {
		json_object_object_foreach(c->answers, key, value)
			json_object_object_add(all, key, json_object_get(value));
	}
	json_object_object_foreach(given, name, response) {
		if (!is_response(response))
			return &no_answers;
		json_object_object_add(all, name, json_object_get(response));
	}
	c->answers = all;
	return NULL;
}
