/* SPDX-License-Identifier: ISC */
/*
 * doctor: looks at a server from outside for the program that has started it (mcpctl doctor); no web program itself.
 *
 *	stdin	one JSON object: url, and what is known else: token, issuer, resource, programs, ca_file, files, max_body,
 *		plain_port, seconds, news (doctor.h)
 *	stdout	a line for each finding, one JSON object: check, state (well, unseen, warning, wrong), said, mend;
 *		with news {"listening":true} when news of prompts should be made; at the end an object without members
 *	exit	0 when it came to the end; 1 out of time; 2, with a line on stderr, when this was no question or no place to run
 *
 * It has the network, and nothing else: no settings, no database, no environment, no descriptor but three.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "asked.h"
#include "doctor_look.h"
#include "json.h"
#include "log.h"
#include "standalone.h"

enum { QUESTION_MAX = 64 * 1024, LONGEST = 600 };

static void on_alarm(int sig)
{
	(void)sig;
	_exit(EXIT_FAILURE);
}

/* The sanitizers have a thread that looks for leaks, and for that into the process. */
static void enter(void)
{
	static const struct rlimit none = { 0, 0 };

	close_range(3, ~0U, 0);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGALRM, on_alarm);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#ifndef __SANITIZE_ADDRESS__
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
	setrlimit(RLIMIT_CORE, &none);
	if (chdir("/") != 0 || clearenv() != 0)
		abort();
}

/* ---- the question ------------------------------------------------------------------------------------------------ */

static struct json_object *input_read(struct arena *a)
{
	char *text = arena_take_raw(a, QUESTION_MAX);
	struct json_object *o;
	size_t len;

	if (!asked_read(text, QUESTION_MAX, &len) || !json_read(a, text, len, &o))
		return NULL;
	return json_object_is_type(o, json_type_object) ? o : NULL;
}

static int number(struct json_object *o, const char *name, int most)
{
	int64_t n = json_object_get_int64(json_get(o, name));

	return n < 0 ? 0 : n > most ? most : (int)n;
}

static const char *const *words(struct arena *a, struct json_object *list)
{
	size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0, found = 0;
	const char **word = arena_take(a, (DOCTOR_FILES_MAX + 1) * sizeof *word);

	for (size_t i = 0; i < n && found < DOCTOR_FILES_MAX; i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		if (json_object_is_type(one, json_type_string))
			word[found++] = json_object_get_string(one);
	}
	return word;
}

/* A line break in what becomes a header field would be another field. */
static bool is_token(const char *token)
{
	return !token || token[strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=")] == '\0';
}

static void print_listening(void)
{
	puts("{\"listening\":true}");
	fflush(stdout);
}

static bool question_read(struct arena *a, struct doctor_question *q, struct doctor *d)
{
	struct json_object *o = input_read(a);

	*q = (struct doctor_question){
		.url = json_text(o, "url"), .token = json_text(o, "token"), .issuer = json_text(o, "issuer"),
		.resource = json_text(o, "resource"), .programs = json_text(o, "programs"), .ca_file = json_text(o, "ca_file"),
		.file = words(a, json_get(o, "files")), .max_body = number(o, "max_body", 1 << 30),
		.plain_port = number(o, "plain_port", 65535), .seconds = number(o, "seconds", LONGEST),
	};
	d->listening = json_object_get_boolean(json_get(o, "news")) ? print_listening : NULL;
	return q->url && is_token(q->token);
}

/* ---- the answer -------------------------------------------------------------------------------------------------- */

static void print_finding(void *with, const struct finding *f)
{
	static const char *const states[] = {
		[FINDING_WELL] = "well", [FINDING_UNSEEN] = "unseen", [FINDING_WARNING] = "warning", [FINDING_WRONG] = "wrong",
	};
	struct buf b = buf_new(with);

	buf_char(&b, '{');
	json_put_member(&b, "check", f->check);
	json_put_member(&b, "state", states[f->state]);
	json_put_member(&b, "said", f->said);
	json_put_member(&b, "mend", f->mend);
	buf_char(&b, '}');
	puts(b.v);
	fflush(stdout);
}

int main(void)
{
	struct arena *a = arena_new();
	struct doctor_question q;
	struct doctor d = { .arena = a, .asked = &q, .each = print_finding, .with = a };
	const char *why;

	log_program("doctor");
	if ((why = asked_wrongly()))
		return asked_end(why);
	enter();
	if (!question_read(a, &q, &d))
		return asked_end("the question cannot be read");
	alarm((unsigned)(q.seconds ? q.seconds : DOCTOR_SECONDS));
	standalone_begin();
	doctor_look(&d);
	puts("{}");
	arena_drop(a);
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
