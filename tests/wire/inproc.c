/* SPDX-License-Identifier: ISC */
/*
 * inproc: the third front.  All programs in one process under the sanitizers, behind the smallest HTTP server that a
 * test needs: one connection at a time, one request a connection, on 127.0.0.1.  It makes a CGI environment as a web
 * server would and calls serve_one(), so that the wire tests reach the same code here as behind lighttpd.
 *
 * A stream that stays open has a process of its own, which is told to end and asked for its status when this one ends.
 *
 *	MCP_CGI_CONF=... inproc PORT		prints "ready"; SIGTERM ends it, and the leak checker has its say
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "serve.h"
#include "site_prompt.h"
#include "site_resource.h"
#include "tool.h"

extern const struct endpoint metadata, registration, authorize, token, revocation, introspection, account, mcp, listening,
    setup;

enum { HEAD_MAX = 256 * 1024, ENV_MAX = 256, STREAMS_MAX = 1024 };

static volatile sig_atomic_t ended;
static pid_t stream[STREAMS_MAX];
static size_t streams;
static bool is_stream, handed_over;

struct http {
	int fd;
	char *early;		/* body bytes that came with the head */
	size_t early_len;
	long left;		/* body bytes still to be given; -1: chunked was decoded into early already */
	struct buf answer;
	bool begun;
};

static void on_end(int sig)
{
	ended = sig;
}

static long body_read(void *with, char *to, size_t n)
{
	struct http *h = with;
	ssize_t got;

	if (h->left >= 0 && (long)n > h->left)
		n = (size_t)h->left;
	if (n == 0)
		return 0;
	if (h->early_len > 0) {
		if (n > h->early_len)
			n = h->early_len;
		memcpy(to, h->early, n);
		h->early += n;
		h->early_len -= n;
		got = (ssize_t)n;
	} else if (h->left < 0) {
		return 0;
	} else {
		got = recv(h->fd, to, n, 0);
	}
	if (got < 0)
		return errno == EAGAIN ? -2 : -1;
	if (h->left > 0)
		h->left -= got;
	return got;
}

/* What there is so far: in the process of a stream. */
static int send_answer(struct http *h)
{
	const char *from = h->answer.v;
	size_t n = h->answer.len, head = h->begun ? 0 : strlen("Status: ");
	ssize_t put;

	if (!h->begun)
		send(h->fd, "HTTP/1.1 ", 9, MSG_NOSIGNAL);
	h->begun = true;
	h->answer.len = 0;
	for (from += head, n -= head; n > 0; from += put, n -= (size_t)put)
		if ((put = send(h->fd, from, n, MSG_NOSIGNAL)) <= 0)
			return -1;
	return 0;
}

static int answer_write(void *with, const char *from, size_t n)
{
	struct http *h = with;

	buf_put(&h->answer, from, n);
	return is_stream ? send_answer(h) : 0;
}

static bool is_told(void *with)
{
	(void)with;
	return ended != 0;
}

static int watch_client(void *with)
{
	struct http *h = with;

	return h->fd;
}

static const struct endpoint *route(const char *path, size_t n, size_t *script)
{
	static const struct { const char *path; const struct endpoint *ep; } table[] = {
		{ "/.well-known", &metadata }, { "/register", &registration }, { "/authorize", &authorize },
		{ "/token", &token }, { "/revoke", &revocation }, { "/introspect", &introspection }, { "/account", &account },
		{ "/setup", &setup }, { "/mcp", &mcp }, { "/team-b/mcp", &mcp },
	};
	size_t i, len;

	for (i = 0; i < sizeof table / sizeof *table; i++) {
		len = strlen(table[i].path);
		if (n >= len && memcmp(path, table[i].path, len) == 0 && (n == len || path[len] == '/')) {
			*script = len;
			return table[i].ep;
		}
	}
	return NULL;
}

/* One header line into a CGI variable; the body's own two are named differently (RFC 3875 section 4.1). */
static char *variable(struct arena *a, const char *name, size_t n, const char *value)
{
	char *v = arena_printf(a, "HTTP_%.*s=%s", (int)n, name, value), *s;

	for (s = v; *s != '='; s++)
		*s = *s == '-' ? '_' : (char)toupper((unsigned char)*s);
	if (strncmp(v, "HTTP_CONTENT_TYPE=", 18) == 0 || strncmp(v, "HTTP_CONTENT_LENGTH=", 20) == 0)
		v += 5;
	return v;
}

