/* SPDX-License-Identifier: ISC */
/*
 * fetch: resolve once, check every address, connect to what was checked.  A transfer that is refused is ended from
 * inside its callbacks; that counts more than what libcurl then says of it.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include <curl/curl.h>

#include "buf.h"
#include "fetch.h"
#include "fetch_answer.h"
#include "fetch_rule.h"
#include "standalone.h"

enum { ADDRESSES_MAX = 16, MARGIN_MS = 100 };

struct transfer {
	struct arena *arena;
	struct fetch *f;
	CURL *curl;
	struct url url;
	const struct addrinfo *address;		/* all of them checked */
	struct fetch_answer answer;
};

static enum fetch_result refuse(struct transfer *t, enum fetch_result verdict, const char *why)
{
	return fetch_answer_refuse(&t->answer, verdict, why);
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

static size_t on_header(char *bytes, size_t size, size_t n, void *with)
{
	struct transfer *t = with;

	return fetch_answer_line(&t->answer, bytes, n * size) ? n * size : 0;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *with)
{
	struct transfer *t = with;

	return fetch_answer_body(&t->answer, bytes, n * size) ? n * size : 0;
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
	const char *ca_file = t->f->ca_file ? t->f->ca_file : standalone_ca_file();
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
	if (ca_file) {		/* instead of the system's, which are also in a folder */
		bad |= curl_easy_setopt(c, CURLOPT_CAINFO, ca_file);
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
		return fetch_answer_end(&t->answer);
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
		got = t->answer.why ? t->answer.verdict : judge_end(t, code);
	}
	if (got == FETCH_OK)
		fetch_answer_give(&t->answer, t->f, asked, time(NULL));
	curl_easy_cleanup(t->curl);
	curl_slist_free_all(fields);
	curl_slist_free_all(resolved);
	return got;
}

enum fetch_result fetch_get(struct arena *a, struct fetch *f)
{
	struct transfer t = { .arena = a, .f = f };
	enum fetch_result got;

	standalone_begin();
	fetch_answer_begin(&t.answer, a, f->keys ? FETCH_KEYS_MAX : FETCH_DOCUMENT_MAX);
	if (!fetch_url_read(a, f->url, &t.url))
		got = refuse(&t, FETCH_FORBIDDEN, "a URL that is not fetched");
	else if (!resolve(&t))
		got = t.answer.verdict;
	else if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		got = refuse(&t, FETCH_UNREACHABLE, "libcurl does not start");
	else
		got = perform(&t);
	f->why = t.answer.why;
	return got;
}
