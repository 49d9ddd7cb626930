/* SPDX-License-Identifier: ISC */
/* doctor_look: what the checks share, and their order. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "doctor_look.h"
#include "json.h"
#include "utf8.h"

enum { QUOTE_MAX = 100 };

void doctor_say(struct doctor *d, const char *check, enum finding_state state, const char *said, const char *mend)
{
	const struct finding f = { .check = check, .state = state, .said = said, .mend = mend };

	d->each(d->with, &f);
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

struct probe *doctor_ask(struct doctor *d, const char *method, const char *url, const char *const *field, const char *body)
{
	struct probe *p = arena_take(d->arena, sizeof *p);

	*p = (struct probe){
		.method = method, .url = url, .field = field, .body = body, .len = body ? strlen(body) : 0,
		.ca_file = d->asked->ca_file, .trusting = d->trusting,
	};
	probe_ask(d->arena, p);
	return p;
}

const char *const *doctor_fields(struct doctor *d, const char *method, const char *token, const char *more)
{
	const char **field = arena_take(d->arena, 8 * sizeof *field);
	size_t n = 0;

	field[n++] = "Content-Type: application/json";
	field[n++] = "Accept: application/json, text/event-stream";
	field[n++] = "MCP-Protocol-Version: 2026-07-28";
	field[n++] = arena_printf(d->arena, "Mcp-Method: %s", method);
	if (token)
		field[n++] = arena_printf(d->arena, "Authorization: Bearer %s", token);
	field[n++] = more;
	return field;
}

const char *doctor_message(struct doctor *d, const char *method, const char *params)
{
	return arena_printf(d->arena, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":{%s\"_meta\":{"
	    "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
	    "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"mcpctl doctor\",\"version\":\"%s\"},"
	    "\"io.modelcontextprotocol/clientCapabilities\":{}}}}", method, params, MCP_CGI_VERSION);
}

/* ---- what came back ---------------------------------------------------------------------------------------------- */

const char *doctor_quote(struct doctor *d, const char *text)
{
	struct buf b = buf_new(d->arena);
	size_t i;

	buf_char(&b, '"');
	for (i = 0; text[i] && i < QUOTE_MAX; i++)
		buf_char(&b, text[i] >= 0x20 && text[i] < 0x7f && text[i] != '"' ? text[i] : '?');
	buf_text(&b, text[i] ? "...\"" : "\"");
	return b.v;
}

const char *doctor_location(const struct probe *p)
{
	const char *to = probe_field(p, "location", 0);

	return to ? to : "";
}

static bool has_type(const struct probe *p, const char *type)
{
	const char *said = probe_field(p, "Content-Type", 0);

	return said && strncasecmp(said, type, strlen(type)) == 0;
}

bool doctor_is_page(const struct probe *p)
{
	return has_type(p, "text/html") || has_type(p, "application/xhtml");
}

const char *doctor_words(struct doctor *d, const struct probe *p)
{
	const char *type = probe_field(p, "Content-Type", 0);

	if (p->end != PROBE_ANSWERED)
		return p->why;
	if (doctor_is_page(p))
		return arena_printf(d->arena, "status %d with a web page", p->status);
	if (!type || !p->heard.len)
		return arena_printf(d->arena, "status %d with nothing", p->status);
	return arena_printf(d->arena, "status %d with %s", p->status, doctor_quote(d, type));
}

struct json_object *doctor_json(struct doctor *d, const struct probe *p)
{
	struct json_object *o;

	if (p->end != PROBE_ANSWERED || !has_type(p, "application/json") || !json_read(d->arena, p->heard.v, p->heard.len, &o))
		return NULL;
	return json_object_is_type(o, json_type_object) ? o : NULL;
}

bool doctor_is_our_error(struct doctor *d, const struct probe *p)
{
	return p->status >= 400 && json_has(doctor_json(d, p), "error");
}

/* Apache, nginx and lighttpd put status and phrase into the title, and nothing else. */
bool doctor_is_built_in(const struct probe *p)
{
	static const char *const mark[] = { "<title>404 Not Found</title>", "<title>405 " };

	for (size_t i = 0; i < sizeof mark / sizeof *mark; i++)
		if (strcasestr(p->heard.v, mark[i]))
			return true;
	return p->heard.len == 0;
}

/* ---- the order --------------------------------------------------------------------------------------------------- */

void doctor_look(struct doctor *d)
{
	static bool (*const look[])(struct doctor *d) = {
		doctor_look_door, doctor_look_authorization, doctor_look_metadata, doctor_look_issuer, doctor_look_routes,
		doctor_look_head, doctor_look_cors, doctor_look_body, doctor_look_call, doctor_look_stream, doctor_look_clock,
		doctor_look_plain, doctor_look_files,
	};

	for (size_t i = 0; i < sizeof look / sizeof *look; i++)
		if (!look[i](d))
			break;
}