/* Web servers join a repeated field with a comma; one written with '_' for '-' stays a second variable, as in lighttpd. */
static bool join(struct arena *a, char **env, size_t count, char **name, size_t *names, const char *field, size_t n,
    const char *value)
{
	size_t i;

	for (i = 0; i < *names; i++)
		if (strlen(name[i]) == n && strncasecmp(name[i], field, n) == 0) {
			env[count + i] = arena_printf(a, "%s, %s", env[count + i], value);
			return true;
		}
	name[(*names)++] = arena_text(a, field, n);
	return false;
}

/* chunked = *chunk last-chunk, RFC 9112 section 7.1; from a socket that has all of it, or ends. */
static void read_chunked(struct arena *a, struct http *h)
{
	struct buf raw = buf_new(a), body = buf_new(a);
	char piece[4096], *at, *end;
	ssize_t got;
	long size;

	buf_put(&raw, h->early, h->early_len);
	while (!strstr(raw.v, "\r\n0\r\n\r\n") && strncmp(raw.v, "0\r\n", 3) != 0 && raw.len < 16u * 1024 * 1024 &&
	    (got = recv(h->fd, piece, sizeof piece, 0)) > 0)
		buf_put(&raw, piece, (size_t)got);
	for (at = raw.v; (size = strtol(at, &end, 16)) > 0 && end + 2 + size <= raw.v + raw.len; at = end + 2 + size + 2)
		buf_put(&body, end + 2, (size_t)size);
	h->early = body.v;
	h->early_len = body.len;
	h->left = -1;
}

static void put_answer(struct http *h, struct arena *a)
{
	struct buf out = buf_new(a);
	const char *status = h->answer.v + strlen("Status: "), *rest = strchr(status, '\n');
	size_t done = 0;
	ssize_t put;

	buf_printf(&out, "HTTP/1.1 %.*s\r\nConnection: close\r\n", (int)(rest - status - 1), status);
	buf_put(&out, rest + 1, h->answer.len - (size_t)(rest + 1 - h->answer.v));
	while (done < out.len && (put = send(h->fd, out.v + done, out.len - done, MSG_NOSIGNAL)) > 0)
		done += (size_t)put;
}

static void plain_answer(int fd, const char *status)
{
	dprintf(fd, "HTTP/1.1 %s\r\nConnection: close\r\nContent-Type: application/json\r\n"
	    "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nContent-Length: 2\r\n\r\n{}", status);
}

/* The head, up to and with its empty line; NULL when the client is not worth an answer. */
static char *read_head(int fd, struct arena *a, size_t *len)
{
	static char head[HEAD_MAX + 1];
	ssize_t got;

	*len = 0;
	head[0] = '\0';
	while (!strstr(head, "\r\n\r\n")) {
		got = *len < HEAD_MAX ? recv(fd, head + *len, HEAD_MAX - *len, 0) : -1;
		if (got <= 0)
			return NULL;
		*len += (size_t)got;
		head[*len] = '\0';
	}
	return memcpy(arena_take_raw(a, *len + 1), head, *len + 1);
}

/* As the web server's configuration tells it. */
static bool asks_for_stream(char *const *env, bool main_endpoint)
{
	bool get = false, back = false;

	for (; *env; env++) {
		if (strcmp(*env, "HTTP_MCP_METHOD=subscriptions/listen") == 0)
			return true;
		get = get || strcmp(*env, "REQUEST_METHOD=GET") == 0;
		back = back || strncmp(*env, "HTTP_LAST_EVENT_ID=", 19) == 0;
	}
	return main_endpoint && get && !back;
}

/* A connection to the database must not be in two processes: it is closed before. */
static bool become_stream(void)
{
	pid_t pid;

	serve_end();
	if (streams == STREAMS_MAX || (pid = fork()) < 0)
		return false;
	is_stream = pid == 0;
	handed_over = !is_stream;
	if (handed_over)
		stream[streams++] = pid;
	else
		streams = 0;
	return is_stream;
}

/* Ends the streams; false: one of them did not end well. */
static bool end_streams(void)
{
	bool well = true;
	int status;

	for (size_t i = 0; i < streams; i++) {
		if (waitpid(stream[i], &status, WNOHANG) == 0) {
			kill(stream[i], SIGTERM);
			waitpid(stream[i], &status, 0);
		}
		well = well && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	}
	return well;
}

