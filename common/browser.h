/* SPDX-License-Identifier: ISC */
/*
 * browser: the other end of a page.  A cookie stands for the browser before sign-in and another for the session after it
 * (the first is dead then: session fixation); forms carry a token that only that browser, that form and that
 * pending request have.
 */
#ifndef BROWSER_H
#define BROWSER_H

#include "crypto.h"
#include "http.h"
#include "store_session.h"

struct browser {
	const char *cookie;		/* text; NULL: it has shown none */
	struct digest hash;		/* its SHA-256 */
	struct session *session;	/* NULL: nobody is signed in */
};

extern const struct fail browser_foreign;	/* 403: the form came from elsewhere */
extern const struct fail browser_no_form;	/* 400: another media type, or a query */
extern const struct fail browser_no_action;	/* 400: the form does not say what to do, or something else */

/* Who is there?  Remembers that the session was used. */
const struct fail *browser_read(struct request *rq, struct browser *x) __attribute__((nonnull, warn_unused_result));

/* The same for a page that nobody signs in to, and that asks no database: only the cookie for the time before sign-in. */
void browser_see(struct request *rq, struct browser *x) __attribute__((nonnull));

/* Makes a cookie for the time before sign-in up, if the browser has shown none. */
void browser_start(struct request *rq, struct browser *x) __attribute__((nonnull));

/* Gives it that cookie, or renews it. */
void browser_give(struct request *rq, struct response *rs, const struct browser *x) __attribute__((nonnull));

/*
 * A new session: new cookie, old one dead, what the browser asked before now belongs to the session.  *made is false, and nothing
 * happened, when the user was locked out or got another password since login_check().
 */
const struct fail *browser_sign_in(struct request *rq, struct response *rs, struct browser *x, const struct user *u, bool *made)
    __attribute__((nonnull, warn_unused_result));

/* Ends the session; what is pending is kept for whoever signs in next in this browser. */
const struct fail *browser_sign_out(struct request *rq, struct response *rs, struct browser *x)
    __attribute__((nonnull, warn_unused_result));

/*
 * What the form of a sign-in page asks for: the password is looked at (login.h), the session made, and either written down
 * for the operator.  *in is false when name and password do not fit, or no longer do; a 429 is returned.
 */
const struct fail *browser_log_in(struct request *rq, struct response *rs, struct browser *x, const char *name,
    const char *password, bool *in) __attribute__((nonnull, warn_unused_result));

/* Is this the person who is signed in?  As browser_log_in() looks at it, with its limits; *u is NULL if not. */
const struct fail *browser_ask_password(struct request *rq, const struct browser *x, const char *password, struct user **u)
    __attribute__((nonnull, warn_unused_result));

/* Ends all sessions of the person, in all browsers; else as browser_sign_out(). */
const struct fail *browser_sign_out_all(struct request *rq, struct response *rs, struct browser *x)
    __attribute__((nonnull, warn_unused_result));

/*
 * In the caller's transaction: ends all sessions of a user who is signed in here, and begins a new one.  After its commit
 * browser_give_session() tells the browser.  *made as in browser_sign_in().
 */
const struct fail *browser_renew(struct request *rq, struct browser *x, const struct user *u, bool *made)
    __attribute__((nonnull, warn_unused_result));
void browser_give_session(struct request *rq, struct response *rs, const struct browser *x) __attribute__((nonnull));

/* The token of a form: HMAC over cookie, name of the form, id of the pending request. */
const struct fail *browser_token(struct request *rq, const struct browser *x, const char *form, const char *id,
    const char **token) __attribute__((nonnull, warn_unused_result));

/* Does a request come from a page of our own, as far as the browser says?  One that says nothing may. */
bool browser_is_ours(const struct request *rq) __attribute__((nonnull));

/* Did our own page in this browser send the form?  Origin, Sec-Fetch-Site and token say so, or browser_foreign. */
const struct fail *browser_check(struct request *rq, const struct browser *x, const char *form, const char *id,
    const char *token) __attribute__((nonnull(1, 2, 3), warn_unused_result));

#endif
