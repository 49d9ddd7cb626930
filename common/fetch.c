/* SPDX-License-Identifier: ISC */
/*
 * fetch: resolve once, check every address, connect to what was checked, judge the header before a byte of the body is
 * kept.  A transfer is ended from inside its callbacks; `why` is then set and counts more than what libcurl says of it.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include <curl/curl.h>

#include "buf.h"
#include "fetch.h"
#include "fetch_age.h"
#include "fetch_rule.h"

enum { HEADER_MAX = 16 * 1024, ADDRESSES_MAX = 16, MARGIN_MS = 100 };

enum { CACHE_CONTROL, EXPIRES, DATE, AGE, TYPE, ENCODING, CODING, LENGTH, FIELDS };

/* Fields that may come several times are joined; of the others, a second one that differs spoils the first. */
static const struct {
	const char *name;
	bool list;
} field[FIELDS] = {
	[CACHE_CONTROL] = { "Cache-Control", true }, [EXPIRES] = { "Expires", false }, [DATE] = { "Date", false },
	[AGE] = { "Age", true }, [TYPE] = { "Content-Type", false }, [ENCODING] = { "Content-Encoding", true },
	[CODING] = { "Transfer-Encoding", true }, [LENGTH] = { "Content-Length", false },
};

struct transfer {
	struct arena *arena;
	struct fetch *f;
	CURL *curl;
	struct url url;
	const struct addrinfo *address;		/* all of them checked */
	size_t header_len;
	bool head_done;
	const char *said[FIELDS];
	struct buf body;
	enum fetch_result verdict;
	const char *why;			/* set: the verdict stands */
};

static enum fetch_result refuse(struct transfer *t, enum fetch_result verdict, const char *why)
{
	t->verdict = verdict;
	t->why = why;
	return verdict;
}

/* ---- addresses ----------------------------------------------------------------------------------------------- */

/* The bytes of an address, 4 or 16; NULL if it is of another kind. */
static const uint8_t *bytes_of(const struct sockaddr *at, size_t *n, in_port_t *port)
{
	if (at->sa_family == AF_INET) {
		const struct sockaddr_in *four = (const void *)at;

		*n = sizeof four->sin_addr;
		*port = four->sin_port;
		return (const uint8_t *)&four->sin_addr;
	}
	if (at->sa_family == AF_INET6) {
		const struct sockaddr_in6 *six = (const void *)at;

		*n = sizeof six->sin6_addr;
		*port = six->sin6_port;
		return six->sin6_addr.s6_addr;
	}
	return NULL;
}

static bool is_allowed(const struct transfer *t, const struct sockaddr *at)
{
	in_port_t port;
	size_t n;
	const uint8_t *bytes = bytes_of(at, &n, &port);

	return bytes && fetch_address_is_allowed(bytes, n, t->f->loopback);
}

static void drop_addresses(void *list)
{
	freeaddrinfo(list);
}

static bool resolve(struct transfer *t)
{
	static const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	const char *host = t->url.host;
	struct addrinfo *list, *i;

	if (*host == '[')
		host = arena_text(t->arena, host + 1, strlen(host) - 2);
	if (getaddrinfo(host, NULL, &hints, &list) != 0) {
		refuse(t, FETCH_UNREACHABLE, "the name has no address");
		return false;
	}
	arena_defer(t->arena, drop_addresses, list);
	t->address = list;
	for (i = list; i; i = i->ai_next)
		if (!is_allowed(t, i->ai_addr)) {
			refuse(t, FETCH_FORBIDDEN, "the host has an address that is not public");
			return false;
		}
	return true;
}

/* Is it one of those that the name had when it was resolved, and the port of the URL? */
static bool was_checked(const struct transfer *t, const struct sockaddr *at)
{
	const struct addrinfo *i;
	in_port_t port, ignored;
	size_t n, m;
	const uint8_t *bytes = bytes_of(at, &n, &port), *known;

	if (!bytes || ntohs(port) != t->url.port)
		return false;
	for (i = t->address; i; i = i->ai_next) {
		known = bytes_of(i->ai_addr, &m, &ignored);
		if (known && m == n && memcmp(known, bytes, n) == 0)
			return true;
	}
	return false;
}

