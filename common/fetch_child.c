/* SPDX-License-Identifier: ISC */
/* fetch_child: what the program fetch is asked, and what it may answer. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "beside.h"
#include "buf.h"
#include "fetch_child.h"
#include "log.h"
#include "talk.h"

enum { HEAD_MAX = 256, WHY_MAX = 120 };

static enum fetch_result unreachable(struct fetch *f, const char *why)
{
	f->why = why;
	return FETCH_UNREACHABLE;
}

/* ---- what it said -------------------------------------------------------------------------------------------------- */

/* ok LIFETIME LENGTH, and exactly so many bytes */
static bool ok_read(const struct buf *b, char *head, char *body, struct fetch *f)
{
	intmax_t lifetime;
	uintmax_t len;
	char *end;

	errno = 0;
	lifetime = strtoimax(head, &end, 10);
	if (errno || end == head || *end != ' ' || lifetime < -1)
		return false;
	head = end + 1;
	if (*head < '0' || *head > '9')
		return false;
	len = strtoumax(head, &end, 10);
	if (errno || *end || len != b->len - (size_t)(body - b->v))
		return false;
	f->lifetime = lifetime;
	f->body = body;
	f->len = (size_t)len;
	return true;
}

static bool is_phrase(const char *s)
{
	size_t n;

	for (n = 0; s[n]; n++)
		if (s[n] < 0x20 || s[n] > 0x7e || n == WHY_MAX)
			return false;
	return n > 0;
}

/* refused KIND WORDS */
static bool refusal_read(char *head, struct fetch *f, enum fetch_result *got)
{
	static const struct {
		const char *name;
		enum fetch_result result;
	} kind[] = {
		{ "gone", FETCH_GONE }, { "invalid", FETCH_INVALID }, { "unreachable", FETCH_UNREACHABLE },
		{ "forbidden", FETCH_FORBIDDEN },
	};
	char *words = strchr(head, ' ');
	size_t i;

	if (!words || !is_phrase(words + 1))
		return false;
	*words++ = '\0';
	for (i = 0; i < sizeof kind / sizeof *kind; i++)
		if (strcmp(head, kind[i].name) == 0) {
			*got = kind[i].result;
			f->why = words;
			return true;
		}
	return false;
}

static enum fetch_result answer_read(const struct buf *answer, struct fetch *f)
{
	char *head = answer->v, *end = memchr(head, '\n', answer->len < HEAD_MAX ? answer->len : HEAD_MAX);
	enum fetch_result got;

	if (end && !memchr(head, '\0', (size_t)(end - head))) {
		*end++ = '\0';
		if (strncmp(head, "ok ", 3) == 0 && ok_read(answer, head + 3, end, f))
			return FETCH_OK;
		if (strncmp(head, "refused ", 8) == 0 && !*end && refusal_read(head + 8, f, &got))
			return got;
	}
	log_line("the program fetch ended without an answer");
	return unreachable(f, "the program fetch ended without an answer");
}

/* A line break would be another line of the request. */
static bool is_request(const struct fetch *f)
{
	return *f->url && strlen(f->url) <= FETCH_URL_MAX && !strchr(f->url, '\n') &&
	    (!f->ca_file || (*f->ca_file && strlen(f->ca_file) < PATH_MAX && !strchr(f->ca_file, '\n')));
}

static void request_put(struct buf *b, const struct fetch *f)
{
	buf_printf(b, "url %s\n", f->url);
	if (f->ca_file)
		buf_printf(b, "ca_file %s\n", f->ca_file);
	buf_printf(b, "loopback %d\nwhat %s\n", f->loopback, f->keys ? "keys" : "document");
}

enum fetch_result fetch_ask(struct arena *a, struct fetch *f)
{
	struct buf request = buf_new(a);
	struct talk t = {
		.name = "fetch", .path = beside(a, "fetch"), .seconds = FETCH_SECONDS + 1, .said = &request,
		.most = HEAD_MAX + (f->keys ? FETCH_KEYS_MAX : FETCH_DOCUMENT_MAX),
	};

	f->body = NULL;
	f->len = 0;
	f->lifetime = -1;
	f->why = "";
	if (!is_request(f)) {
		f->why = "a URL that is not fetched";
		return FETCH_FORBIDDEN;
	}
	if (!t.path) {
		log_line("there is no program fetch beside this one");
		return unreachable(f, "there is no program fetch");
	}
	request_put(&request, f);
	switch (talk(a, &t)) {
	case TALK_NOT_STARTED:
		return unreachable(f, "the program fetch cannot be started");
	case TALK_ENDED:
		return unreachable(f, "the program fetch was ended");
	default:
		return answer_read(&t.heard, f);
	}
}
