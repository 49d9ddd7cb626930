/* SPDX-License-Identifier: ISC */
/*
 * probe: one request to a server that may be anything, and what came back, whatever it was.  With fetch the only file that knows
 * libcurl; for the program doctor.  Unlike fetch it goes to any address: the operator asks.
 */
#ifndef PROBE_H
#define PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "buf.h"

enum { PROBE_SECONDS = 15, PROBE_BODY_MAX = 64 * 1024, PROBE_FIELDS_MAX = 64 };

enum probe_end {
	PROBE_ANSWERED,			/* at least a status and header fields; whether the body came whole does not count */
	PROBE_NO_NAME,
	PROBE_NO_CONNECTION,
	PROBE_NO_TLS,
	PROBE_CERTIFICATE,
	PROBE_TIME,			/* nothing, or not even all header fields, in time */
	PROBE_BROKEN,			/* something that is no HTTP, or an end in the middle */
};

struct probe_field {
	const char *name, *value;
};

struct probe {
	/* asked */
	const char *method, *url;
	const char *const *field;	/* "Name: value", NULL at the end; or NULL */
	const char *body;		/* or NULL */
	size_t len;
	const char *ca_file;		/* or NULL */
	bool trusting;			/* the certificate is not looked at */
	int seconds;			/* 0: PROBE_SECONDS */
	const char *until;		/* enough is heard as soon as the body has this; or NULL */
	const char *(*more)(void *with);	/* asked then: what to wait for next, NULL if it is enough; or NULL */
	void *with;
	/* answered */
	enum probe_end end;
	const char *why;		/* in words of ours, unless it was answered */
	int status;
	struct probe_field got[PROBE_FIELDS_MAX];
	size_t fields;
	struct buf heard;		/* of the body, PROBE_BODY_MAX at most */
	bool timed_out;			/* answered, but not to its end in time */
	int64_t asked, answered;	/* seconds since 1970 */
};

/* Asks.  No redirect is followed, nothing is decoded, no proxy is used. */
void probe_ask(struct arena *a, struct probe *p) __attribute__((nonnull));

/* The value of the n-th field of that name, from 0; or NULL. */
const char *probe_field(const struct probe *p, const char *name, size_t n) __attribute__((nonnull));

#endif
