/* SPDX-License-Identifier: ISC */
/* uri_template: literals and variables in turn; a search that never tries the same place twice. */
#include <ctype.h>
#include <string.h>

#include <json-c/json.h>

#include "buf.h"
#include "json.h"
#include "uri_template.h"
#include "url.h"

/* A literal (name NULL) or a variable. */
struct part {
	const char *literal;
	size_t n;
	const char *name;
	bool reserved;			/* {+name} */
};

struct uri_template {
	struct part part[URI_TEMPLATE_PARTS];
	size_t parts;
	const char *query[URI_TEMPLATE_NAMES];
	size_t queries;
};

static const char unreserved[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
static const char reserved[] = ":/?#[]@!$&'()*+,;=";

bool uri_is(const char *text)
{
	size_t scheme = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");

	if (!isalpha((unsigned char)*text) || text[scheme] != ':' || !text[scheme + 1] || strlen(text) > URI_MAX)
		return false;
	for (; *text; text++)
		if (!strchr(unreserved, *text) && !strchr(reserved, *text) &&
		    !(*text == '%' && isxdigit((unsigned char)text[1]) && isxdigit((unsigned char)text[2])))
			return false;
	return true;
}

const char *uri_normal(struct arena *a, const char *text)
{
	struct buf b = buf_new(a);
	const char *plain;
	size_t n;

	for (; *text; text += n) {
		n = strcspn(text, "/?#");
		if (n > 0 && (plain = url_decode(a, text, n, false)))
			url_encode(&b, plain);
		else if (n > 0)
			buf_put(&b, text, n);
		else
			buf_put(&b, text, n = 1);
	}
	return b.v;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static bool is_name(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '_')
			return false;
	return n > 0 && n <= 64;
}

static const char *put_literal(struct uri_template *t, const char *text, size_t n)
{
	if (n == 0)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (!strchr(unreserved, text[i]) && !strchr(reserved, text[i]) && text[i] != '%')
			return "uriTemplate has a character that no URI has";
	if (t->parts == URI_TEMPLATE_PARTS)
		return "uriTemplate has too many variables";
	t->part[t->parts++] = (struct part){ .literal = text, .n = n };
	return NULL;
}

static const char *put_name(struct arena *a, struct uri_template *t, const char *text, size_t n)
{
	bool any = *text == '+';
	const char *name = arena_text(a, text + any, n - any);

	if (!is_name(text + any, n - any))
		return "uriTemplate: of RFC 6570 there are {name}, {+name} and, at the end, {?name,name}";
	if (uri_template_has(t, name))
		return "uriTemplate has a variable twice";
	if (t->parts == 0 || t->part[t->parts - 1].name)
		return "uriTemplate: a variable must have text before it";
	if (t->parts == URI_TEMPLATE_PARTS)
		return "uriTemplate has too many variables";
	t->part[t->parts++] = (struct part){ .name = name, .reserved = any };
	return NULL;
}

static const char *put_query(struct arena *a, struct uri_template *t, const char *text, size_t n)
{
	size_t len;

	for (const char *end = text + n; text <= end; text += len + 1) {
		len = strcspn(text, ",}");
		if (!is_name(text, len))
			return "uriTemplate: {?name,name} holds a name that is none";
		if (uri_template_has(t, arena_text(a, text, len)))
			return "uriTemplate has a variable twice";
		if (t->queries == URI_TEMPLATE_NAMES)
			return "uriTemplate has too many variables";
		t->query[t->queries++] = arena_text(a, text, len);
	}
	return NULL;
}

static const char *read(struct arena *a, struct uri_template *t, const char *text)
{
	const char *wrong = NULL;
	size_t n;

	for (; *text && !wrong; text += n) {
		n = strcspn(text, "{}");
		if (n > 0) {
			wrong = put_literal(t, text, n);
			continue;
		}
		n = strcspn(text, "}") + 1;
		if (*text == '}' || !text[n - 1] || t->queries)
			return t->queries ? "uriTemplate: nothing follows {?...}" : "uriTemplate has a brace without its other half";
		wrong = text[1] == '?' ? put_query(a, t, text + 2, n - 3) : put_name(a, t, text + 1, n - 2);
	}
	if (!wrong && *text == '\0' && t->queries && t->parts && text[-1] != '}')
		return "uriTemplate: nothing follows {?...}";
	return wrong;
}

struct uri_template *uri_template_read(struct arena *a, const char *text, const char **wrong)
{
	struct uri_template *t = arena_take(a, sizeof *t);
	const struct part *first = &t->part[0];
	const char *colon;

	if (strlen(text) > URI_MAX) {
		*wrong = "uriTemplate is too long";
		return NULL;
	}
	if ((*wrong = read(a, t, arena_copy(a, text))))
		return NULL;
	colon = t->parts && first->literal ? memchr(first->literal, ':', first->n) : NULL;
	if (!colon || !isalpha((unsigned char)*first->literal)) {
		*wrong = "uriTemplate must begin with a scheme, such as note:";
		return NULL;
	}
	return t;
}

bool uri_template_has(const struct uri_template *t, const char *name)
{
	for (size_t i = 0; i < t->parts; i++)
		if (t->part[i].name && strcmp(t->part[i].name, name) == 0)
			return true;
	for (size_t i = 0; i < t->queries; i++)
		if (strcmp(t->query[i], name) == 0)
			return true;
	return false;
}

/* ---- matching ---------------------------------------------------------------------------------------------------- */

struct search {
	struct arena *arena;
	const struct uri_template *t;
	const char *uri;
	size_t n;			/* of what stands before a query */
	unsigned char *failed;		/* by part and place: was tried, does not fit */
	size_t from[URI_TEMPLATE_PARTS], to[URI_TEMPLATE_PARTS];
};

static bool fits(const struct part *p, char c)
{
	return strchr(unreserved, c) || c == '%' || (p->reserved && strchr(reserved, c));
}

static bool match_from(struct search *s, size_t part, size_t at);

static bool match_name(struct search *s, size_t part, size_t at)
{
	const struct part *p = &s->t->part[part];
	bool last = part + 1 == s->t->parts;

	s->from[part] = at;
	for (size_t end = at; end < s->n && fits(p, s->uri[end]); ) {
		s->to[part] = ++end;
		if (last ? end == s->n : match_from(s, part + 1, end))
			return true;
	}
	return false;
}

static bool match_from(struct search *s, size_t part, size_t at)
{
	const struct part *p = &s->t->part[part];
	unsigned char *failed = &s->failed[part * (s->n + 1) + at];
	bool good;

	if (part == s->t->parts)
		return at == s->n;
	if (*failed)
		return false;
	if (p->name)
		good = match_name(s, part, at);
	else
		good = at + p->n <= s->n && memcmp(s->uri + at, p->literal, p->n) == 0 && match_from(s, part + 1, at + p->n);
	*failed = !good;
	return good;
}

static bool add(struct search *s, struct json_object *to, const char *name, const char *text, size_t n)
{
	const char *value = url_decode(s->arena, text, n, false);

	if (value && !json_has(to, name))
		json_object_object_add(to, name, json_object_new_string(value));
	else
		value = NULL;
	return value != NULL;
}

/* `a=1&b=2` behind the question mark. */
static bool match_query(struct search *s, const char *query, struct json_object *to)
{
	size_t n, name;

	for (; ; query += n + 1) {
		bool known = false;

		n = strcspn(query, "&");
		name = strcspn(query, "=&");
		for (size_t i = 0; i < s->t->queries && !known; i++)
			known = strlen(s->t->query[i]) == name && memcmp(s->t->query[i], query, name) == 0 && query[name] == '=' &&
			    add(s, to, s->t->query[i], query + name + 1, n - name - 1);
		if (!known)
			return false;
		if (!query[n])
			return true;
	}
}

static void drop(void *value)
{
	json_object_put(value);
}

struct json_object *uri_template_match(struct arena *a, const struct uri_template *t, const char *uri)
{
	const char *query = t->queries ? strchr(uri, '?') : NULL;
	struct search s = { .arena = a, .t = t, .uri = uri };
	struct json_object *to;

	if (!uri_is(uri))
		return NULL;
	s.n = query ? (size_t)(query - uri) : strlen(uri);
	s.failed = arena_take(a, (t->parts + 1) * (s.n + 1));
	if (!match_from(&s, 0, 0))
		return NULL;
	to = json_object_new_object();
	arena_defer(a, drop, to);
	for (size_t i = 0; i < t->parts; i++)
		if (t->part[i].name && !add(&s, to, t->part[i].name, uri + s.from[i], s.to[i] - s.from[i]))
			return NULL;
	return !query || match_query(&s, query + 1, to) ? to : NULL;
}