/* The last look before a connection; what libcurl was told to connect to and this must agree. */
static curl_socket_t on_socket(void *with, curlsocktype purpose, struct curl_sockaddr *at)
{
	struct transfer *t = with;

	if (purpose != CURLSOCKTYPE_IPCXN || !is_allowed(t, &at->addr) || !was_checked(t, &at->addr)) {
		refuse(t, FETCH_FORBIDDEN, "a connection to an address that was not checked");
		return CURL_SOCKET_BAD;
	}
	return socket(at->family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
}

/* HOST:PORT:ADDRESS,ADDRESS for CURLOPT_RESOLVE; the host is a name that was checked, so that it can hold no ':' or ','. */
static const char *answer_of(struct transfer *t)
{
	struct buf b = buf_new(t->arena);
	const struct addrinfo *i;
	const uint8_t *bytes;
	char text[INET6_ADDRSTRLEN];
	in_port_t port;
	size_t n, count = 0;

	buf_printf(&b, "%s:%d:", t->url.host, t->url.port);
	for (i = t->address; i && count < ADDRESSES_MAX; i = i->ai_next) {
		bytes = bytes_of(i->ai_addr, &n, &port);
		if (bytes && inet_ntop(i->ai_family, bytes, text, sizeof text))
			buf_printf(&b, n == 16 ? "%s[%s]" : "%s%s", count++ ? "," : "", text);
	}
	return b.v;
}

/* ---- the answer ---------------------------------------------------------------------------------------------- */

static void judge_status(struct transfer *t, long status)
{
	if (status == 404 || status == 410)
		refuse(t, FETCH_GONE, "status 404 or 410");
	else if (status == 403)
		refuse(t, FETCH_UNREACHABLE, "status 403");
	else if (status == 429)
		refuse(t, FETCH_UNREACHABLE, "status 429");
	else if (status >= 500 && status <= 599)
		refuse(t, FETCH_UNREACHABLE, "status 5xx");
	else if (status >= 300 && status <= 399)
		refuse(t, FETCH_INVALID, "a redirect");
	else if (status != 200)
		refuse(t, FETCH_INVALID, "a status other than 200");
}

static size_t cap_of(const struct fetch *f)
{
	return f->keys ? FETCH_KEYS_MAX : FETCH_DOCUMENT_MAX;
}

/* A length that cannot be read is left to libcurl, and to the count of what comes. */
static bool is_too_long(const struct transfer *t, const char *length)
{
	size_t value = 0;

	for (; *length >= '0' && *length <= '9'; length++)
		if ((value = value * 10 + (size_t)(*length - '0')) > cap_of(t->f))
			return true;
	return false;
}

/* We ask for no coding, so that nobody has a reason to send one; decoding would let a few bytes become many. */
static void judge(struct transfer *t)
{
	const char *const *said = t->said;
	long status = 0;

	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 100 && status < 200 && status != 101)
		return;
	t->head_done = true;
	judge_status(t, status);
	if (t->why)
		return;
	if (!said[TYPE] || !fetch_type_is_json(said[TYPE]))
		refuse(t, FETCH_INVALID, "a media type that is not JSON");
	else if (said[ENCODING] && strcasecmp(said[ENCODING], "identity") != 0)
		refuse(t, FETCH_INVALID, "a content coding that was not asked for");
	else if (said[CODING] && strcasecmp(said[CODING], "chunked") != 0)
		refuse(t, FETCH_INVALID, "a transfer coding that was not asked for");
	else if (said[LENGTH] && is_too_long(t, said[LENGTH]))
		refuse(t, FETCH_INVALID, "too large");
}

