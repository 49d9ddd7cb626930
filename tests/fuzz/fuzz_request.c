/* SPDX-License-Identifier: ISC */
/*
 * fuzz_request: a whole request through serve_one(): lines NAME=value up to an empty one are the CGI
 * environment, the rest is what the web server has to read.  Whatever it is, there is one answer, framed as
 * RFC 3875 section 6 wants it, whose length is right and into which nobody has written a line of their own.
 */
#include "fuzz.h"

#include "serve.h"

enum { ENV_MAX = 64 };

struct wire {
	const char *body;
	size_t left, step;
	struct buf answer;
	int answers;
};

static long wire_read(void *with, char *to, size_t n)
{
	struct wire *x = with;

	n = n < x->step ? n : x->step;
	n = n < x->left ? n : x->left;
	memcpy(to, x->body, n);
	x->body += n;
	x->left -= n;
	return (long)n;
}

static int wire_write(void *with, const char *from, size_t n)
{
	struct wire *x = with;

	buf_put(&x->answer, from, n);
	x->answers++;
	return 0;
}

/* Gives back all that came in, in the places where it could do harm. */
static const struct fail *echo(struct request *rq, struct response *rs)
{
	const char *origin = http_env(rq, "HTTP_ORIGIN"), *path = http_env(rq, "PATH_INFO"),
	    *cookie = http_cookie(rq, "c");

	must(rq->body[rq->body_len] == '\0');
	must(rq->method == METHOD_GET || rq->method == METHOD_HEAD || rq->method == METHOD_POST ||
	    rq->method == METHOD_PUT);
	must(rq->cx.now > 0 && strlen(rq->cx.id) == 16);
	http_answer(rs, 200, "text/plain");
	if (origin)
		http_header(rs, "X-Origin", origin);
	if (cookie)
		http_header(rs, "Set-Cookie", cookie);
	if (path)
		http_header(rs, "X-Path", path);
	if (rs->status == 200)
		buf_printf(&rs->body, "%zu %zu\n", strlen(rq->query), rq->body_len);
	return NULL;
}

static void refuse(struct request *rq, struct response *rs, const struct fail *no)
{
	(void)rq;
	http_answer(rs, no->status, "text/plain");
	buf_text(&rs->body, no->description);
}

static const struct endpoint endpoints[] = {
	{ .name = "any", .methods = METHOD_GET | METHOD_POST, .body_max = 300, .cors = CORS_ANY, .handle = echo,
	  .refuse = refuse },
	{ .name = "listed", .methods = METHOD_POST | METHOD_PUT, .cors = CORS_LISTED, .path_info = true, .handle = echo,
	  .refuse = refuse },
	{ .name = "none", .methods = METHOD_GET, .body_max = 1, .cors = CORS_NONE, .handle = echo,
	  .refuse = refuse },
};

static char settings[256];

static void end(void)
{
	unlink(settings);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char text[] =
	    "issuer = http://127.0.0.1:8080\nmax_body = 2000\nallowed_origins = https://app.example\n";
	int fd = fuzz_file(settings, sizeof settings);

	(void)argc, (void)argv;
	must(write(fd, text, sizeof text - 1) == (ssize_t)sizeof text - 1 && close(fd) == 0);
	must(setenv("MCP_CGI_CONF", settings, 1) == 0);
	atexit(end);
	return 0;
}

/* Status first, then fields of printable text, an empty line, and as many bytes as were announced. */
static void check_answer(const char *text, size_t n, bool head)
{
	const char *body = strstr(text, "\r\n\r\n"), *line, *end_of_line, *length = NULL;
	int status = 0;

	must(strncmp(text, "Status: ", 8) == 0 && sscanf(text, "Status: %3d ", &status) == 1);
	must(status >= 200 && status <= 599);
	must(body);
	for (line = text; line < body + 2; line = end_of_line + 2) {
		end_of_line = strstr(line, "\r\n");
		must(memchr(line, ':', (size_t)(end_of_line - line)));
		must(line == text || strncmp(line, "Status:", 7) != 0);
		for (const char *s = line; s < end_of_line; s++)
			must((unsigned char)*s >= 0x20 && *s != 0x7f);
		if (strncmp(line, "Content-Length: ", 16) == 0) {
			must(!length);
			length = line + 16;
		}
	}
	body += 4;
	must(status == 204 || length);
	if (length && !head)
		must(strtoul(length, NULL, 10) == n - (size_t)(body - text));
	else
		must(n == (size_t)(body - text));
}

static void ask(struct arena *a, const struct endpoint *ep, char *const *env, const char *body, size_t n,
    size_t step, bool head)
{
	struct wire x = { .body = body, .left = n, .step = step, .answer = buf_new(a) };
	const struct front front = { .with = &x, .read = wire_read, .write = wire_write };

	must(serve_one(ep, env, &front) == 0);
	must(x.answers == 1);
	check_answer(x.answer.v, x.answer.len, head);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	char *text = fuzz_text(a, data, size), *rest = text, *line, *env[ENV_MAX + 1];
	size_t n = 0;
	bool head = false, seen = false;

	while (n < ENV_MAX && *(line = fuzz_line(&rest))) {
		env[n++] = line;
		if (!seen && strncmp(line, "REQUEST_METHOD=", 15) == 0) {
			seen = true;
			head = strcmp(line + 15, "HEAD") == 0;
		}
	}
	env[n] = NULL;
	for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++)
		ask(a, &endpoints[i], env, rest, size - (size_t)(rest - text), i == 1 ? 7 : 1 << 20, head);
	arena_drop(a);
	return 0;
}
