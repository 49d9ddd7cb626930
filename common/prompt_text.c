/* SPDX-License-Identifier: ISC */
/* prompt_text: the head line by line, then the text in pieces: literals and holes. */
#include <ctype.h>
#include <string.h>

#include <json-c/json.h>

#include "buf.h"
#include "json.h"
#include "prompt_text.h"
#include "utf8.h"

enum { NAME_LENGTH = 64, ARGUMENTS = 32, MESSAGES = 64 };

struct piece {
	const char *text;		/* NULL: a hole */
	size_t n;
	const char *name;
	struct piece *next;
};

struct message {
	const char *role;
	struct piece *first, **last;
};

struct prompt_text {
	struct message message[MESSAGES];
	size_t n;
};

struct reading {
	struct site_item *item;
	const char *at, *end;
	int line;			/* of `at` */
	struct prompt_head *head;
	struct json_object *arguments;
	struct completer *complete;
};

static bool wrong(struct reading *r, const char *why)
{
	r->item->wrong = why;
	r->item->line = r->line;
	return false;
}

/* The next line without its end; the reading goes on behind it. */
static size_t take_line(struct reading *r, const char **line)
{
	const char *newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
	size_t n = (size_t)((newline ? newline : r->end) - r->at);

	*line = r->at;
	r->at = newline ? newline + 1 : r->end;
	while (n > 0 && strchr(" \t\r", (*line)[n - 1]))
		n--;
	return n;
}

static bool is_line(const char *line, size_t n, const char *text)
{
	return strlen(text) == n && memcmp(line, text, n) == 0;
}

static size_t name_length(const char *text)
{
	size_t n = 0;

	while (isalnum((unsigned char)text[n]) || text[n] == '_' || text[n] == '-')
		n++;
	return n <= NAME_LENGTH ? n : 0;
}

/* ---- the head ---------------------------------------------------------------------------------------------------- */

static struct json_object *find_argument(const struct reading *r, const char *name, size_t n)
{
	for (size_t i = 0; i < json_object_array_length(r->arguments); i++) {
		struct json_object *one = json_object_array_get_idx(r->arguments, i);

		if (is_line(name, n, json_text(one, "name")))
			return one;
	}
	return NULL;
}

/* `argument NAME (required): words` behind the first word. */
static bool read_argument(struct reading *r, const char *text)
{
	static const char required[] = "(required)";
	size_t n = name_length(text);
	struct json_object *o;
	const char *behind = text + n + strspn(text + n, " ");
	bool must = strncmp(behind, required, sizeof required - 1) == 0;

	if (must)
		behind += sizeof required - 1;
	behind += strspn(behind, " ");
	if (n == 0 || *behind != ':')
		return wrong(r, "must be: argument NAME: words, or argument NAME (required): words");
	if (find_argument(r, text, n))
		return wrong(r, "names an argument for the second time");
	if (json_object_array_length(r->arguments) == ARGUMENTS)
		return wrong(r, "is an argument too many");
	o = json_object_new_object();
	json_object_array_add(r->arguments, o);
	json_object_object_add(o, "name", json_object_new_string_len(text, (int)n));
	behind += 1 + strspn(behind + 1, " ");
	if (*behind)
		json_object_object_add(o, "description", json_object_new_string(behind));
	if (must)
		json_object_object_add(o, "required", json_object_new_boolean(true));
	return true;
}

static bool read_complete(struct reading *r, const char *text)
{
	struct arena *a = r->item->arena;
	size_t n = name_length(text);

	if (n == 0 || text[n] != ':')
		return wrong(r, "must be: complete NAME: value, value");
	if (!find_argument(r, text, n))
		return wrong(r, "completes what is no argument");
	r->complete = completer_words(a, r->complete, arena_text(a, text, n), text + n + 1);
	return true;
}

static bool read_member(struct reading *r, const char *key, const char *value)
{
	if (json_has(r->head->definition, key))
		return wrong(r, "stands twice in the head");
	json_object_object_add(r->head->definition, key, json_object_new_string(value));
	return true;
}

static bool read_head_line(struct reading *r, const char *line)
{
	static const char argument[] = "argument ", complete[] = "complete ";
	const char *colon = strchr(line, ':'), *value = colon ? colon + 1 + strspn(colon + 1, " \t") : NULL;
	size_t key = colon ? (size_t)(colon - line) : 0;

	if (strncmp(line, argument, sizeof argument - 1) == 0)
		return read_argument(r, line + sizeof argument - 1);
	if (strncmp(line, complete, sizeof complete - 1) == 0)
		return read_complete(r, line + sizeof complete - 1);
	if (is_line(line, key, "title"))
		return read_member(r, "title", value);
	if (is_line(line, key, "description"))
		return read_member(r, "description", value);
	if (!is_line(line, key, "scope"))
		return wrong(r, "is not one of: title, description, scope, argument NAME, complete NAME");
	if (r->head->scope)
		return wrong(r, "stands twice in the head");
	r->head->scope = value;
	return true;
}

static bool read_head(struct reading *r)
{
	struct reading before = *r;
	const char *line;
	size_t n = take_line(r, &line);

	if (!is_line(line, n, "---")) {
		*r = before;
		return true;
	}
	while (r->at < r->end) {
		r->line++;
		n = take_line(r, &line);
		if (is_line(line, n, "---")) {
			r->line++;
			return true;
		}
		if (n > 0 && !read_head_line(r, arena_text(r->item->arena, line, n)))
			return false;
	}
	r->line = 1;
	return wrong(r, "begins a head that does not end: a second line --- is missing");
}

