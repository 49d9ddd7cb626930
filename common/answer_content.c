/* SPDX-License-Identifier: ISC */
/* answer_content: standard output into the contents of a resource or the messages of a prompt. */
#include <string.h>

#include <json-c/json.h>

#include "answer.h"
#include "crypto.h"
#include "json.h"
#include "log.h"
#include "utf8.h"

enum { SENTENCE_MAX = 160 };

static void drop(void *value)
{
	json_object_put(value);
}

/* What it said of its failure, as far as that is one short line of text. */
static void fail_said(struct call *c, const struct said *said, struct answer *a)
{
	size_t n = 0, step;

	while (n < said->n && n < SENTENCE_MAX && (unsigned char)said->bytes[n] >= ' ' &&
	    (step = utf8_char(said->bytes + n, said->n - n)))
		n += step;
	answer_wrong(c, a, n ? arena_text(c->cx->arena, said->bytes, n) : "The program failed.");
}

/* What both have in common.  True: the answer is there. */
static bool is_answered(struct call *c, const struct said *said, struct answer *a)
{
	if (answer_other(c, said, a))
		return true;
	if (said->kind == SAID_FAILED)
		fail_said(c, said, a);
	else if (said->cut)
		answer_wrong(c, a, "The program printed more than its output_max.");
	return a->failed;
}

/* ---- contents ---------------------------------------------------------------------------------------------------- */

void answer_contents(struct call *c, const char *uri, const char *mime, const char *bytes, size_t n, struct answer *a)
{
	bool text = utf8_is(bytes, n) && !memchr(bytes, '\0', n);
	struct buf *b = &a->text;

	*b = buf_new(c->cx->arena);
	buf_text(b, "\"contents\":[{");
	json_put_member(b, "uri", uri);
	json_put_member(b, "mimeType", mime ? mime : text ? "text/plain" : "application/octet-stream");
	json_put_name(b, text ? "text" : "blob");
	if (text) {
		json_put_textn(b, bytes, n);
	} else {
		buf_char(b, '"');
		buf_text(b, crypto_base64(c->cx->arena, bytes, n));
		buf_char(b, '"');
	}
	buf_text(b, "}]");
}

/* Those that do not say of what they are are of what was asked for. */
static bool is_contents(struct json_object *list, const char *uri)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		if (json_object_is_type(one, json_type_object) && !json_has(one, "uri"))
			json_object_object_add(one, "uri", json_object_new_string(uri));
		if (!answer_is_resource(one))
			return false;
	}
	return true;
}

bool answer_resource(struct call *c, const struct program *p, const struct said *said, const char *uri, const char *mime,
    struct answer *a)
{
	struct json_object *list = said->kind == SAID_JSON ? json_get(said->json, "contents") : NULL;

	a->kind = ANSWER_CONTENTS;
	if (said->kind == SAID_NOT_FOUND)
		return false;
	if (is_answered(c, said, a))
		return true;
	if (!json_object_is_type(list, json_type_array)) {
		answer_contents(c, uri, p->output ? p->output : mime, said->bytes, said->n, a);
	} else if (json_object_array_length(list) == 0) {
		return false;			/* "MUST NOT return an empty contents array" */
	} else if (is_contents(list, uri)) {
		a->result = said->json;
	} else {
		log_line("%s: contents are not as the protocol has them", uri);
		answer_wrong(c, a, "The program's contents are not as the protocol has them.");
	}
	return true;
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

static bool is_messages(struct json_object *list)
{
	if (!json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		const char *role = json_text(one, "role");

		if (!role || (strcmp(role, "user") != 0 && strcmp(role, "assistant") != 0) || !answer_is_block(json_get(one, "content")))
			return false;
	}
	return true;
}

static void tell_text(struct call *c, const struct said *said, struct answer *a)
{
	struct buf text = buf_new(c->cx->arena);

	buf_text(&text, "{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":");
	answer_put_text(&text, said->bytes, said->n);
	buf_text(&text, "}}]}");
	a->result = json_tokener_parse(text.v);
	arena_defer(c->cx->arena, drop, a->result);
}

void answer_prompt(struct call *c, const struct said *said, struct answer *a)
{
	a->kind = ANSWER_MESSAGES;
	if (said->kind == SAID_NOT_FOUND)
		answer_wrong(c, a, "Not found.");
	else if (is_answered(c, said, a))
		return;
	else if (said->kind == SAID_JSON && json_has(said->json, "messages") && is_messages(json_get(said->json, "messages")))
		a->result = said->json;
	else if (said->kind == SAID_JSON && json_has(said->json, "messages"))
		answer_wrong(c, a, "The program's messages are not as the protocol has them.");
	else
		tell_text(c, said, a);
}
