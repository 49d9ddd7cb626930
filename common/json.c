/* SPDX-License-Identifier: ISC */
/*
 * json: a scanner that is the grammar of RFC 8259 goes over the text first; json-c, which is generous, then builds the
 * tree.  Duplicate names need no second look at the text: json-c keeps one member of each name, so that the tree
 * then has fewer members than the scanner has counted.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "utf8.h"

struct scan {
	const char *at;
	const char *end;
	int depth;
	size_t members;
	size_t values;
};

static bool scan_value(struct scan *s);

static void scan_blank(struct scan *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r'))
		s->at++;
}

static bool scan_char(struct scan *s, char c)
{
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static bool scan_word(struct scan *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->at) < n || memcmp(s->at, word, n) != 0)
		return false;
	s->at += n;
	return true;
}

/* The four digits of \uXXXX, or -1. */
static int scan_hex(struct scan *s)
{
	int value = 0, i;

	if (s->end - s->at < 4)
		return -1;
	for (i = 0; i < 4; i++, s->at++) {
		char c = *s->at;

		if (c >= '0' && c <= '9')
			value = value * 16 + (c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			value = value * 16 + ((c | 32) - 'a' + 10);
		else
			return -1;
	}
	return value;
}

/* escape, RFC 8259 section 7; a surrogate only as one of a pair, and no NUL: a C string would end at it. */
static bool scan_escape(struct scan *s)
{
	int high, low;

	if (s->at == s->end)
		return false;
	if (*s->at != 'u')
		return *s->at && strchr("\"\\/bfnrt", *s->at++);
	s->at++;
	high = scan_hex(s);
	if (high <= 0 || (high >= 0xdc00 && high <= 0xdfff))
		return false;
	if (high < 0xd800 || high > 0xdbff)
		return true;
	if (!scan_word(s, "\\u"))
		return false;
	low = scan_hex(s);
	return low >= 0xdc00 && low <= 0xdfff;
}

static bool scan_string(struct scan *s)
{
	size_t n;

	if (!scan_char(s, '"'))
		return false;
	while (s->at < s->end && *s->at != '"') {
		if ((unsigned char)*s->at < 0x20)
			return false;
		if (*s->at == '\\') {
			s->at++;
			if (!scan_escape(s))
				return false;
		} else {
			n = utf8_char(s->at, (size_t)(s->end - s->at));
			if (n == 0)
				return false;
			s->at += n;
		}
	}
	return scan_char(s, '"');
}

static bool scan_digits(struct scan *s)
{
	const char *from = s->at;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return s->at > from;
}

/* A number that an int64_t or a double can really hold. */
static bool is_exact(const char *from, size_t n, bool integer)
{
	char text[512];

	if (n >= sizeof text)
		return false;
	memcpy(text, from, n);
	text[n] = '\0';
	if (!integer)
		return isfinite(strtod(text, NULL));
	errno = 0;
	(void)strtoll(text, NULL, 10);
	return errno == 0;
}

/* number, RFC 8259 section 6 */
static bool scan_number(struct scan *s)
{
	const char *from = s->at;
	bool integer = true;

	scan_char(s, '-');
	if (!scan_char(s, '0') && !scan_digits(s))
		return false;
	if (scan_char(s, '.')) {
		integer = false;
		if (!scan_digits(s))
			return false;
	}
	if (scan_char(s, 'e') || scan_char(s, 'E')) {
		integer = false;
		if (!scan_char(s, '+'))
			scan_char(s, '-');
		if (!scan_digits(s))
			return false;
	}
	return is_exact(from, (size_t)(s->at - from), integer);
}

static bool scan_member(struct scan *s)
{
	scan_blank(s);
	if (!scan_string(s))
		return false;
	scan_blank(s);
	s->members++;
	return scan_char(s, ':') && scan_value(s);
}

/* The inside of an object or array, up to and with the closing bracket. */
static bool scan_list(struct scan *s, bool (*element)(struct scan *), char close)
{
	bool good;

	if (++s->depth > JSON_DEPTH)
		return false;
	scan_blank(s);
	if (!scan_char(s, close)) {
		do
			good = element(s);
		while (good && scan_char(s, ','));
		if (!good || !scan_char(s, close))
			return false;
	}
	s->depth--;
	return true;
}

static bool scan_value(struct scan *s)
{
	bool good;

	scan_blank(s);
	if (s->at == s->end || ++s->values > JSON_VALUES)
		return false;
	switch (*s->at) {
	case '{':
		s->at++;
		good = scan_list(s, scan_member, '}');
		break;
	case '[':
		s->at++;
		good = scan_list(s, scan_value, ']');
		break;
	case '"':
		good = scan_string(s);
		break;
	case 't':
		good = scan_word(s, "true");
		break;
	case 'f':
		good = scan_word(s, "false");
		break;
	case 'n':
		good = scan_word(s, "null");
		break;
	default:
		good = scan_number(s);
	}
	scan_blank(s);
	return good;
}

static size_t count_members(struct json_object *value)
{
	size_t n = 0, i;

	if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, name, member) {
			(void)name;
			n += 1 + count_members(member);
		}
	} else if (json_object_is_type(value, json_type_array)) {
		for (i = 0; i < json_object_array_length(value); i++)
			n += count_members(json_object_array_get_idx(value, i));
	}
	return n;
}

