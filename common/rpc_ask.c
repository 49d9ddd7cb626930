/* SPDX-License-Identifier: ISC */
/* rpc_ask: short forms, capabilities, shapes. */
#include <string.h>

#include <json-c/json.h>

#include "arena.h"
#include "buf.h"
#include "json.h"
#include "log.h"
#include "rpc_ask.h"
#include "schema.h"

enum { KEY_MAX = 64 };

static const struct fail no_answers = {
	200, "invalid_request", "params.inputResponses must be an object of responses", RPC_INVALID_PARAMS, 0, 0
};
static const struct fail other_answer = {
	200, "invalid_request", "params.inputResponses does not fit what was asked", RPC_INVALID_PARAMS, 0, 0
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

/* Since 2025-11-25. */
static bool can_page(struct call *c, struct json_object *elicitation)
{
	return c->revision >= REVISION_2025_11_25 && json_has(elicitation, "url");
}

/* `elicitation: {}` is forms only.  Since 2025-06-18. */
static bool can_form(struct call *c, struct json_object *elicitation)
{
	return c->revision >= REVISION_2025_06_18 && elicitation && (json_has(elicitation, "form") || !json_has(elicitation, "url"));
}

static bool can_use_tools(struct call *c, struct json_object *sampling)
{
	return c->revision >= REVISION_2025_11_25 && json_has(sampling, "tools");
}

/* 2025-06-18 has no lists to choose several things from. */
static bool has_lists(struct json_object *schema)
{
	struct json_object *properties = json_get(schema, "properties");

	if (!json_object_is_type(properties, json_type_object))
		return false;
	json_object_object_foreach(properties, name, p) {
		const char *type = json_text(p, "type");

		(void)name;
		if (type && strcmp(type, "array") == 0)
			return true;
	}
	return false;
}

/* What this question needs and the client has not, as JSON; NULL: nothing.  "": it is no question of the protocol. */
static const char *missing(struct call *c, struct json_object *q)
{
	const char *method = json_text(q, "method"), *mode = json_text(json_get(q, "params"), "mode");
	struct json_object *elicitation = json_get(c->capabilities, "elicitation"), *sampling = json_get(c->capabilities, "sampling");

	if (strcmp(method, "elicitation/create") == 0 && mode && strcmp(mode, "url") == 0)
		return can_page(c, elicitation) ? NULL : "\"elicitation\":{\"url\":{}}";
	if (strcmp(method, "elicitation/create") == 0)
		return can_form(c, elicitation) && (c->revision > REVISION_2025_06_18 ||
		    !has_lists(json_get(json_get(q, "params"), "requestedSchema"))) ? NULL : "\"elicitation\":{\"form\":{}}";
	if (strcmp(method, "sampling/createMessage") == 0 && json_has(json_get(q, "params"), "tools"))
		return can_use_tools(c, sampling) ? NULL : "\"sampling\":{\"tools\":{}}";
	if (strcmp(method, "sampling/createMessage") == 0)
		return sampling ? NULL : "\"sampling\":{}";
	if (strcmp(method, "roots/list") == 0)
		return json_get(c->capabilities, "roots") ? NULL : "\"roots\":{}";
	return "";
}

/* A form that nobody could be held to is none. */
static bool is_form(struct call *c, struct json_object *q)
{
	struct json_object *schema = json_get(json_get(q, "params"), "requestedSchema");
	const char *wrong = NULL;
	struct schema *s;

	if (!schema)
		return true;
	if ((s = schema_compile(c->cx->arena, schema, NULL, &wrong)))
		schema_drop(s);
	else
		log_line("requestedSchema: %s", wrong);
	return s != NULL;
}

struct json_object *rpc_ask_questions(struct call *c, struct json_object *ask, const char **needed, const char **wrong)
{
	struct json_object *all = object(c);

	*needed = *wrong = NULL;
	if (!ask)
		return all;
	json_object_object_foreach(ask, key, value) {
		struct json_object *q = spell_out(value);
		const char *lacks = q && is_form(c, q) ? missing(c, q) : "";

		if (!q || !*key || strlen(key) > KEY_MAX || json_object_object_length(all) == RPC_QUESTIONS_MAX || (lacks && !*lacks)) {
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

static bool is_text(const char *text, const char *one)
{
	return text && strcmp(text, one) == 0;
}

struct json_object *rpc_ask_asked(struct call *c, struct json_object *questions)
{
	struct json_object *all = object(c);

	json_object_object_foreach(questions, key, q) {
		struct json_object *one = json_object_new_object(), *params = json_get(q, "params");

		json_object_object_add(one, "method", json_object_get(json_get(q, "method")));
		if (json_has(params, "requestedSchema"))
			json_object_object_add(one, "schema", json_object_get(json_get(params, "requestedSchema")));
		json_object_object_add(all, key, one);
	}
	return all;
}

static void drop_schema(void *schema)
{
	schema_drop(schema);
}

static const char *check_content(struct call *c, struct json_object *schema, struct json_object *content)
{
	struct arena *a = c->cx->arena;
	const char *wrong = NULL;
	struct schema *s = schema_compile(a, schema, NULL, &wrong);

	if (!s)
		return arena_printf(a, "requestedSchema: %s", wrong);
	arena_defer(a, drop_schema, s);
	return schema_check(a, s, content ? content : object(c));
}

/* ElicitResult. */
static const char *check_elicitation(struct call *c, const char *key, struct json_object *schema, struct json_object *r)
{
	const char *action = json_text(r, "action"), *wrong = NULL;

	if (is_text(action, "decline") || is_text(action, "cancel"))
		return NULL;
	if (!is_text(action, "accept") || (json_get(r, "content") && !json_object_is_type(json_get(r, "content"), json_type_object)))
		return arena_printf(c->cx->arena, "%s must have an action: accept, with content that is an object, decline or cancel", key);
	if (schema)
		wrong = check_content(c, schema, json_get(r, "content"));
	return wrong ? arena_printf(c->cx->arena, "%s: %s", key, wrong) : NULL;
}

const char *rpc_ask_wrong(struct call *c, const char *key, struct json_object *asked, struct json_object *r)
{
	const char *method = json_text(asked, "method");

	if (is_text(method, "elicitation/create"))
		return check_elicitation(c, key, json_get(asked, "schema"), r);
	if (is_text(method, "roots/list"))
		return json_object_is_type(json_get(r, "roots"), json_type_array) ? NULL :
		    arena_printf(c->cx->arena, "%s must have an array of roots", key);
	return json_text(r, "role") && json_get(r, "content") ? NULL :
	    arena_printf(c->cx->arena, "%s must have role and content", key);
}

void rpc_ask_add(struct call *c, const char *key, struct json_object *response)
{
	struct json_object *all = object(c);

	if (c->answers) {
		json_object_object_foreach(c->answers, had, value)
			json_object_object_add(all, had, json_object_get(value));
	}
	json_object_object_add(all, key, json_object_get(response));
	c->answers = all;
}

static const char *data_of(struct call *c, const char *wrong)
{
	struct buf b = buf_new(c->cx->arena);

	buf_char(&b, '{');
	json_put_member(&b, "wrong", wrong);
	buf_char(&b, '}');
	return b.v;
}

const struct fail *rpc_ask_take(struct call *c, struct json_object *asked, struct json_object *given, struct rpc_message *m,
    bool *any)
{
	*any = false;
	json_object_object_foreach(asked, key, question) {
		const char *wrong;

		if (!json_has(given, key))
			continue;
		if ((wrong = rpc_ask_wrong(c, key, question, json_get(given, key)))) {
			m->data = data_of(c, wrong);
			return &other_answer;
		}
		rpc_ask_add(c, key, json_get(given, key));
		*any = true;
	}
	return NULL;
}

const struct fail *rpc_ask_answers(struct call *c, struct rpc_message *m)
{
	struct json_object *given = json_get(m->params, "inputResponses");
	bool any;

	if (!json_has(m->params, "inputResponses"))
		return NULL;
	if (!json_object_is_type(given, json_type_object))
		return &no_answers;
	if (c->asked)
		return rpc_ask_take(c, c->asked, given, m, &any);
	c->given = given;
	return NULL;
}
