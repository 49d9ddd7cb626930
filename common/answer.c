/* SPDX-License-Identifier: ISC */
/* answer: standard output into content blocks. */
#include <string.h>

#include <json-c/json.h>

#include "answer.h"
#include "crypto.h"
#include "json.h"
#include "schema.h"
#include "utf8.h"

enum { INTERNAL_ERROR = -32603 };

static bool has_text(struct json_object *o, const char *name)
{
	return json_text(o, name) != NULL;
}

static bool is_base64(const char *data)
{
	struct arena *scratch = arena_new();
	size_t n;
	bool good = data && crypto_base64_read(scratch, data, strlen(data), &n);

	arena_drop(scratch);
	return good;
}

bool answer_is_resource(struct json_object *o)
{
	return has_text(o, "uri") && json_has(o, "text") != json_has(o, "blob") &&
	    (has_text(o, "text") || is_base64(json_text(o, "blob")));
}

static bool is_media(struct json_object *block)
{
	return has_text(block, "mimeType") && is_base64(json_text(block, "data"));
}

bool answer_is_block(struct json_object *block)
{
	const char *type = json_text(block, "type");

	if (!type)
		return false;
	if (strcmp(type, "text") == 0)
		return has_text(block, "text");
	if (strcmp(type, "image") == 0 || strcmp(type, "audio") == 0)
		return is_media(block);
	if (strcmp(type, "resource_link") == 0)
		return has_text(block, "uri") && has_text(block, "name");
	return strcmp(type, "resource") == 0 && answer_is_resource(json_get(block, "resource"));
}