static void value_drop(void *value)
{
	json_object_put(value);
}

static struct json_object *build(const char *text, size_t n)
{
	struct json_tokener *t = json_tokener_new_ex(JSON_DEPTH + 1);
	struct json_object *value;

	if (!t)
		return NULL;
	value = json_tokener_parse_ex(t, text, (int)n);
	if (json_tokener_get_error(t) == json_tokener_continue)
		value = json_tokener_parse_ex(t, "", 1);	/* a bare number ends with the text */
	json_tokener_free(t);
	return value;
}

bool json_read_strict(struct arena *a, const char *text, size_t n, struct json_object **value, bool *duplicate)
{
	struct scan s = { .at = text, .end = text + n };
	const char *from;

	*value = NULL;
	*duplicate = false;
	if (n > 64 * 1024 * 1024)
		return false;
	scan_blank(&s);
	from = s.at;
	if (!scan_value(&s) || s.at != s.end)
		return false;
	if (*from == 'n')
		return true;
	*value = build(text, n);
	if (!*value)
		return false;
	arena_defer(a, value_drop, *value);
	*duplicate = count_members(*value) != s.members;
	return !*duplicate;
}

bool json_read(struct arena *a, const char *text, size_t n, struct json_object **value)
{
	bool duplicate;

	return json_read_strict(a, text, n, value, &duplicate);
}

int json_line(const char *text, size_t n)
{
	struct scan s = { .at = text, .end = text + n };
	int line = 1;

	scan_blank(&s);
	if (scan_value(&s))
		scan_blank(&s);
	for (; text < s.at && text < s.end; text++)
		line += *text == '\n';
	return line;
}

struct json_object *json_get(struct json_object *o, const char *name)
{
	struct json_object *member = NULL;

	if (json_object_is_type(o, json_type_object))
		json_object_object_get_ex(o, name, &member);
	return member;
}

bool json_has(struct json_object *o, const char *name)
{
	return json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, name, NULL);
}

const char *json_text(struct json_object *o, const char *name)
{
	struct json_object *member = json_get(o, name);

	return json_object_is_type(member, json_type_string) ? json_object_get_string(member) : NULL;
}

void json_put_textn(struct buf *b, const char *text, size_t n)
{
	const char *end = text + n, *from;

	buf_char(b, '"');
	while (text < end) {
		for (from = text; text < end && (unsigned char)*text >= 0x20 && *text != '"' && *text != '\\'; )
			text++;
		buf_put(b, from, (size_t)(text - from));
		if (text == end)
			break;
		if (*text == '"' || *text == '\\') {
			buf_char(b, '\\');
			buf_char(b, *text);
		} else {
			buf_printf(b, "\\u%04x", (unsigned)(unsigned char)*text);
		}
		text++;
	}
	buf_char(b, '"');
}

void json_put_text(struct buf *b, const char *text)
{
	json_put_textn(b, text, strlen(text));
}

void json_put(struct buf *b, struct json_object *value)
{
	buf_text(b, json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

void json_put_name(struct buf *b, const char *name)
{
	if (b->len && b->v[b->len - 1] != '{' && b->v[b->len - 1] != '[')
		buf_char(b, ',');
	json_put_text(b, name);
	buf_char(b, ':');
}

void json_put_member(struct buf *b, const char *name, const char *text)
{
	if (!text)
		return;
	json_put_name(b, name);
	json_put_text(b, text);
}

void json_put_number(struct buf *b, const char *name, int64_t number)
{
	json_put_name(b, name);
	buf_int(b, number);
}

void json_put_words(struct buf *b, const char *name, const char *words)
{
	size_t n;

	json_put_name(b, name);
	buf_char(b, '[');
	for (words += strspn(words, " "); *words; words += n + strspn(words + n, " ")) {
		n = strcspn(words, " ");
		if (b->v[b->len - 1] != '[')
			buf_char(b, ',');
		json_put_textn(b, words, n);
	}
	buf_char(b, ']');
}