/* ---- the messages ------------------------------------------------------------------------------------------------ */

static void put_piece(struct reading *r, struct message *m, const char *text, size_t n, const char *name)
{
	struct piece *p = arena_take(r->item->arena, sizeof *p);

	*p = (struct piece){ .text = text, .n = n, .name = name };
	*m->last = p;
	m->last = &p->next;
}

/* How long a hole at this place is; 0: there is none. */
static size_t hole(const char *at, const char *end, const char **name, size_t *n)
{
	const char *text = at + 2;

	if (end - at < 5 || memcmp(at, "{{", 2) != 0)
		return 0;
	text += strspn(text, " ");
	*name = text;
	*n = name_length(text);
	text += *n;
	text += strspn(text, " ");
	return *n > 0 && text + 2 <= end && memcmp(text, "}}", 2) == 0 ? (size_t)(text + 2 - at) : 0;
}

/* The text of one message, without the blank lines around it.  It ends with a NUL somewhere behind `end`. */
static bool read_text(struct reading *r, struct message *m, const char *at, const char *end)
{
	const char *from, *name;
	size_t n, len;

	while (at < end && strchr("\r\n", *at))
		r->line += *at++ == '\n';
	while (end > at && strchr(" \t\r\n", end[-1]))
		end--;
	for (from = at; at < end; at++) {
		r->line += *at == '\n';
		if (!(len = hole(at, end, &name, &n)))
			continue;
		if (!find_argument(r, name, n))
			return wrong(r, "has a hole {{...}} that is no argument of the head");
		if (at > from)
			put_piece(r, m, from, (size_t)(at - from), NULL);
		put_piece(r, m, NULL, 0, arena_text(r->item->arena, name, n));
		from = at + len;
		at = from - 1;
	}
	if (end > from)
		put_piece(r, m, from, (size_t)(end - from), NULL);
	return true;
}

static const char *role_of(const char *line, size_t n)
{
	return is_line(line, n, "## user") ? "user" : is_line(line, n, "## assistant") ? "assistant" : NULL;
}

static bool is_blank(const char *from, const char *end)
{
	while (from < end && strchr(" \t\r\n", *from))
		from++;
	return from == end;
}

/* What stands above the first line with a role is the user's. */
static bool read_messages(struct reading *r, struct prompt_text *t)
{
	const char *role = "user", *next, *from = r->at, *line;
	int first = r->line, lines = r->line;

	for (size_t n; ; lines++) {
		bool over = r->at == r->end;

		n = over ? 0 : take_line(r, &line);
		next = over ? NULL : role_of(line, n);
		if (!over && !next)
			continue;
		r->line = first;
		if (t->n == MESSAGES)
			return wrong(r, "has too many messages");
		if (!is_blank(from, over ? r->end : line)) {
			struct message *m = &t->message[t->n++];

			m->role = role;
			m->last = &m->first;
			if (!read_text(r, m, from, over ? r->end : line))
				return false;
		}
		if (over)
			return t->n > 0 || wrong(r, "has no text");
		role = next;
		from = r->at;
		first = lines + 1;
	}
}

static void drop(void *value)
{
	json_object_put(value);
}

struct prompt_text *prompt_text_read(struct site_item *item, const char *text, size_t n, struct prompt_head *head)
{
	struct reading r = { .item = item, .at = text, .end = text + n, .line = 1, .head = head };
	struct prompt_text *t = arena_take(item->arena, sizeof *t);

	*head = (struct prompt_head){ .definition = json_object_new_object() };
	arena_defer(item->arena, drop, head->definition);
	r.arguments = json_object_new_array();
	json_object_object_add(head->definition, "arguments", r.arguments);
	if (!utf8_is(text, n) || memchr(text, '\0', n)) {
		item->wrong = "is not text in UTF-8";
		return NULL;
	}
	if (!read_head(&r) || !read_messages(&r, t))
		return NULL;
	head->complete = r.complete;
	if (json_object_array_length(r.arguments) == 0)
		json_object_object_del(head->definition, "arguments");
	return t;
}

/* ---- a filled one ------------------------------------------------------------------------------------------------- */

struct json_object *prompt_text_fill(struct arena *a, const struct prompt_text *t, struct json_object *values)
{
	struct json_object *all = json_object_new_object(), *list = json_object_new_array();

	arena_defer(a, drop, all);
	json_object_object_add(all, "messages", list);
	for (size_t i = 0; i < t->n; i++) {
		struct json_object *one = json_object_new_object(), *block = json_object_new_object();
		struct buf text = buf_new(a);

		for (const struct piece *p = t->message[i].first; p; p = p->next) {
			const char *value = p->text ? NULL : json_text(values, p->name);

			if (p->text)
				buf_put(&text, p->text, p->n);
			else if (value)
				buf_text(&text, value);
		}
		json_object_object_add(block, "type", json_object_new_string("text"));
		json_object_object_add(block, "text", json_object_new_string_len(text.v, (int)text.len));
		json_object_object_add(one, "role", json_object_new_string(t->message[i].role));
		json_object_object_add(one, "content", block);
		json_object_array_add(list, one);
	}
	return all;
}
