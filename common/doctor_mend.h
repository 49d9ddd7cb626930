/* SPDX-License-Identifier: ISC */
/* doctor_mend: the lines that mend what the doctor finds, for each web server that it knows. */
#ifndef DOCTOR_MEND_H
#define DOCTOR_MEND_H

#include "arena.h"

enum doctor_server { SERVER_OTHER, SERVER_APACHE, SERVER_LIGHTTPD, SERVER_NGINX, DOCTOR_SERVERS };

enum doctor_mend {
	MEND_AUTHORIZATION, MEND_ROUTE, MEND_WELL_KNOWN, MEND_FOLDER, MEND_REWRITE, MEND_ERRORS, MEND_HEAD, MEND_CORS_TWICE,
	MEND_CORS_NONE, MEND_PREFLIGHT, MEND_BODY, MEND_STREAM, MEND_COMPRESS, MEND_WALL, MEND_WAF, MEND_PROXY, MEND_PLAIN,
	MEND_REDIRECT, MEND_SOURCE, MEND_FILES, MEND_CRASH, MEND_CERTIFICATE, MEND_CHAIN,
	DOCTOR_MENDS,
};

/* What stands for the names in braces in these lines. */
struct doctor_place {
	const char *programs;		/* folder of the web programs */
	const char *path;		/* of the endpoint */
	const char *origin;
	long long bytes;		/* that a request may have */
};

/* Which web server a Server field names; NULL is SERVER_OTHER. */
enum doctor_server doctor_server_of(const char *field);

/* The lines; never NULL. */
const char *doctor_mend(struct arena *a, enum doctor_mend what, enum doctor_server server, const struct doctor_place *place)
    __attribute__((nonnull, returns_nonnull));

#endif
