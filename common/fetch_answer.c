/* SPDX-License-Identifier: ISC */
/*
 * fetch_answer: judges a header when it is complete, before a byte of the body is kept.
 */
#include <string.h>
#include <strings.h>

#include "fetch_age.h"
#include "fetch_answer.h"
#include "fetch_rule.h"

enum { HEADER_MAX = 16 * 1024, LINES_MAX = 128 };

/* Fields that may come several times are joined; of the others, a second one that differs spoils the first. */
static const struct {
	const char *name;
	bool list;
} field[FETCH_FIELDS] = {
	[FETCH_CACHE_CONTROL] = { "Cache-Control", true }, [FETCH_EXPIRES] = { "Expires", false },
	[FETCH_DATE] = { "Date", false }, [FETCH_AGE] = { "Age", true }, [FETCH_TYPE] = { "Content-Type", false },
	[FETCH_ENCODING] = { "Content-Encoding", true }, [FETCH_CODING] = { "Transfer-Encoding", true },
	[FETCH_LENGTH] = { "Content-Length", false },
};

static void judge_status(struct fetch_answer *t, int status)
{
	if (status == 404 || status == 410)
		fetch_answer_refuse(t, FETCH_GONE, "status 404 or 410");
	else if (status == 403)
		fetch_answer_refuse(t, FETCH_UNREACHABLE, "status 403");
	else if (status == 429)
		fetch_answer_refuse(t, FETCH_UNREACHABLE, "status 429");
	else if (status >= 500 && status <= 599)
		fetch_answer_refuse(t, FETCH_UNREACHABLE, "status 5xx");
	else if (status >= 300 && status <= 399)
		fetch_answer_refuse(t, FETCH_INVALID, "a redirect");
	else if (status != 200)
		fetch_answer_refuse(t, FETCH_INVALID, "a status other than 200");
}

/* A length that cannot be read is left to libcurl, and to the count of what comes. */
static bool is_too_long(const struct fetch_answer *t, const char *length)
{
	size_t value = 0;

	for (; *length >= '0' && *length <= '9'; length++)
		if ((value = value * 10 + (size_t)(*length - '0')) > t->cap)
			return true;
	return false;
}

/* We ask for no coding, so that nobody has a reason to send one; decoding would let a few bytes become many. */
static void judge(struct fetch_answer *t)
{
	const char *const *said = t->said;

	if (t->status >= 100 && t->status < 200 && t->status != 101)
		return;
	t->head_done = true;
	judge_status(t, t->status);
	if (t->why)
		return;
	if (!said[FETCH_TYPE] || !fetch_type_is_json(said[FETCH_TYPE]))
		fetch_answer_refuse(t, FETCH_INVALID, "a media type that is not JSON");
	else if (said[FETCH_ENCODING] && strcasecmp(said[FETCH_ENCODING], "identity") != 0)
		fetch_answer_refuse(t, FETCH_INVALID, "a content coding that was not asked for");
	else if (said[FETCH_CODING] && strcasecmp(said[FETCH_CODING], "chunked") != 0)
		fetch_answer_refuse(t, FETCH_INVALID, "a transfer coding that was not asked for");
	else if (said[FETCH_LENGTH] && is_too_long(t, said[FETCH_LENGTH]))
		fetch_answer_refuse(t, FETCH_INVALID, "too large");
}

/* Keeps one field of the header; others are passed over. */
static void keep(struct fetch_answer *t, const char *line)
{
	size_t n = strcspn(line, ":"), i;
	const char *value, *before;

	if (!line[n])
		return;
	value = line + n + 1 + strspn(line + n + 1, " \t");
	for (i = 0; i < FETCH_FIELDS; i++) {
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

/* status-line, RFC 9112 section 4: the three digits, or 0. */
static int status_of(const char *line)
{
	line += strcspn(line, " ");
	if (strspn(line + (*line == ' '), "0123456789") != 3)
		return 0;
	return (line[1] - '0') * 100 + (line[2] - '0') * 10 + (line[3] - '0');
}

void fetch_answer_begin(struct fetch_answer *t, struct arena *a, size_t cap)
{
	*t = (struct fetch_answer){ .arena = a, .cap = cap, .body = buf_new(a) };
}

enum fetch_result fetch_answer_refuse(struct fetch_answer *t, enum fetch_result verdict, const char *why)
{
	t->verdict = verdict;
	t->why = why;
	return verdict;
}

bool fetch_answer_line(struct fetch_answer *t, const char *bytes, size_t n)
{
	char *line = arena_text(t->arena, bytes, n);
	size_t len = strlen(line);

	t->header_len += n;
	while (len > 0 && strchr("\r\n \t", line[len - 1]))
		line[--len] = '\0';
	if (t->header_len > HEADER_MAX || ++t->lines > LINES_MAX) {
		fetch_answer_refuse(t, FETCH_INVALID, "its header is too large");
	} else if (t->head_done) {
		return true;
	} else if (strncmp(line, "HTTP/", 5) == 0) {
		memset(t->said, 0, sizeof t->said);
		t->status = status_of(line);
	} else if (*line == ' ' || *line == '\t') {
		fetch_answer_refuse(t, FETCH_INVALID, "a folded header line");
	} else if (*line) {
		keep(t, line);
	} else {
		judge(t);
	}
	return !t->why;
}

bool fetch_answer_body(struct fetch_answer *t, const char *bytes, size_t n)
{
	if (!t->why && t->body.len + n > t->cap)
		fetch_answer_refuse(t, FETCH_INVALID, "too large");
	if (t->why)
		return false;
	buf_put(&t->body, bytes, n);
	return true;
}

enum fetch_result fetch_answer_end(struct fetch_answer *t)
{
	if (!t->why && !t->head_done)
		fetch_answer_refuse(t, FETCH_INVALID, "no HTTP answer");
	if (!t->why && t->body.len == 0)
		fetch_answer_refuse(t, FETCH_INVALID, "an empty answer");
	return t->why ? t->verdict : FETCH_OK;
}

void fetch_answer_give(const struct fetch_answer *t, struct fetch *f, int64_t asked, int64_t received)
{
	const char *const *said = t->said;
	const struct fetch_age age = {
		.cache_control = said[FETCH_CACHE_CONTROL], .expires = said[FETCH_EXPIRES], .date = said[FETCH_DATE],
		.age = said[FETCH_AGE], .received = received, .delay = received > asked ? received - asked : 0,
	};

	f->body = t->body.v;
	f->len = t->body.len;
	f->lifetime = fetch_lifetime(&age);
}
