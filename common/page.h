/* SPDX-License-Identifier: ISC */
/* page: what the pages in common/html are given to show.  Everything is text; the pages escape it. */
#ifndef PAGE_H
#define PAGE_H

#include <stdbool.h>
#include <stddef.h>

struct context;

/* Every page's frame. */
struct frame {
	const struct context *cx;
	const char *title;
	const char *site;	/* settings' site_name */
	const char *logo;	/* path, or NULL */
};

struct login_page {
	struct frame frame;
	const char *action;	/* where the form goes */
	const char *request;	/* id of the pending request */
	const char *csrf;
	const char *client;	/* who sent the person here */
	const char *username;	/* as typed before; "" at first */
	bool wrong;		/* name and password did not fit */
};

struct consent_page {
	struct frame frame;
	const char *action;
	const char *request;
	const char *csrf;
	const char *csrf_signout;
	const char *user;
	const char *client;	/* client_name, or "An application without a name" */
	const char *described_at;	/* host of the document that it is known by; NULL: it is none of those */
	bool by_operator;	/* the operator has made it */
	bool only_here;		/* the document names no address but the person's own machine */
	const char *redirect;	/* host that the answer goes to */
	bool loopback;		/* an application on the person's own machine */
	bool private_scheme;	/* an application that the device opens */
	const char *resource;
	const char *const *allows;	/* what each scope allows, in words; NULL at the end */
	const char *const *had;		/* the same, of those that were allowed before */
};

struct message_page {
	struct frame frame;
	const char *heading;
	const char *text;
	const char *hint;	/* a second, quieter sentence, or NULL */
	const char *link;	/* checked address, or NULL */
	const char *link_text;
	const char *id;		/* request id for the operator, or NULL */
};

struct account_login_page {
	struct frame frame;
	const char *action;	/* where the form goes */
	const char *csrf;
	const char *done;	/* what has just happened, in words, or NULL */
	const char *username;	/* as typed before; "" at first */
	bool wrong;		/* name and password did not fit */
};

/* A connected app. */
struct account_app {
	const char *id;
	const char *name;	/* client_name, or "An application without a name" */
	const char *origin;	/* host of its own address, or how it came here */
	bool disabled;		/* the operator has switched it off */
	const char *resource;	/* where it may go; NULL when there is only one place */
	const char *const *allows;	/* what each scope allows, in words; NULL at the end */
	const char *since, *since_at;	/* in words; as RFC 3339 */
	const char *used, *used_at;	/* used_at: NULL if not yet */
};

struct account_page {
	struct frame frame;
	const char *action;
	const char *csrf_disconnect, *csrf_disconnect_all, *csrf_password, *csrf_signout, *csrf_signout_all;
	const char *user;
	const char *resource;	/* what a client is to be given to connect */
	const char *done;	/* what has just happened, in words, or NULL */
	const char *fault;	/* why the password was not changed, or NULL */
	bool fault_current;	/* it is the present one that is wrong */
	const struct account_app *apps;
	size_t count;
};

/* A finding of the doctor, or of the look at the files. */
struct setup_finding {
	const char *said;
	const char *mend;	/* lines for a file or a shell, or NULL */
	bool wrong;		/* else a warning */
};

struct setup_page {
	struct frame frame;
	const char *action;
	const char *pass;	/* stands for the secret once it was given; NULL: it is asked for */
	const char *username;	/* as typed before; "" at first */
	const char *fault;	/* why nothing was done, or NULL */
	const struct setup_finding *findings;
	size_t count;
	const char *unseen;	/* what could not be looked at, or NULL */
	bool looked;		/* they are what was found just now */
};

struct setup_done_page {
	struct frame frame;
	const char *user;
	const char *resource;	/* what a client is to be given to connect */
	const char *host;	/* of it, as a name for it */
	const char *issuer;
	bool public;		/* hosted clients can reach it */
};

#endif
