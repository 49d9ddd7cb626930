/* SPDX-License-Identifier: ISC */
/* probe: libcurl without any of its kindness. */
#include <string.h>
#include <strings.h>
#include <time.h>

#include <curl/curl.h>

#include "probe.h"
#include "standalone.h"

enum { HEADER_MAX = 32 * 1024 };

/* What OpenSSL says of a certificate (X509_V_ERR_*, x509_vfy.h), as libcurl gives it on. */
static const struct { long code; const char *words; } certificate[] = {
	{ 9, "the certificate is not valid yet: is the clock of this machine right?" },
	{ 10, "the certificate has expired" },
	{ 18, "the certificate is signed by itself, and nobody trusts it" },
	{ 19, "the certificate comes from an authority that is not known here" },
	{ 20, "the certificate comes from an authority that is not known here, or the intermediate certificate is not sent with it" },
	{ 21, "the intermediate certificate is not sent with the certificate" },
	{ 62, "the certificate is for another name" },
};

struct transfer {
	struct arena *arena;
	struct probe *p;
	CURL *curl;
	size_t header;			/* bytes so far */
	const char *until;
	bool enough;
};

const char *probe_field(const struct probe *p, const char *name, size_t n)
{
	for (size_t i = 0; i < p->fields; i++)
		if (strcasecmp(p->got[i].name, name) == 0 && n-- == 0)
			return p->got[i].value;
	return NULL;
}

/* ---- the answer ---------------------------------------------------------------------------------------------------- */

/* An interim answer, or one before a redirect that is not followed, is none: each status line begins anew. */
static void status_read(struct probe *p, const char *line, size_t n)
{
	const char *at = memchr(line, ' ', n);

	p->fields = 0;
	p->status = 0;
	for (at = at ? at + 1 : line + n; at < line + n && *at >= '0' && *at <= '9' && p->status < 1000; at++)
		p->status = p->status * 10 + (*at - '0');
}

static void field_read(struct transfer *t, const char *line, size_t n)
{
	const char *colon = memchr(line, ':', n), *from, *to = line + n;
	struct probe *p = t->p;

	if (!colon || p->fields == PROBE_FIELDS_MAX)
		return;
	for (from = colon + 1; from < to && (*from == ' ' || *from == '\t'); from++)
		continue;
	while (to > from && (to[-1] == '\r' || to[-1] == '\n' || to[-1] == ' '))
		to--;
	p->got[p->fields].name = arena_text(t->arena, line, (size_t)(colon - line));
	p->got[p->fields++].value = arena_text(t->arena, from, (size_t)(to - from));
}

static size_t on_header(char *bytes, size_t size, size_t n, void *with)
{
	struct transfer *t = with;

	n *= size;
	t->header += n;
	if (t->header > HEADER_MAX)
		return 0;
	if (n > 5 && memcmp(bytes, "HTTP/", 5) == 0)
		status_read(t->p, bytes, n);
	else
		field_read(t, bytes, n);
	return n;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *with)
{
	struct transfer *t = with;
	struct buf *b = &t->p->heard;
	size_t room = PROBE_BODY_MAX - b->len;

	n *= size;
	buf_put(b, bytes, n < room ? n : room);
	while (t->until && strstr(b->v, t->until)) {
		t->until = t->p->more ? t->p->more(t->p->with) : NULL;
		t->enough = !t->until;
	}
	return t->enough || n >= room ? 0 : n;
}

/* ---- the request --------------------------------------------------------------------------------------------------- */

static bool set_request(struct transfer *t, struct curl_slist *fields)
{
	const struct probe *p = t->p;
	CURL *c = t->curl;
	unsigned bad = 0;

	bad |= curl_easy_setopt(c, CURLOPT_URL, p->url);
	bad |= curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
	bad |= curl_easy_setopt(c, CURLOPT_HTTPHEADER, fields);
	bad |= curl_easy_setopt(c, CURLOPT_USERAGENT, "mcp-cgi-doctor/" MCP_CGI_VERSION);
	if (p->body) {
		bad |= curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)p->len);
		bad |= curl_easy_setopt(c, CURLOPT_POSTFIELDS, p->body);
	}
	if (strcmp(p->method, "HEAD") == 0)
		bad |= curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
	else
		bad |= curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, p->method);
	bad |= curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	bad |= curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
	bad |= curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	bad |= curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
	return bad == 0;
}

