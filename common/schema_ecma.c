/* SPDX-License-Identifier: ISC */
/* schema_ecma: one pass, one function a kind of thing; what the two dialects share is copied. */
#include <stdbool.h>
#include <string.h>

#include "buf.h"
#include "schema_ecma.h"
#include "schema_ecma_property.h"

#define SPACE "\\x{9}-\\x{d}\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}"
#define NO_SPACE "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}" \
	"\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}"

enum before { NOTHING, ATOM, SET, DASH };

struct pattern {
	struct arena *arena;
	const char *at;
	struct buf out;
	const char *wrong;
	bool in_class;
	enum before before;	/* in a class: what the last item was, since `-` depends on it */
};

static void refuse(struct pattern *p, const char *what, size_t n)
{
	if (!p->wrong)
		p->wrong = arena_printf(p->arena, "%.*s is not supported", (int)n, what);
}

static void copy(struct pattern *p, size_t n)
{
	buf_put(&p->out, p->at, n);
	p->at += n;
}

/* An item of a class: a range that it would be the end of must have two ends. */
static void item(struct pattern *p, enum before kind)
{
	if (p->in_class && p->before == DASH && kind == SET)
		refuse(p, "a range that ends with a set", 28);
	p->before = p->before == DASH ? NOTHING : kind;
}

/* -- escapes -- */

/* Hexadecimal digits, at least and at most so many; the end of them, or NULL. */
static const char *hex(const char *s, int least, int most, unsigned long *value)
{
	int i;

	for (*value = 0, i = 0; i < most; i++, s++) {
		int low = *s | 32;

		if (*s >= '0' && *s <= '9')
			*value = *value * 16 + (unsigned long)(*s - '0');
		else if (low >= 'a' && low <= 'f')
			*value = *value * 16 + (unsigned long)(low - 'a' + 10);
		else
			break;
	}
	return i < least ? NULL : s;
}

static const char *read_u(const char *s, unsigned long *value)
{
	unsigned long low;
	const char *end;

	if (*s == '{') {
		end = hex(s + 1, 1, 6, value);
		return end && *end == '}' ? end + 1 : NULL;
	}
	end = hex(s, 4, 4, value);
	if (!end || *value < 0xd800 || *value > 0xdbff || strncmp(end, "\\u", 2) != 0)
		return end;
	s = hex(end + 2, 4, 4, &low);
	if (!s || low < 0xdc00 || low > 0xdfff)
		return end;
	*value = 0x10000 + ((*value - 0xd800) << 10) + (low - 0xdc00);
	return s;
}

/* \xHH, \uHHHH, \u{H...}, pairs of surrogates */
static void put_code_point(struct pattern *p)
{
	unsigned long value;
	const char *end = p->at[1] == 'x' ? hex(p->at + 2, 2, 2, &value) : read_u(p->at + 2, &value);

	if (!end) {
		refuse(p, p->at, 2);
		return;
	}
	p->at = end;
	buf_printf(&p->out, "\\x{%lx}", value);
	item(p, ATOM);
}

static void put_set(struct pattern *p, const char *inside, const char *outside)
{
	buf_text(&p->out, p->in_class ? inside : outside);
	p->at += 2;
	item(p, SET);
}

static void put_property(struct pattern *p)
{
	size_t n = strcspn(p->at, "}");
	const char *name = p->at[2] == '{' && p->at[n] ?
	    schema_ecma_property(arena_text(p->arena, p->at + 3, n - 3)) : NULL;

	if (!name) {
		refuse(p, p->at, n + (p->at[n] != '\0'));
		return;
	}
	buf_printf(&p->out, "\\%c{%s}", p->at[1], name);
	p->at += n + 1;
	item(p, SET);
}

static void put_number(struct pattern *p)
{
	if (p->at[1] == '0' && !(p->at[2] >= '0' && p->at[2] <= '9')) {
		buf_text(&p->out, "\\x{0}");
		p->at += 2;
	} else if (p->at[1] == '0' || p->in_class) {
		refuse(p, p->at, 2);
	} else {
		size_t digits = strspn(p->at + 1, "0123456789");

		buf_printf(&p->out, "\\g{%.*s}", (int)digits, p->at + 1);
		p->at += 1 + digits;
	}
	item(p, ATOM);
}

static void put_named_reference(struct pattern *p)
{
	size_t n = strcspn(p->at, ">");

	if (p->in_class || p->at[2] != '<' || !p->at[n])
		refuse(p, p->at, 2);
	else
		copy(p, n + 1);
}

