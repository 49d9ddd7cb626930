/* SPDX-License-Identifier: ISC */
/* schema_uri: RFC 3986, appendix B to take apart, section 5.2.2 to put together. */
#include <stdbool.h>
#include <string.h>

#include "buf.h"
#include "schema_uri.h"
#include "url.h"

/* A part is NULL when it is not there; the path always is. */
struct parts {
	char *scheme;
	char *authority;
	char *path;
	char *query;
};

static char *cut(struct arena *a, const char **at, size_t n, size_t behind)
{
	char *part = arena_text(a, *at, n);

	*at += n + behind;
	return part;
}

static struct parts take_apart(struct arena *a, const char *uri)
{
	const char *text = arena_text(a, uri, strcspn(uri, "#"));
	struct parts p = { 0 };
	size_t n = strcspn(text, ":/?");

	if (n && text[n] == ':')
		p.scheme = cut(a, &text, n, 1);
	if (strncmp(text, "//", 2) == 0) {
		text += 2;
		p.authority = cut(a, &text, strcspn(text, "/?"), 0);
	}
	p.path = cut(a, &text, strcspn(text, "?"), 0);
	if (*text == '?')
		p.query = arena_copy(a, text + 1);
	return p;
}

static void drop_segment(struct buf *out)
{
	while (out->len && out->v[out->len - 1] != '/')
		out->len--;
	if (out->len)
		out->len--;
	if (out->cap)
		out->v[out->len] = '\0';
}

/* Section 5.2.4, for a path that begins with a slash; any other is left as it is. */
static char *without_dots(struct arena *a, char *path)
{
	struct buf out = buf_new(a);
	const char *at = path;

	while (*at == '/') {
		size_t n = strcspn(at + 1, "/");
		bool dot = n == 1 && at[1] == '.', dots = n == 2 && at[1] == '.' && at[2] == '.';

		if (dots)
			drop_segment(&out);
		if (!dot && !dots)
			buf_put(&out, at, n + 1);
		else if (!at[n + 1])
			buf_char(&out, '/');
		at += n + 1;
	}
	return *path == '/' ? out.v : path;
}

/* Section 5.2.3 */
static char *merge(struct arena *a, const struct parts *base, const char *path)
{
	const char *slash = strrchr(base->path, '/');

	if (base->authority && !*base->path)
		return arena_printf(a, "/%s", path);
	return arena_printf(a, "%.*s%s", slash ? (int)(slash - base->path + 1) : 0, base->path, path);
}

const char *schema_uri_resolve(struct arena *a, const char *base, const char *reference)
{
	struct parts b = take_apart(a, base), t = take_apart(a, reference);
	struct buf out = buf_new(a);

	if (!t.scheme) {
		if (!t.authority) {
			if (!*t.path && !t.query)
				t.query = b.query;
			if (!*t.path)
				t.path = b.path;
			else if (*t.path != '/')
				t.path = merge(a, &b, t.path);
			t.authority = b.authority;
		}
		t.scheme = b.scheme;
	}
	if (t.scheme)
		buf_printf(&out, "%s:", t.scheme);
	if (t.authority)
		buf_printf(&out, "//%s", t.authority);
	buf_text(&out, without_dots(a, t.path));
	if (t.query)
		buf_printf(&out, "?%s", t.query);
	return out.v;
}

const char *schema_uri_fragment(struct arena *a, const char *reference)
{
	const char *at = strchr(reference, '#');

	return at ? url_decode(a, at + 1, strlen(at + 1), false) : "";
}
