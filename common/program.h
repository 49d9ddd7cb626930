/* SPDX-License-Identifier: ISC */
/*
 * program: a program of the site, as a definition describes it (`run` and its limits), and one run of it: what it is told,
 * and what its standard output means.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "call.h"
#include "site.h"

struct json_object;

enum {
	PROGRAM_SECONDS = 3600,		/* the longest timeout, */
	PROGRAM_SECONDS_LONG = 24 * 3600,	/* and that of what is marked as long */
};

struct program {
	const char *const *run;		/* the program's absolute path and its arguments; NULL: none */
	int timeout;			/* seconds */
	size_t output_max;		/* bytes */
	int64_t memory, cpu, file_max;	/* bytes, seconds, bytes */
	bool network, isolate;
	const char *const *read, *const *write;
	const char *const *env;		/* NAME=value */
	const char *output;		/* media type of standard output, or NULL: text */
};

enum said_kind {
	SAID_TEXT,			/* bytes, perhaps not even text */
	SAID_JSON,			/* a JSON value */
	SAID_ASK,			/* questions */
	SAID_ERROR,			/* an error in the protocol's form */
	SAID_FAILED,			/* did not do its work; bytes say why */
	SAID_STOPPED,			/* nobody waits for it any more */
	SAID_NOT_FOUND,			/* exit status 44 */
};

struct said {
	enum said_kind kind;
	const char *bytes;
	size_t n;
	bool cut;			/* there was more */
	struct json_object *json;	/* SAID_JSON: the value; SAID_ERROR: the error object; SAID_ASK: the questions, an object */
	const char *state;		/* SAID_ASK: comes back with the answers; NULL: none */
};

/*
 * Reads `run` and the limits of a definition into the item's arena.  folder: where relative names stand.  NULL, or what is
 * wrong: a sentence that names the key.
 */
const char *program_read(struct context *cx, struct site_item *item, struct json_object *definition, const char *folder,
    struct program *p) __attribute__((nonnull));

/* Is it one of the keys that program_read() knows? */
bool program_is_key(const char *key) __attribute__((nonnull));

/* A slot among the requests that wait, for what needs one for longer than a run; slot_drop() gives it back.  Or slot_busy. */
const struct fail *program_take_slot(struct context *cx, int *slot) __attribute__((nonnull, warn_unused_result));

/* Runs it.  name: MCP_TOOL.  A refusal is ours: too many wait already, or nothing could be started. */
const struct fail *program_run(struct call *c, const struct program *p, const char *name, const char *input, size_t n,
    struct said *said) __attribute__((nonnull, warn_unused_result));

#endif
