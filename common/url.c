/* SPDX-License-Identifier: ISC */
/* url: RFC 3986 as far as redirect addresses, resources and request targets need it. */
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "url.h"
#include "utf8.h"

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte of the escape at s ("%41"), or -1. */
static int escape_value(const char *s, size_t n)
{
	int high, low;

	if (n < 3 || (high = hex_value(s[1])) < 0 || (low = hex_value(s[2])) < 0)
		return -1;
	return high * 16 + low;
}

char *url_decode(struct arena *a, const char *text, size_t n, bool plus)
{
	char *to = arena_take_raw(a, n + 1);
	size_t i, len = 0;
	int byte;

	for (i = 0; i < n; i++) {
		if (text[i] == '%') {
			byte = escape_value(text + i, n - i);
			if (byte <= 0)
				return NULL;
			to[len++] = (char)byte;
			i += 2;
		} else if (text[i] == '\0') {
			return NULL;
		} else {
			to[len++] = plus && text[i] == '+' ? ' ' : text[i];
		}
	}
	to[len] = '\0';
	return utf8_is(to, len) ? to : NULL;
}

static bool is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    c == '-' || c == '.' || c == '_' || c == '~';
}

static void encode_byte(struct buf *b, unsigned char c)
{
	static const char digit[] = "0123456789ABCDEF";
	char escape[3] = { '%', digit[c >> 4], digit[c & 15] };

	if (is_unreserved(c))
		buf_char(b, (char)c);
	else
		buf_put(b, escape, sizeof escape);
}

void url_encode(struct buf *b, const char *text)
{
	for (; *text; text++)
		encode_byte(b, (unsigned char)*text);
}

char *url_recode(struct arena *a, const char *text, size_t n)
{
	struct buf b = buf_new(a);
	size_t i;
	int byte;

	for (i = 0; i < n; i++) {
		byte = text[i] == '%' ? escape_value(text + i, n - i) : -1;
		if (byte >= 0)
			i += 2;
		else
			byte = text[i] == '+' ? ' ' : (unsigned char)text[i];
		encode_byte(&b, (unsigned char)byte);
	}
	return b.v;
}

void url_add(struct buf *b, const char *name, const char *value)
{
	struct buf encoded = buf_new(b->arena);

	if (!value)
		return;
	url_encode(&encoded, value);
	url_add_encoded(b, name, encoded.v);
}

void url_add_encoded(struct buf *b, const char *name, const char *value)
{
	const char *query = strchr(b->v, '?');

	if (!value)
		return;
	if (!query)
		buf_char(b, '?');
	else if (query[1] && b->v[b->len - 1] != '&')
		buf_char(b, '&');
	buf_text(b, name);
	buf_char(b, '=');
	buf_text(b, value);
}

/* Bytes that RFC 3986 allows somewhere in a URI, with every escape whole. */
static bool is_uri_text(const char *text)
{
	size_t n = strlen(text), i;

	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c <= 0x20 || c >= 0x7f || strchr("\"<>\\^`{|}", c))
			return false;
		if (c == '%' && escape_value(text + i, n - i) < 0)
			return false;
	}
	return true;
}

static char *lower(struct arena *a, const char *text, size_t n)
{
	char *to = arena_text(a, text, n);
	size_t i;

	for (i = 0; i < n; i++)
		to[i] = (char)tolower((unsigned char)to[i]);
	return to;
}

/* port = *DIGIT, RFC 3986 section 3.2.3; here 1..65535 without a leading zero. */
static bool port_read(const char *text, size_t n, int *port)
{
	int value = 0;
	size_t i;

	if (n == 0 || n > 5 || text[0] == '0')
		return false;
	for (i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (text[i] - '0');
	}
	*port = value;
	return value <= 65535;
}

/* authority = [ userinfo "@" ] host [ ":" port ], RFC 3986 section 3.2 */
static bool authority_read(struct arena *a, const char *text, size_t n, struct url *u)
{
	const char *at = memrchr(text, '@', n), *host, *end = text + n, *colon;

	u->userinfo = at != NULL;
	host = at ? at + 1 : text;
	if (*host == '[') {
		colon = memchr(host, ']', (size_t)(end - host));
		if (!colon)
			return false;
		colon++;
		if (colon < end && *colon != ':')
			return false;
	} else {
		colon = memchr(host, ':', (size_t)(end - host));
		if (!colon)
			colon = end;
	}
	u->host = lower(a, host, (size_t)(colon - host));
	u->port = -1;
	return colon == end || port_read(colon + 1, (size_t)(end - colon - 1), &u->port);
}

bool url_read(struct arena *a, const char *text, struct url *u)
{
	const char *s = text, *end;

	memset(u, 0, sizeof *u);
	u->host = "";
	u->port = -1;
	if (!isalpha((unsigned char)*s) || !is_uri_text(text))
		return false;
	while (isalnum((unsigned char)*s) || *s == '+' || *s == '-' || *s == '.')
		s++;
	if (*s != ':')
		return false;
	u->scheme = lower(a, text, (size_t)(s - text));
	s++;
	if (s[0] == '/' && s[1] == '/') {
		u->authority = true;
		s += 2;
		end = s + strcspn(s, "/?#");
		if (!authority_read(a, s, (size_t)(end - s), u))
			return false;
		s = end;
	}
	end = s + strcspn(s, "?#");
	u->path = arena_text(a, s, (size_t)(end - s));
	if (*end == '?') {
		s = end + 1;
		end = s + strcspn(s, "#");
		u->query = arena_text(a, s, (size_t)(end - s));
	}
	u->fragment = *end == '#';
	return true;
}

bool url_host_is_loopback(const char *host)
{
	return strcmp(host, "127.0.0.1") == 0 || strcmp(host, "[::1]") == 0 || strcmp(host, "localhost") == 0;
}

/* Removes empty, "." and ".." segments in place; a slash at the end stays. */
static void path_clean(char *path)
{
	char *to = path, *segment, *next;

	bool slash = *path && path[strlen(path) - 1] == '/';

	for (segment = path; *segment; segment = next) {
		size_t n;

		segment += strspn(segment, "/");
		n = strcspn(segment, "/");
		next = segment + n;
		if (n == 0 || (n == 1 && segment[0] == '.'))
			continue;
		if (n == 2 && segment[0] == '.' && segment[1] == '.') {
			while (to > path && *--to != '/')
				continue;
			continue;
		}
		*to++ = '/';
		memmove(to, segment, n);
		to += n;
	}
	if (slash)
		*to++ = '/';
	*to = '\0';
}

char *url_clean_path(struct arena *a, const char *target)
{
	const char *path = target;
	char *clean;

	if (*target != '/') {
		path = strstr(target, "://");
		path = path ? strchr(path + 3, '/') : NULL;
	}
	if (!path)
		return NULL;
	clean = url_decode(a, path, strcspn(path, "?#"), false);
	if (clean)
		path_clean(clean);
	return clean;
}
