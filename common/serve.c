/* SPDX-License-Identifier: ISC */
/*
 * serve: one request from environment to answer.  The body is read whole, or drained, before anything is decided:
 * a web server whose program answers without reading may hang or swallow the answer.  What a passport forbids never
 * reaches the handler.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "arena.h"
#include "conf.h"
#include "crypto.h"
#include "log.h"
#include "peer.h"
#include "sandbox.h"
#include "serve.h"
#include "serve_front.h"
#include "store.h"
#include "stream.h"
#include "url.h"

enum { DRAIN_MAX = 64 * 1024 * 1024, SPARE_MAX = 16 * 1024, QUERY_MAX = 16 * 1024, VARIABLES_MAX = 512 };

/* What lasts from one request of this process to the next. */
static struct {
	struct arena *request;
	struct arena *round;		/* of the streams that stay */
	struct arena *lasting;
	struct conf conf;
	bool configured;
	struct stat settings;		/* of their file, when it was read */
	struct conf_error error;	/* while it is not */
	struct store *store;
	uint64_t next_id;		/* names of requests count up from a random place */
} process;

static const struct fail duplicate_variable = FAIL(400, "invalid_request", "A header field arrived twice");
static const struct fail bad_length = FAIL(400, "invalid_request",
    "The body does not have the length that was announced");
static const struct fail long_query = FAIL(414, "invalid_request", "The query is too long");

const struct conf *serve_settings(char *const *env)
{
	const struct conf_error *e = &process.error;
	const char *file;

	if (process.configured)
		return &process.conf;
	if (!process.lasting)
		process.lasting = arena_new();
	else
		arena_reset(process.lasting);
	file = conf_find(process.lasting, env);
	if (stat(file, &process.settings) != 0)
		memset(&process.settings, 0, sizeof process.settings);
	if (!conf_read(process.lasting, file, &process.conf, &process.error)) {
		log_line("%s:%d: %s", e->file, e->line, e->reason);
		return NULL;
	}
	process.configured = true;
	return &process.conf;
}

bool serve_settings_changed(void)
{
	const struct stat *was = &process.settings;
	struct stat is;

	return process.configured && (stat(process.conf.file, &is) != 0 || is.st_ino != was->st_ino ||
	    is.st_size != was->st_size || is.st_mtim.tv_sec != was->st_mtim.tv_sec || is.st_mtim.tv_nsec != was->st_mtim.tv_nsec);
}

void serve_leave(void)
{
	if (process.store)
		store_leave(process.store);
}

void serve_end(void)
{
	store_drop(process.store);
	arena_drop(process.request);
	arena_drop(process.round);
	arena_drop(process.lasting);
	memset(&process, 0, sizeof process);
}

/* ---- the request ------------------------------------------------------------------------------------------ */

static enum method method_read(const char *name)
{
	static const struct { const char *name; enum method method; } table[] = {
		{ "POST", METHOD_POST }, { "GET", METHOD_GET }, { "HEAD", METHOD_HEAD }, { "OPTIONS", METHOD_OPTIONS },
		{ "PUT", METHOD_PUT }, { "DELETE", METHOD_DELETE },
	};
	size_t i;

	for (i = 0; name && i < sizeof table / sizeof *table; i++)
		if (strcmp(name, table[i].name) == 0)
			return table[i].method;
	return METHOD_OTHER;
}

/*
 * A web server folds `Mcp-Method` and `Mcp_Method` into one variable name; lighttpd then passes both.  Which of them
 * a program would see is chance, so that two of a name are refused.
 */
static bool has_duplicate(char *const *env)
{
	char *const *one, *const *two;

	for (one = env; *one; one++) {
		size_t n = strcspn(*one, "=");

		if (one - env > VARIABLES_MAX)
			return true;		/* nobody has so many; and the comparison is quadratic */

		for (two = one + 1; *two; two++)
			if ((*two)[0] == (*one)[0] && strncmp(*two, *one, n) == 0 && (*two)[n] == '=')
				return true;
	}
	return false;
}

/* Content-Length = 1*DIGIT (RFC 9110 section 8.6).  -1: not announced; -2: nonsense. */
static long length_read(const char *text)
{
	long value = 0;

	if (!text)
		return -1;
	for (; *text; text++) {
		if (!isdigit((unsigned char)*text) || value > DRAIN_MAX)
			return -2;
		value = value * 10 + (*text - '0');
	}
	return value;
}

