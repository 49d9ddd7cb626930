/* SPDX-License-Identifier: ISC */
/* call: lines that a program says meanwhile, as notifications. */
#include <math.h>
#include <string.h>

#include <json-c/json.h>

#include "arena.h"
#include "buf.h"
#include "call.h"
#include "json.h"
#include "store_mcp_session.h"
#include "store_question.h"

#define TICK 0.001			/* less than any program's own step */

static const char *const levels[LEVEL_NONE] = {
	"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency",
};

enum level call_level(const char *name)
{
	enum level l = LEVEL_DEBUG;

	while (l < LEVEL_NONE && strcmp(levels[l], name) != 0)
		l++;
	return l;
}

/* The rows may be busy: then it is asked again soon. */
bool call_is_cancelled(struct call *c)
{
	int64_t version;

	if (c->cancelled || !c->session || store_look(c->cx->store, &version) || version == c->looked)
		return c->cancelled;
	if (!cancelled_find(c->cx->store, &c->session->hash, c->request, c->cx->now, &c->cancelled))
		c->looked = version;
	return c->cancelled;
}

bool call_go_on(struct call *c)
{
	bool there = !c->way.go_on || c->way.go_on(c->way.with);

	return !call_is_cancelled(c) && (there || !c->cancels);
}

static struct buf begin(struct call *c, const char *method)
{
	struct buf b = buf_new(c->cx->arena);

	buf_text(&b, "{\"jsonrpc\":\"2.0\",");
	json_put_text(&b, "method");
	buf_char(&b, ':');
	json_put_text(&b, method);
	buf_text(&b, ",\"params\":{");
	return b;
}

static void end(struct call *c, struct buf *b)
{
	buf_text(b, "}}");
	c->way.say(c->way.with, b->v, b->len);
}

static void put_value(struct buf *b, struct json_object *from, const char *name)
{
	if (!json_has(from, name))
		return;
	json_put_name(b, name);
	json_put(b, json_get(from, name));
}

static bool is_number(struct json_object *v)
{
	return json_object_is_type(v, json_type_int) || json_object_is_type(v, json_type_double);
}

/* Must grow ("Progress": the value MUST increase with each notification). */
static void progress(struct call *c, struct json_object *line)
{
	struct json_object *value = json_get(line, "progress");
	struct buf b;

	if (!c->progress_token || !is_number(value) || !(json_object_get_double(value) > c->progress))
		return;
	c->progress = json_object_get_double(value);
	b = begin(c, "notifications/progress");
	json_put_name(&b, "progressToken");
	buf_text(&b, c->progress_token);
	put_value(&b, line, "progress");
	if (is_number(json_get(line, "total")))
		put_value(&b, line, "total");
	json_put_member(&b, "message", json_text(line, "message"));
	end(c, &b);
}

void call_tick(struct call *c, const char *text)
{
	struct buf b;

	if (!c->progress_token || !c->way.say)
		return;
	c->progress = c->progress < 0 ? 0 : c->progress + TICK;
	b = begin(c, "notifications/progress");
	json_put_name(&b, "progressToken");
	buf_text(&b, c->progress_token);
	json_put_name(&b, "progress");
	buf_printf(&b, "%.17g", c->progress);
	json_put_member(&b, "message", text);
	end(c, &b);
}

static void message(struct call *c, struct json_object *line)
{
	const char *name = json_text(line, "level");
	enum level l = name ? call_level(name) : LEVEL_NONE;
	struct buf b;

	if (l == LEVEL_NONE || l < c->level || !json_has(line, "data"))
		return;
	b = begin(c, "notifications/message");
	json_put_member(&b, "level", name);
	json_put_member(&b, "logger", json_text(line, "logger"));
	put_value(&b, line, "data");
	end(c, &b);
}

void call_line(struct call *c, const char *text, size_t n)
{
	struct json_object *line;

	if (c->way.hear && c->way.hear(c->way.with, text, n))
		return;
	if (!json_read(c->cx->arena, text, n, &line))
		return;
	if (c->way.say && json_has(line, "progress"))
		progress(c, line);
	else if (c->way.say && json_has(line, "level"))
		message(c, line);
}