static void answer_one(int fd, const char *peer, struct arena *a)
{
	char *env[ENV_MAX], *name[ENV_MAX], *head, *line, *next, *target, *query;
	size_t len, n = 0, names = 0, first, script = 0, path;
	struct http h = { .fd = fd, .answer = buf_new(a) };
	struct front front = { .with = &h, .read = body_read, .write = answer_write };
	const struct endpoint *ep;
	bool chunked = false, main_endpoint;

	if (!(head = read_head(fd, a, &len)))
		return;
	h.early = strstr(head, "\r\n\r\n") + 4;
	h.early_len = len - (size_t)(h.early - head);
	h.early[-2] = '\0';
	next = strstr(head, "\r\n");
	*next = '\0';
	target = strchr(head, ' ');
	if (!target || !strrchr(target + 1, ' ')) {
		plain_answer(fd, "400 Bad Request");
		return;
	}
	*target++ = '\0';
	*strrchr(target, ' ') = '\0';
	query = strchr(target, '?');
	path = query ? (size_t)(query - target) : strlen(target);
	if (!(ep = route(target, path, &script))) {
		plain_answer(fd, "404 Not Found");
		return;
	}
	env[n++] = "GATEWAY_INTERFACE=CGI/1.1";
	env[n++] = "REQUEST_SCHEME=http";
	env[n++] = arena_printf(a, "REMOTE_ADDR=%s", peer);
	env[n++] = arena_printf(a, "REQUEST_METHOD=%s", head);
	env[n++] = arena_printf(a, "REQUEST_URI=%s", target);
	env[n++] = arena_printf(a, "QUERY_STRING=%s", query ? query + 1 : "");
	env[n++] = arena_printf(a, "SCRIPT_NAME=%.*s", (int)script, target);
	if (path > script)
		env[n++] = arena_printf(a, "PATH_INFO=%.*s", (int)(path - script), target + script);
	first = n;
	for (line = next + 2; *line && n < ENV_MAX - 1; line = next + 2) {
		char *colon, *value, *end;

		next = strstr(line, "\r\n");
		if (!next)
			break;
		*next = '\0';
		if (!(colon = strchr(line, ':')))
			continue;
		value = colon + 1 + strspn(colon + 1, " \t");
		for (end = next; end > value && (end[-1] == ' ' || end[-1] == '\t'); )
			*--end = '\0';
		if (strncasecmp(line, "Transfer-Encoding:", 18) == 0)
			chunked = true;
		if (!join(a, env, first, name, &names, line, (size_t)(colon - line), value))
			env[n++] = variable(a, line, (size_t)(colon - line), value);
		if (strncasecmp(line, "Content-Length:", 15) == 0)
			h.left = strtol(value, NULL, 10);
	}
	env[n] = NULL;
	if (chunked)
		read_chunked(a, &h);
	main_endpoint = ep == &mcp && path == strlen("/mcp");
	if (asks_for_stream(env, main_endpoint)) {
		if (!become_stream())
			return;
		front.watch = watch_client;
		front.is_ending = is_told;
		if (main_endpoint)
			ep = &listening;
	}
	serve_one(ep, env, &front);
	if (!is_stream)
		put_answer(&h, a);
}

static int listen_on(int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	at.sin_port = htons((uint16_t)port);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 128) != 0) {
		perror("inproc");
		exit(1);
	}
	return fd;
}

int main(int argc, char **argv)
{
	static const struct timeval limit = { .tv_sec = 5 };
	struct sigaction end = { .sa_handler = on_end };
	struct arena *a = arena_new();
	int listener, fd;

	if (argc != 2) {
		fprintf(stderr, "usage: inproc PORT\n");
		return 2;
	}
	umask(077);
	signal(SIGPIPE, SIG_IGN);		/* as sandbox_enter() does for the programs */
	signal(SIGXFSZ, SIG_IGN);

	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGINT, &end, NULL);
	listener = listen_on((int)strtol(argv[1], NULL, 10));
	puts("ready");
	fflush(stdout);
	while (!ended) {
		struct sockaddr_in peer;
		socklen_t len = sizeof peer;

		if ((fd = accept(listener, (struct sockaddr *)&peer, &len)) < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
		handed_over = false;
		answer_one(fd, inet_ntoa(peer.sin_addr), a);
		if (!handed_over) {
			shutdown(fd, SHUT_WR);
			while (recv(fd, (char[4096]){ 0 }, 4096, 0) > 0)
				continue;
		}
		close(fd);
		arena_reset(a);
		if (is_stream)
			break;
	}
	close(listener);
	tool_end();
	site_prompt_end();
	site_resource_end();
	serve_end();
	arena_drop(a);
	return end_streams() ? 0 : 98;
}