bool answer_is_content(struct json_object *list)
{
	if (!json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (!answer_is_block(json_object_array_get_idx(list, i)))
			return false;
	return true;
}

void answer_put_text(struct buf *b, const char *bytes, size_t n)
{
	struct buf clean = buf_new(b->arena);
	size_t step;

	if (utf8_is(bytes, n)) {
		json_put_textn(b, bytes, n);
		return;
	}
	for (size_t i = 0; i < n; i += step ? step : 1) {
		step = utf8_char(bytes + i, n - i);
		if (step)
			buf_put(&clean, bytes + i, step);
		else
			buf_text(&clean, "\xEF\xBF\xBD");
	}
	json_put_textn(b, clean.v, clean.len);
}

static void put_text_block(struct buf *b, const char *bytes, size_t n)
{
	buf_text(b, "{\"type\":\"text\",\"text\":");
	answer_put_text(b, bytes, n);
	buf_char(b, '}');
}

static void drop(void *value)
{
	json_object_put(value);
}

/* Of a resource or a prompt there is no result with isError. */
static void set_error(struct call *c, struct answer *a, const char *sentence)
{
	a->error = json_object_new_object();
	arena_defer(c->cx->arena, drop, a->error);
	json_object_object_add(a->error, "code", json_object_new_int(INTERNAL_ERROR));
	json_object_object_add(a->error, "message", json_object_new_string(sentence));
}

void answer_wrong(struct call *c, struct answer *a, const char *sentence)
{
	a->failed = true;
	if (a->kind != ANSWER_TOOL) {
		set_error(c, a, sentence);
		return;
	}
	a->text = buf_new(c->cx->arena);
	buf_text(&a->text, "\"content\":[");
	put_text_block(&a->text, sentence, strlen(sentence));
	buf_text(&a->text, "],\"isError\":true");
}

bool answer_other(struct call *c, const struct said *said, struct answer *a)
{
	(void)c;
	a->stopped = said->kind == SAID_STOPPED;
	a->error = said->kind == SAID_ERROR ? said->json : NULL;
	if (said->kind == SAID_ASK) {
		a->ask = said->json;
		a->state = said->state;
	}
	return a->stopped || a->error || said->kind == SAID_ASK;
}

static void put_binary(struct call *c, struct buf *b, const struct program *p, const struct said *said)
{
	const char *data = crypto_base64(c->cx->arena, said->bytes, said->n);
	bool image = strncmp(p->output, "image/", 6) == 0, audio = strncmp(p->output, "audio/", 6) == 0;

	if (image || audio) {
		buf_printf(b, "{\"type\":\"%s\",\"data\":\"", image ? "image" : "audio");
		buf_text(b, data);
		buf_text(b, "\",\"mimeType\":");
		json_put_text(b, p->output);
		buf_char(b, '}');
		return;
	}
	buf_text(b, "{\"type\":\"resource\",\"resource\":{\"uri\":\"data:output\",\"mimeType\":");
	json_put_text(b, p->output);
	buf_text(b, ",\"blob\":\"");
	buf_text(b, data);
	buf_text(b, "\"}}");
}

/* Bytes as one block, and a note when there were more. */
static void tell_bytes(struct call *c, const struct program *p, const struct said *said, struct answer *a)
{
	struct buf *b = &a->text;
	const char *note;

	*b = buf_new(c->cx->arena);
	buf_text(b, "\"content\":[");
	if (said->kind != SAID_FAILED && p->output && strncmp(p->output, "text/", 5) != 0)
		put_binary(c, b, p, said);
	else
		put_text_block(b, said->bytes, said->n);
	if (said->cut) {
		note = arena_printf(c->cx->arena, "[cut: more than %zu bytes]", p->output_max);
		buf_char(b, ',');
		put_text_block(b, note, strlen(note));
	}
	buf_char(b, ']');
	if (said->kind == SAID_FAILED) {
		a->failed = true;
		buf_text(b, ",\"isError\":true");
	}
}

/* structuredContent and its copy as text, for those who do not know it. */
static void tell_structured(struct call *c, struct json_object *value, struct answer *a)
{
	struct buf *b = &a->text, copy = buf_new(c->cx->arena);

	json_put(&copy, value);
	*b = buf_new(c->cx->arena);
	buf_text(b, "\"content\":[");
	put_text_block(b, copy.v, copy.len);
	buf_text(b, "],\"structuredContent\":");
	buf_put(b, copy.v, copy.len);
}

static bool is_result(struct json_object *value)
{
	return json_object_is_type(value, json_type_object) && answer_is_content(json_get(value, "content"));
}

/* The one place where what a tool gives is held against what it promised. */
static const char *check_output(struct call *c, const struct schema *output, struct json_object *value)
{
	const char *wrong = output ? schema_check(c->cx->arena, output, value) : NULL;

	return wrong ? arena_printf(c->cx->arena, "The tool's result does not conform to its outputSchema: %s.", wrong) : NULL;
}

static void tell_result(struct call *c, struct json_object *value, const struct schema *output, struct answer *a)
{
	struct json_object *structured = json_get(value, "structuredContent");
	bool failed = json_object_get_boolean(json_get(value, "isError"));
	const char *wrong = failed ? NULL : json_has(value, "structuredContent") ? check_output(c, output, structured) :
	    output ? "The tool gave no structuredContent, which its outputSchema promises." : NULL;

	if (wrong) {
		answer_wrong(c, a, wrong);
		return;
	}
	a->failed = failed;
	a->result = value;
}

void answer_tool(struct call *c, const struct program *p, const struct said *said, const struct schema *output, struct answer *a)
{
	const char *wrong;

	if (answer_other(c, said, a))
		return;
	if (said->kind == SAID_NOT_FOUND) {
		answer_wrong(c, a, "Not found.");
	} else if (said->kind == SAID_JSON && is_result(said->json)) {
		tell_result(c, said->json, output, a);
	} else if (said->kind == SAID_JSON && !output && answer_is_content(said->json)) {
		a->result = json_object_new_object();
		json_object_object_add(a->result, "content", json_object_get(said->json));
		arena_defer(c->cx->arena, drop, a->result);
	} else if (output && said->kind != SAID_FAILED) {
		if (said->kind != SAID_JSON)
			wrong = "The tool's result is not the JSON that its outputSchema promises.";
		else
			wrong = check_output(c, output, said->json);
		if (wrong)
			answer_wrong(c, a, wrong);
		else
			tell_structured(c, said->json, a);
	} else {
		tell_bytes(c, p, said, a);
	}
}