static const struct fail *broken(long got)
{
	return got == -2 ? &fail_timeout : &bad_length;
}

/* Lets the peer say the rest; left is -1 when nobody knows how much that is. */
static const struct fail *drain(const struct front *front, long left, const struct fail *no)
{
	char spare[SPARE_MAX];
	long got, all = 0;

	while (left != 0 && all < DRAIN_MAX) {
		got = front->read(front->with, spare, left > 0 && left < SPARE_MAX ? (size_t)left : SPARE_MAX);
		if (got <= 0)
			break;
		all += got;
		if (left > 0)
			left -= got;
	}
	return no;
}

/* Reads exactly `length` bytes, or to the end when none was announced (chunked under Apache), never above `most`. */
static const struct fail *body_read(struct request *rq, const struct front *front, long length, size_t most)
{
	size_t room = length >= 0 ? (size_t)length : most + 1, n = 0, piece;
	struct buf b = buf_new(rq->cx.arena);
	long got = 0;

	if (length > (long)most)
		return drain(front, length, &fail_too_large);
	while (n < room) {
		piece = length >= 0 ? room - n : room - n < SPARE_MAX ? room - n : SPARE_MAX;
		got = front->read(front->with, buf_room(&b, piece), piece);
		if (got <= 0)
			break;
		b.len = n += (size_t)got;
	}
	if (got < 0 || (length >= 0 && n < room))
		return broken(got);
	if (n > most)
		return drain(front, -1, &fail_too_large);
	buf_room(&b, 1)[0] = '\0';
	rq->body = b.v;
	rq->body_len = n;
	return NULL;
}

static const struct fail *take_body(struct request *rq, const struct endpoint *ep, const struct front *front)
{
	long length = length_read(http_env(rq, "CONTENT_LENGTH"));
	size_t most = ep->body_max ? ep->body_max : (size_t)rq->cx.conf->max_body;

	if (length == -2)
		return drain(front, -1, &bad_length);
	if (length == 0 || (length == -1 && !(rq->method & (METHOD_POST | METHOD_PUT)) && !http_env(rq, "HTTP_TRANSFER_ENCODING")))
		return NULL;
	return body_read(rq, front, length, most);
}

static void context_begin(struct context *cx, struct arena *a)
{
	static const char digit[] = "0123456789abcdef";
	struct timespec now;
	uint64_t id;
	size_t i;

	cx->conf = &process.conf;
	cx->store = process.store;
	cx->arena = a;
	cx->peer = "";
	clock_gettime(CLOCK_REALTIME, &now);
	if (!process.next_id)
		crypto_random(&process.next_id, sizeof process.next_id);
	for (i = 0, id = process.next_id++; i < 16; i++, id >>= 4)
		cx->id[15 - i] = digit[id & 15];
	cx->now = now.tv_sec;
	log_request(cx->id);
}

static void request_read(struct request *rq, char *const *env)
{
	const char *value;

	context_begin(&rq->cx, process.request);
	rq->env = env;
	rq->body = "";
	rq->method = method_read(http_env(rq, "REQUEST_METHOD"));
	rq->query = (value = http_env(rq, "QUERY_STRING")) ? value : "";
	rq->cx.peer = peer_find(rq);
}

void serve_round(struct context *cx)
{
	if (!process.round)
		process.round = arena_new();
	*cx = (struct context){ 0 };
	context_begin(cx, process.round);
}

void serve_round_end(void)
{
	if (process.store)
		store_end(process.store);
	log_request(NULL);
	arena_reset(process.round);
}

/* ---- what a passport says ------------------------------------------------------------------------------------ */

static unsigned methods_of(const struct endpoint *ep)
{
	unsigned methods = ep->methods;

	if (methods & METHOD_GET)
		methods |= METHOD_HEAD;
	if (ep->cors != CORS_NONE)
		methods |= METHOD_OPTIONS;
	return methods & ~ep->refused;
}

