/* SPDX-License-Identifier: ISC */
/*
 * serve: everything between a web server and a handler, once for all programs.  An endpoint's passport says what the
 * program is allowed to be asked; serve answers the rest itself (OPTIONS, 405, 413, a body that is not what its
 * length said), gives the handler a request, and writes the answer once after it has returned.
 */
#ifndef SERVE_H
#define SERVE_H

#include "http.h"
#include "role.h"

enum cors {
	CORS_NONE,		/* pages: RFC 9700 section 2.1 forbids CORS at the authorization endpoint */
	CORS_ANY,		/* any origin, never with credentials */
	CORS_LISTED,		/* own origin and allowed_origins; others are refused with 403 */
};

struct conf_error;
struct stream;
struct streams;

/* The passport of a program. */
struct endpoint {
	const char *name;
	unsigned methods;	/* set of enum method; HEAD goes with GET, OPTIONS with every CORS but CORS_NONE */
	unsigned refused;	/* of these, methods that the handler refuses itself, after a look at who asks; never in Allow */
	enum role role;		/* statements that it may run */
	size_t body_max;	/* bytes; 0: settings' max_body */
	enum cors cors;
	bool path_info;		/* does it look at what follows its own address?  Otherwise that is 404 */
	bool many;		/* mcp_workers instead of workers */
	const char *(*other)(const struct request *rq);	/* as plain CGI: the program beside this one that it is for, or NULL */
	const struct streams *streams;	/* under FastCGI one process, which holds all its streams (stream.h); NULL: workers */

	/* Fills the answer and returns NULL, or returns the refusal. */
	const struct fail *(*handle)(struct request *rq, struct response *rs);

	/* Tells a refusal in this program's voice. */
	void (*refuse)(struct request *rq, struct response *rs, const struct fail *no);

	/* Says what is wrong with the settings, of which rq has none but presets; NULL: that is said in the log alone. */
	void (*explain)(struct request *rq, struct response *rs, const struct conf_error *e);
};

/* A front: how bytes come and go.  Plain CGI, FastCGI and the tests each have one. */
struct front {
	void *with;
	long (*read)(void *with, char *to, size_t n);		/* > 0 bytes, 0 end, -1 broken, -2 too slow */
	int (*write)(void *with, const char *from, size_t n);	/* 0, or -1 when nobody is there to read */

	/* For answers that take their time (stream.h); each may be NULL. */
	int (*watch)(void *with);			/* a descriptor that hangs up with the client, or -1 */
	bool (*is_gone)(void *with);			/* has the web server said so in another way? */
	void (*take_time)(void *with, int seconds);	/* this request lives so long from now on */
	void (*leave)(void *with);			/* ends the answer while the request goes on */
	void (*lose)(void *with);			/* the client has gone; the request may go on */
	bool (*is_ending)(void *with);			/* must this process end soon? */

	/* Takes a stream that stays over, so that the process is free for the next request; 0, or -1 when nobody is there. */
	int (*keep)(void *with, struct stream *s);
};

/*
 * Answers one request.  env is the CGI environment, NULL-terminated.  Returns 0, or -1 when the answer could not be
 * delivered.
 */
int serve_one(const struct endpoint *ep, char *const *env, const struct front *front) __attribute__((nonnull));

/*
 * The whole main() of a web program: finds out whether it runs as plain CGI or FastCGI and answers until there is
 * nothing more to answer.  Returns the exit status.
 */
int serve(const struct endpoint *ep) __attribute__((nonnull));

/* Gives back what serve_one() keeps between requests (settings, store, arena); for tests that look for leaks. */
void serve_end(void);

#endif