/* Keeps one field of the header; others are passed over. */
static void keep(struct transfer *t, const char *line)
{
	size_t n = strcspn(line, ":"), i;
	const char *value, *before;

	if (!line[n])
		return;
	value = line + n + 1 + strspn(line + n + 1, " \t");
	for (i = 0; i < FIELDS; i++) {
		if (strlen(field[i].name) != n || strncasecmp(field[i].name, line, n) != 0)
			continue;
		before = t->said[i];
		if (!before)
			t->said[i] = value;
		else if (field[i].list)
			t->said[i] = arena_printf(t->arena, "%s, %s", before, value);
		else if (strcmp(before, value) != 0)
			t->said[i] = "?";
	}
}

/* One line of a header, also of an interim answer, and of trailers, which say nothing to us. */
static size_t on_header(char *bytes, size_t size, size_t n, void *with)
{
	struct transfer *t = with;
	char *line = arena_text(t->arena, bytes, n * size);
	size_t len = strlen(line);

	t->header_len += n * size;
	while (len > 0 && strchr("\r\n \t", line[len - 1]))
		line[--len] = '\0';
	if (t->header_len > HEADER_MAX)
		refuse(t, FETCH_INVALID, "its header is too large");
	else if (t->head_done)
		return n * size;
	else if (strncmp(line, "HTTP/", 5) == 0)
		memset(t->said, 0, sizeof t->said);
	else if (*line == ' ' || *line == '\t')
		refuse(t, FETCH_INVALID, "a folded header line");
	else if (*line)
		keep(t, line);
	else
		judge(t);
	return t->why ? 0 : n * size;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *with)
{
	struct transfer *t = with;

	if (!t->why && t->body.len + n * size > cap_of(t->f))
		refuse(t, FETCH_INVALID, "too large");
	if (t->why)
		return 0;
	buf_put(&t->body, bytes, n * size);
	return n * size;
}

/* ---- the transfer -------------------------------------------------------------------------------------------- */

/* What is left on the alarm, and a little less, so that libcurl is the first to say that time is up. */
static long milliseconds_left(void)
{
	struct itimerval left;
	long ms = FETCH_SECONDS * 1000L;

	if (getitimer(ITIMER_REAL, &left) == 0 && (left.it_value.tv_sec || left.it_value.tv_usec))
		ms = left.it_value.tv_sec * 1000L + left.it_value.tv_usec / 1000;
	return ms > 2 * MARGIN_MS ? ms - MARGIN_MS : MARGIN_MS;
}

/* The URL is put together from what was checked, so that two parsers cannot differ about it. */
static const char *spelled(struct transfer *t)
{
	const struct url *u = &t->url;

	return arena_printf(t->arena, "https://%s:%d%s%s%s", u->host, u->port, *u->path ? u->path : "/",
	    u->query ? "?" : "", u->query ? u->query : "");
}

static bool set_connection(struct transfer *t, struct curl_slist *resolved)
{
	CURL *c = t->curl;
	unsigned bad = 0;

	bad |= curl_easy_setopt(c, CURLOPT_URL, spelled(t));
	bad |= curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
	bad |= curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
	bad |= curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	bad |= curl_easy_setopt(c, CURLOPT_PROXY, "");
	bad |= curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
	bad |= curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	bad |= curl_easy_setopt(c, CURLOPT_RESOLVE, resolved);
	bad |= curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	bad |= curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, t);
	bad |= curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	bad |= curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, milliseconds_left());
	bad |= curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	bad |= curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	bad |= curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	if (t->f->ca_file) {		/* instead of the system's, which are also in a folder */
		bad |= curl_easy_setopt(c, CURLOPT_CAINFO, t->f->ca_file);
		bad |= curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
	}
	return bad == 0;
}