/* DNS rebinding: a name that is not ours, looked up to 127.0.0.1, must not reach a server on somebody's desk. */
static bool host_is_allowed(const struct request *rq)
{
	const char *host = http_env(rq, "HTTP_HOST");
	struct url u;

	if (!rq->cx.conf->loopback || !host || strcmp(host, rq->cx.conf->issuer + strlen("http://")) == 0)
		return true;
	return url_read(rq->cx.arena, arena_printf(rq->cx.arena, "http://%s", host), &u) && url_host_is_loopback(u.host);
}

static const struct fail *answer(struct request *rq, struct response *rs, const struct endpoint *ep,
    const struct front *front)
{
	const struct fail *no = take_body(rq, ep, front), *foreign;
	const char *allow = http_allow(rq->cx.arena, methods_of(ep));

	if (has_duplicate(rq->env))
		return &duplicate_variable;
	if (!host_is_allowed(rq))
		return &fail_host;
	if (!peer_is_secure(rq)) {
		log_line("refused over plain http: see require_https in mcp-cgi.conf(5)");
		return &fail_plain;
	}
	if (strlen(rq->query) > QUERY_MAX)
		return &long_query;
	if ((foreign = serve_cors(rq, rs, ep)))
		return foreign;
	if (!((methods_of(ep) | ep->refused) & rq->method)) {
		http_header(rs, "Allow", allow);
		return &fail_method;
	}
	if (no)
		return no;
	if (!ep->path_info && http_env(rq, "PATH_INFO"))
		return &fail_not_found;
	if (rq->method == METHOD_OPTIONS) {
		serve_options(rq, rs, ep, allow);
		return NULL;
	}
	return ep->handle(rq, rs);
}

/* ---- one request ---------------------------------------------------------------------------------------------- */

/* What the pump has not said event by event is said at the end. */
static int pump(struct request *rq, struct response *rs, const struct front *front)
{
	struct stream out = { .front = front, .rq = rq, .rs = rs };

	rs->pump(rq, rs, &out, rs->pump_with);
	if (rs->stay && !out.begun)
		return serve_stay(&out);
	if (!out.begun)
		return serve_deliver(rq, rs, front);
	return out.gone && !out.left ? -1 : 0;
}

/* The settings cannot be used, and the program has words for that. */
static int explain(const struct endpoint *ep, char *const *env, const struct front *front)
{
	static const struct conf preset = { .issuer = "", .site_name = "mcp-cgi", .trusted_proxies = "" };
	struct request rq = { 0 };
	struct response rs = { 0 };
	int rc;

	if (!process.request)
		process.request = arena_new();
	process.conf = preset;
	request_read(&rq, env);
	rs.arena = process.request;
	rs.body = buf_new(rs.arena);
	drain(front, length_read(http_env(&rq, "CONTENT_LENGTH")), NULL);
	ep->explain(&rq, &rs, &process.error);
	rc = serve_deliver(&rq, &rs, front);
	log_request(NULL);
	arena_reset(process.request);
	return rc;
}

int serve_one(const struct endpoint *ep, char *const *env, const struct front *front)
{
	const struct conf *conf = serve_settings(env);
	struct request rq = { 0 };
	struct response rs = { 0 };
	const struct fail *no;
	int rc;

	if (!conf)
		return ep->explain ? explain(ep, env, front) : serve_nothing(front, process.error.passing);
	if (!process.request)
		process.request = arena_new();
	if (!process.store)
		process.store = store_new(ep->role, conf->database, conf->busy_timeout);
	store_set_role(process.store, ep->role);
	request_read(&rq, env);
	rs.arena = process.request;
	rs.status = 500;
	rs.body = buf_new(rs.arena);
	if ((no = answer(&rq, &rs, ep, front)))
		ep->refuse(&rq, &rs, no);
	store_end(process.store);
	rc = !no && rs.pump ? pump(&rq, &rs, front) : serve_deliver(&rq, &rs, front);
	store_end(process.store);
	log_request(NULL);
	arena_reset(process.request);
	return rc;
}

int serve(const struct endpoint *ep)
{
	bool safe;

	log_program(ep->name);
	safe = sandbox_enter();
	if (serve_is_fcgi())
		return safe ? serve_fcgi(ep) : EXIT_FAILURE;
	return serve_cgi(safe ? ep : NULL, ep->name);
}