static void put_control(struct pattern *p)
{
	if (p->at[2] && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", p->at[2]))
		copy(p, 3);
	else
		refuse(p, p->at, 2);
	item(p, ATOM);
}

static void put_escape(struct pattern *p)
{
	char c = p->at[1];

	if (c >= '0' && c <= '9') {
		put_number(p);
	} else if (c == 'd' || c == 'D' || c == 'w' || c == 'W') {
		copy(p, 2);
		item(p, SET);
	} else if (c == 's') {
		put_set(p, SPACE, "[" SPACE "]");
	} else if (c == 'S') {
		put_set(p, NO_SPACE, "[^" SPACE "]");
	} else if (c == 'p' || c == 'P') {
		put_property(p);
	} else if (c == 'x' || c == 'u') {
		put_code_point(p);
	} else if (c == 'k') {
		put_named_reference(p);
	} else if (c == 'c') {
		put_control(p);
	} else if (c == 'v') {
		put_set(p, "\\x{b}", "\\x{b}");
		p->before = ATOM;
	} else if (c && (strchr("tnrfb^$\\.*+?()[]{}|/-", c) || (c == 'B' && !p->in_class) ||
	    strchr(" !\"#%&',:;<=>@_`~", c))) {
		copy(p, 2);
		item(p, ATOM);
	} else {
		refuse(p, p->at, c ? 2 : 1);
	}
}

/* -- classes -- */

static void put_class_char(struct pattern *p)
{
	if (*p->at == '-') {
		if (p->before == ATOM && p->at[1] != ']') {
			p->before = DASH;
		} else {
			buf_char(&p->out, '\\');
			item(p, ATOM);
		}
	} else {
		if (*p->at == '[')
			buf_char(&p->out, '\\');
		item(p, ATOM);
	}
	for (copy(p, 1); (*p->at & 0xc0) == 0x80; )
		copy(p, 1);
}

static void put_class(struct pattern *p)
{
	bool negated = p->at[1] == '^';

	p->at += 1 + negated;
	if (*p->at == ']') {
		buf_text(&p->out, negated ? "[\\x{0}-\\x{10ffff}]" : "(?!)");
		p->at++;
		return;
	}
	buf_text(&p->out, negated ? "[^" : "[");
	p->in_class = true;
	p->before = NOTHING;
	while (*p->at && *p->at != ']' && !p->wrong) {
		if (*p->at == '\\')
			put_escape(p);
		else
			put_class_char(p);
	}
	p->in_class = false;
	if (*p->at)
		copy(p, 1);
	else
		refuse(p, "a class without ]", 17);
}

/* -- groups and quantifiers -- */

static void put_group(struct pattern *p)
{
	static const char *const known[] = { "(?:", "(?=", "(?!", "(?<=", "(?<!" };

	if (p->at[1] == '*') {
		refuse(p, p->at, 2);
	} else if (p->at[1] != '?') {
		copy(p, 1);
	} else {
		for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
			if (strncmp(p->at, known[i], strlen(known[i])) == 0) {
				copy(p, strlen(known[i]));
				return;
			}
		}
		if (p->at[2] == '<')
			copy(p, 3);
		else
			refuse(p, p->at, p->at[2] ? 3 : 2);
	}
}

/* {n} {n,} {n,m}: the bytes of it, or 0. */
static size_t braces(const char *s)
{
	static const char digits[] = "0123456789";
	size_t n = 1 + strspn(s + 1, digits);

	if (n == 1)
		return 0;
	if (s[n] == ',')
		n += 1 + strspn(s + n + 1, digits);
	return s[n] == '}' ? n + 1 : 0;
}

static void put_quantifier(struct pattern *p)
{
	copy(p, *p->at == '{' ? braces(p->at) : 1);
	if (*p->at == '?')
		copy(p, 1);
	if (*p->at == '+' || *p->at == '*' || *p->at == '?')
		refuse(p, "a quantifier of a quantifier", 28);
}

const char *schema_ecma_translate(struct arena *a, const char *pattern, const char **wrong)
{
	struct pattern p = { .arena = a, .at = pattern, .out = buf_new(a) };

	while (*p.at && !p.wrong) {
		if (*p.at == '\\') {
			put_escape(&p);
		} else if (*p.at == '[') {
			put_class(&p);
		} else if (*p.at == '(') {
			put_group(&p);
		} else if (*p.at == '*' || *p.at == '+' || *p.at == '?' || (*p.at == '{' && braces(p.at))) {
			put_quantifier(&p);
		} else if (*p.at == '.') {
			buf_text(&p.out, "[^\\n\\r\\x{2028}\\x{2029}]");
			p.at++;
		} else {
			if (*p.at == '{' || *p.at == '}' || *p.at == ']')
				buf_char(&p.out, '\\');
			copy(&p, 1);
		}
	}
	*wrong = p.wrong;
	return p.wrong ? NULL : p.out.v;
}