static bool set_connection(struct transfer *t)
{
	const struct probe *p = t->p;
	const char *ca_file = p->ca_file ? p->ca_file : standalone_ca_file();
	CURL *c = t->curl;
	unsigned bad = 0;

	bad |= curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	bad |= curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	bad |= curl_easy_setopt(c, CURLOPT_PROXY, "");
	bad |= curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
	bad |= curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	bad |= curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	bad |= curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)(p->seconds ? p->seconds : PROBE_SECONDS));
	bad |= curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	bad |= curl_easy_setopt(c, CURLOPT_HTTP09_ALLOWED, 0L);
	bad |= curl_easy_setopt(c, CURLOPT_HTTP_CONTENT_DECODING, 0L);
	bad |= curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, p->trusting ? 0L : 1L);
	bad |= curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, p->trusting ? 0L : 2L);
	if (ca_file) {
		bad |= curl_easy_setopt(c, CURLOPT_CAINFO, ca_file);
		bad |= curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
	}
	return bad == 0;
}

/* ---- the end ------------------------------------------------------------------------------------------------------- */

/* libcurl itself compares the name, and then leaves its own "not yet known" behind, which is 1. */
static const char *certificate_words(CURL *c)
{
	long code = 0;
	size_t i;

	curl_easy_getinfo(c, CURLINFO_SSL_VERIFYRESULT, &code);
	for (i = 0; i < sizeof certificate / sizeof *certificate; i++)
		if (certificate[i].code == code)
			return certificate[i].words;
	return code > 1 ? "the certificate does not hold" : "the certificate is for another name";
}

static void end_as(struct probe *p, enum probe_end end, const char *why)
{
	p->end = end;
	p->why = why;
}

/* Who has sent a status has answered, even if the connection broke while he or we were still speaking. */
static void judge_end(struct transfer *t, CURLcode code)
{
	struct probe *p = t->p;

	if (p->status >= 200 && t->header <= HEADER_MAX) {
		p->timed_out = code == CURLE_OPERATION_TIMEDOUT;
		end_as(p, PROBE_ANSWERED, "");
		return;
	}
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		end_as(p, PROBE_NO_NAME, "the name has no address: there is no such name, or name service does not answer");
		break;
	case CURLE_COULDNT_CONNECT:
		end_as(p, PROBE_NO_CONNECTION, "nobody listens there, or a firewall is between");
		break;
	case CURLE_PEER_FAILED_VERIFICATION:
		end_as(p, PROBE_CERTIFICATE, certificate_words(t->curl));
		break;
	case CURLE_SSL_CACERT_BADFILE:
		end_as(p, PROBE_NO_TLS, "the file of the authorities cannot be read");
		break;
	case CURLE_SSL_CONNECT_ERROR:
		end_as(p, PROBE_NO_TLS, "the server does not speak TLS there, or none that is in use today");
		break;
	case CURLE_OPERATION_TIMEDOUT:
		end_as(p, PROBE_TIME, "there was no answer in time");
		break;
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		end_as(p, PROBE_BROKEN, "the connection was closed without an answer");
		break;
	default:
		end_as(p, PROBE_BROKEN, "what came back is no HTTP");
	}
}

/* Clients do not wait for 100 Continue either. */
static struct curl_slist *fields_of(const struct probe *p)
{
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");

	for (size_t i = 0; p->field && p->field[i]; i++)
		list = curl_slist_append(list, p->field[i]);
	return list;
}

void probe_ask(struct arena *a, struct probe *p)
{
	struct transfer t = { .arena = a, .p = p, .curl = curl_easy_init(), .until = p->until };
	struct curl_slist *fields = fields_of(p);

	p->fields = 0;
	p->status = 0;
	p->timed_out = false;
	p->heard = buf_new(a);
	p->asked = time(NULL);
	if (!t.curl || !set_connection(&t) || !set_request(&t, fields))
		end_as(p, PROBE_BROKEN, "libcurl cannot do what is asked of it");
	else
		judge_end(&t, curl_easy_perform(t.curl));
	p->answered = time(NULL);
	curl_easy_cleanup(t.curl);
	curl_slist_free_all(fields);
}
