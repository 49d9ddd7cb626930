/* SPDX-License-Identifier: ISC */
/* http: reading CGI variables, building an answer. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "http.h"

static const char *env_find(char *const *env, const char *name)
{
	size_t n = strlen(name);

	for (; *env; env++)
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
			return *env + n + 1;
	return NULL;
}

const char *http_env(const struct request *rq, const char *name)
{
	const char *value = env_find(rq->env, name);

	return value && *value ? value : NULL;
}

const char *http_field(const struct request *rq, const char *name)
{
	char *key = arena_printf(rq->cx.arena, "HTTP_%s", name);

	for (char *c = key; *c; c++)
		*c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
	return http_env(rq, key);
}

const char *http_authorization(const struct request *rq)
{
	static const char *const place[] = {
		"HTTP_AUTHORIZATION", "REDIRECT_HTTP_AUTHORIZATION", "REDIRECT_REDIRECT_HTTP_AUTHORIZATION",
	};
	const char *value;
	size_t i;

	for (i = 0; i < sizeof place / sizeof *place; i++)
		if ((value = http_env(rq, place[i])))
			return value;
	return NULL;
}

bool http_content_type_is(const struct request *rq, const char *type)
{
	const char *value = http_env(rq, "CONTENT_TYPE");
	size_t n = strlen(type);

	if (!value || strncasecmp(value, type, n) != 0)
		return false;
	value += n;
	value += strspn(value, " \t");
	return *value == '\0' || (*value == ';' && !strchr(value, ','));
}

const char *http_cookie(const struct request *rq, const char *name)
{
	const char *at = http_env(rq, "HTTP_COOKIE"), *found = NULL;
	size_t n = strlen(name), len;

	for (; at && *at; at += len + strspn(at + len, "; ")) {
		len = strcspn(at, ";");
		if (len > n && strncmp(at, name, n) == 0 && at[n] == '=') {
			if (found)
				return NULL;
			found = arena_text(rq->cx.arena, at + n + 1, len - n - 1);
		}
	}
	return found;
}

const char *http_phrase(int status)
{
	static const struct { int status; const char *phrase; } table[] = {
		{ 200, "OK" }, { 201, "Created" }, { 202, "Accepted" }, { 204, "No Content" }, { 302, "Found" },
		{ 303, "See Other" }, { 400, "Bad Request" }, { 401, "Unauthorized" }, { 403, "Forbidden" },
		{ 404, "Not Found" }, { 405, "Method Not Allowed" }, { 408, "Request Timeout" },
		{ 413, "Content Too Large" }, { 414, "URI Too Long" }, { 415, "Unsupported Media Type" }, { 429, "Too Many Requests" },
		{ 406, "Not Acceptable" }, { 500, "Internal Server Error" }, { 503, "Service Unavailable" },
	};
	size_t i;

	for (i = 0; i < sizeof table / sizeof *table; i++)
		if (table[i].status == status)
			return table[i].phrase;
	return "Unknown";
}

const char *http_allow(struct arena *a, unsigned methods)
{
	static const struct { enum method method; const char *name; } table[] = {
		{ METHOD_GET, "GET" }, { METHOD_HEAD, "HEAD" }, { METHOD_POST, "POST" }, { METHOD_PUT, "PUT" },
		{ METHOD_DELETE, "DELETE" }, { METHOD_OPTIONS, "OPTIONS" },
	};
	struct buf b = buf_new(a);
	size_t i;

	for (i = 0; i < sizeof table / sizeof *table; i++)
		if (methods & table[i].method)
			buf_printf(&b, "%s%s", b.len ? ", " : "", table[i].name);
	return b.v;
}

static bool is_header_value(const char *value)
{
	for (; *value; value++)
		if ((unsigned char)*value < 0x20 || *value == 0x7f)
			return false;
	return true;
}

void http_header(struct response *rs, const char *name, const char *value)
{
	size_t i = rs->headers;

	if (strcmp(name, "Set-Cookie") != 0)
		for (i = 0; i < rs->headers && strcasecmp(rs->header[i].name, name) != 0; i++)
			continue;
	if (i == HEADERS_MAX || !is_header_value(value)) {
		rs->status = 500;
		rs->headers = 0;
		rs->body = buf_new(rs->arena);
		return;
	}
	rs->header[i].name = name;
	rs->header[i].value = value;
	if (i == rs->headers)
		rs->headers++;
}

void http_answer(struct response *rs, int status, const char *type)
{
	rs->status = status;
	rs->body = buf_new(rs->arena);
	http_header(rs, "Content-Type", type);
	http_header(rs, "Cache-Control", "no-store");
	http_header(rs, "X-Content-Type-Options", "nosniff");
}

void http_redirect(struct response *rs, enum method asked, const char *location)
{
	rs->status = asked == METHOD_POST ? 303 : 302;
	rs->body = buf_new(rs->arena);
	http_header(rs, "Location", location);
	http_header(rs, "Cache-Control", "no-store");
	http_header(rs, "Referrer-Policy", "no-referrer");
}
