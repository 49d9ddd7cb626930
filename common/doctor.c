/* SPDX-License-Identifier: ISC */
/* doctor: the question is one JSON object, the answer is one JSON object a line. */
#include <string.h>

#include "beside.h"
#include "doctor.h"
#include "json.h"
#include "talk.h"

enum { ANSWER_MAX = 256 * 1024, FINDINGS_MAX = 1000 };

static const char *const states[] = {
	[FINDING_WELL] = "well", [FINDING_UNSEEN] = "unseen", [FINDING_WARNING] = "warning", [FINDING_WRONG] = "wrong",
};

struct listening {
	struct arena *arena;
	const struct doctor_question *question;
	void (*each)(void *with, const struct finding *f);
	void *with;
	size_t at;			/* so much of what was heard is done with */
	size_t lines;
	bool ended, broken;
};

static void question_put(struct buf *b, const struct doctor_question *q)
{
	buf_char(b, '{');
	json_put_member(b, "url", q->url);
	json_put_member(b, "token", q->token);
	json_put_member(b, "issuer", q->issuer);
	json_put_member(b, "resource", q->resource);
	json_put_member(b, "programs", q->programs);
	json_put_member(b, "ca_file", q->ca_file);
	json_put_number(b, "max_body", q->max_body);
	json_put_number(b, "plain_port", q->plain_port);
	json_put_number(b, "seconds", q->seconds ? q->seconds : DOCTOR_SECONDS);
	json_put_name(b, "news");
	buf_text(b, q->listening ? "true" : "false");
	json_put_name(b, "files");
	buf_char(b, '[');
	for (size_t i = 0; q->file && q->file[i] && i < DOCTOR_FILES_MAX; i++) {
		if (i)
			buf_char(b, ',');
		json_put_text(b, q->file[i]);
	}
	buf_text(b, "]}");
}

static bool finding_read(struct json_object *o, struct finding *f)
{
	const char *state = json_text(o, "state");
	size_t i;

	*f = (struct finding){ .check = json_text(o, "check"), .said = json_text(o, "said"), .mend = json_text(o, "mend") };
	if (!f->check || !f->said || !state)
		return false;
	for (i = 0; i < sizeof states / sizeof *states; i++)
		if (strcmp(state, states[i]) == 0) {
			f->state = (enum finding_state)i;
			return true;
		}
	return false;
}

/* The last line is an object without members: so it is known that nothing is missing. */
static void line_read(struct listening *l, const char *line, size_t n)
{
	struct json_object *o;
	struct finding f;

	if (l->ended || ++l->lines > FINDINGS_MAX || !json_read(l->arena, line, n, &o))
		l->broken = true;
	else if (json_object_is_type(o, json_type_object) && json_object_object_length(o) == 0)
		l->ended = true;
	else if (json_has(o, "listening") && l->question->listening)
		l->question->listening(l->with);
	else if (finding_read(o, &f))
		l->each(l->with, &f);
	else
		l->broken = true;
}

static void more(void *with, const struct buf *heard)
{
	struct listening *l = with;
	const char *line, *end;

	while (!l->broken && (end = memchr(line = heard->v + l->at, '\n', heard->len - l->at))) {
		l->at += (size_t)(end - line) + 1;
		line_read(l, line, (size_t)(end - line));
	}
}

/* mcpctl is in a folder of its own. */
static const char *find_program(struct arena *a)
{
	const char *path = beside(a, "doctor");

	return path ? path : beside(a, "../lib/mcp-cgi/doctor");
}

static bool unseen(const struct listening *l, const char *why)
{
	const struct finding f = { .check = "doctor", .state = FINDING_UNSEEN, .said = why };

	l->each(l->with, &f);
	return false;
}

bool doctor_run(struct arena *a, const struct doctor_question *q, void (*each)(void *with, const struct finding *f), void *with)
{
	struct listening l = { .arena = a, .question = q, .each = each, .with = with };
	struct buf question = buf_new(a);
	struct talk t = {
		.name = "doctor", .path = find_program(a), .said = &question, .most = ANSWER_MAX, .more = more, .with = &l,
		.seconds = (q->seconds ? q->seconds : DOCTOR_SECONDS) + 10,
	};

	if (!t.path)
		return unseen(&l, "the program doctor is not installed beside this one, so that nothing was seen from outside");
	question_put(&question, q);
	switch (talk(a, &t)) {
	case TALK_NOT_STARTED:
		return unseen(&l, "the program doctor cannot be started");
	case TALK_ENDED:
		return unseen(&l, "the program doctor took too long and was ended");
	default:
		return (l.ended && !l.broken) || unseen(&l, "the program doctor ended before it had seen everything");
	}
}
