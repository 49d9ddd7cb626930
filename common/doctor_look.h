/* SPDX-License-Identifier: ISC */
/*
 * doctor_look: the checks of the program doctor, in their order.  Each says one finding, or none where there is nothing to look
 * at; what a server has said is shown cut, and without anything that could drive a terminal.
 */
#ifndef DOCTOR_LOOK_H
#define DOCTOR_LOOK_H

#include <json-c/json.h>

#include "doctor.h"
#include "doctor_mend.h"
#include "probe.h"

enum { DOCTOR_BODY = 4 * 1024 * 1024 };	/* bytes of a request, where the settings are not known */

struct doctor {
	struct arena *arena;
	const struct doctor_question *asked;
	void (*each)(void *with, const struct finding *f);
	void (*listening)(void);		/* says so to whoever makes news then; NULL: nobody does */
	void *with;
	const char *url, *origin, *path;	/* of the endpoint; url is origin and path */
	const char *settings;			/* what the settings say that it is, if it is this server's; or NULL */
	enum doctor_server server;
	bool trusting;				/* the certificate does not hold: look on, and show no token */
	bool errors_lost;			/* somebody else's pages stand where our errors should */
	bool no_authorization;			/* it does not arrive */
	bool listened;				/* news have been asked for */
	bool no_call;				/* not even a call is answered */
	struct probe door;			/* the first request: without a token */
	struct json_object *about_resource, *about_server;	/* metadata, or NULL */
};

/* Looks at everything. */
void doctor_look(struct doctor *d) __attribute__((nonnull));

/* ---- for the checks ---- */

void doctor_say(struct doctor *d, const char *check, enum finding_state state, const char *said, const char *mend)
    __attribute__((nonnull(1, 2, 4)));

/* The lines that mend something on this server. */
const char *doctor_mend_for(struct doctor *d, enum doctor_mend what) __attribute__((nonnull, returns_nonnull));

/* Fills in method, url, field, body and len, and asks. */
struct probe *doctor_ask(struct doctor *d, const char *method, const char *url, const char *const *field, const char *body)
    __attribute__((nonnull(1, 2, 3), returns_nonnull));

/* The fields of a POST of JSON-RPC; token may be NULL, more may be NULL. */
const char *const *doctor_fields(struct doctor *d, const char *method, const char *token, const char *more)
    __attribute__((nonnull(1, 2), returns_nonnull));

/* A message of JSON-RPC in the newest revision; params is the inside of an object, such as "\"a\":1,", or "". */
const char *doctor_message(struct doctor *d, const char *method, const char *params) __attribute__((nonnull, returns_nonnull));

/* At most 100 bytes of text of a server, in quotes, control characters as '?'. */
const char *doctor_quote(struct doctor *d, const char *text) __attribute__((nonnull, returns_nonnull));

/* Where it is redirected to; or "". */
const char *doctor_location(const struct probe *p) __attribute__((nonnull, returns_nonnull));

/* What came back, in words: "status 404 with a web page". */
const char *doctor_words(struct doctor *d, const struct probe *p) __attribute__((nonnull, returns_nonnull));

/* The JSON object that it answered as application/json; or NULL. */
struct json_object *doctor_json(struct doctor *d, const struct probe *p) __attribute__((nonnull));

/* An error as our programs write it: JSON, with a member "error". */
bool doctor_is_our_error(struct doctor *d, const struct probe *p) __attribute__((nonnull));

/* A page that web servers have built in, and not one of a site. */
bool doctor_is_built_in(const struct probe *p) __attribute__((nonnull));

bool doctor_is_page(const struct probe *p) __attribute__((nonnull));

/* ---- the checks; false: there is no use in looking on ---- */

bool doctor_look_door(struct doctor *d) __attribute__((nonnull));
bool doctor_look_authorization(struct doctor *d) __attribute__((nonnull));
bool doctor_look_metadata(struct doctor *d) __attribute__((nonnull));
bool doctor_look_issuer(struct doctor *d) __attribute__((nonnull));
bool doctor_look_routes(struct doctor *d) __attribute__((nonnull));
bool doctor_look_head(struct doctor *d) __attribute__((nonnull));
bool doctor_look_cors(struct doctor *d) __attribute__((nonnull));
bool doctor_look_body(struct doctor *d) __attribute__((nonnull));
bool doctor_look_call(struct doctor *d) __attribute__((nonnull));
bool doctor_look_stream(struct doctor *d) __attribute__((nonnull));
bool doctor_look_clock(struct doctor *d) __attribute__((nonnull));
bool doctor_look_plain(struct doctor *d) __attribute__((nonnull));
bool doctor_look_files(struct doctor *d) __attribute__((nonnull));

#endif