static bool set_request(struct transfer *t, struct curl_slist *fields)
{
	CURL *c = t->curl;
	unsigned bad = 0;

	bad |= curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
	bad |= curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	bad |= curl_easy_setopt(c, CURLOPT_HTTP09_ALLOWED, 0L);
	bad |= curl_easy_setopt(c, CURLOPT_HTTPHEADER, fields);
	bad |= curl_easy_setopt(c, CURLOPT_USERAGENT, "mcp-cgi/" MCP_CGI_VERSION);
	bad |= curl_easy_setopt(c, CURLOPT_HTTP_CONTENT_DECODING, 0L);
	bad |= curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	bad |= curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
	bad |= curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	bad |= curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
	return bad == 0;
}

/* What libcurl says of a transfer that none of our callbacks has ended. */
static enum fetch_result judge_end(struct transfer *t, CURLcode code)
{
	curl_off_t greeted = 0;

	curl_easy_getinfo(t->curl, CURLINFO_APPCONNECT_TIME_T, &greeted);
	switch (code) {
	case CURLE_OK:
		return t->body.len ? FETCH_OK : refuse(t, FETCH_INVALID, "an empty answer");
	case CURLE_OPERATION_TIMEDOUT:
		return refuse(t, FETCH_UNREACHABLE, "out of time");
	case CURLE_COULDNT_CONNECT:
		return refuse(t, FETCH_UNREACHABLE, "no connection");
	case CURLE_SSL_CACERT_BADFILE:
		return refuse(t, FETCH_UNREACHABLE, "the file of the authorities cannot be read");
	case CURLE_PEER_FAILED_VERIFICATION:
		return refuse(t, FETCH_UNREACHABLE, "the certificate does not hold");
	case CURLE_SSL_CONNECT_ERROR:
		return refuse(t, FETCH_UNREACHABLE, "no TLS connection");
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_BAD_CONTENT_ENCODING:
		return refuse(t, FETCH_INVALID, "no HTTP answer");
	case CURLE_OUT_OF_MEMORY:		/* so libcurl says of a header line that does not end */
		return greeted ? refuse(t, FETCH_INVALID, "its header is too large") :
		    refuse(t, FETCH_UNREACHABLE, "out of memory");
	default:
		return refuse(t, FETCH_UNREACHABLE, "the connection broke");
	}
}

static void give(struct transfer *t, int64_t asked)
{
	const char *const *said = t->said;
	const struct fetch_age age = {
		.cache_control = said[CACHE_CONTROL], .expires = said[EXPIRES], .date = said[DATE], .age = said[AGE],
		.received = time(NULL), .delay = time(NULL) - asked,
	};

	t->f->body = t->body.v;
	t->f->len = t->body.len;
	t->f->lifetime = fetch_lifetime(&age);
}

/* The lists live until the handle is gone. */
static enum fetch_result perform(struct transfer *t)
{
	struct curl_slist *fields = curl_slist_append(NULL, "Accept: application/json");
	struct curl_slist *resolved = *t->url.host == '[' ? NULL : curl_slist_append(NULL, answer_of(t));
	int64_t asked = time(NULL);
	enum fetch_result got;
	CURLcode code;

	t->curl = curl_easy_init();
	if (!t->curl || !fields || !set_connection(t, resolved) || !set_request(t, fields)) {
		got = refuse(t, FETCH_UNREACHABLE, "libcurl cannot do what is asked of it");
	} else {
		code = curl_easy_perform(t->curl);
		got = t->why ? t->verdict : judge_end(t, code);
	}
	if (got == FETCH_OK)
		give(t, asked);
	curl_easy_cleanup(t->curl);
	curl_slist_free_all(fields);
	curl_slist_free_all(resolved);
	return got;
}

enum fetch_result fetch_get(struct arena *a, struct fetch *f)
{
	struct transfer t = { .arena = a, .f = f, .body = buf_new(a) };
	enum fetch_result got;

	if (!fetch_url_read(a, f->url, &t.url))
		got = refuse(&t, FETCH_FORBIDDEN, "a URL that is not fetched");
	else if (!resolve(&t))
		got = t.verdict;
	else if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		got = refuse(&t, FETCH_UNREACHABLE, "libcurl does not start");
	else
		got = perform(&t);
	f->why = t.why;
	return got;
}
