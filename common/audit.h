/* SPDX-License-Identifier: ISC */
/*
 * audit: what happened, written down for the operator: `mcpctl trace` shows how far an authorization attempt came and why
 * it stopped there, `mcpctl audit` exports the rows.  The domain fills cx->trail as it learns who and what; an event takes from
 * there.  No event holds a secret, and none is told to a client.
 */
#ifndef AUDIT_H
#define AUDIT_H

#include "context.h"
#include "fail.h"

/* Words of the column `event`. */
#define AUDIT_REGISTER "register"	/* a client registered, changed or removed itself */
#define AUDIT_ASK "authorize"		/* an authorization request */
#define AUDIT_SIGN_IN "sign-in"
#define AUDIT_CONSENT "consent"		/* a person agreed or did not */
#define AUDIT_TOKEN "token"		/* tokens for a code, or for a machine's credentials */
#define AUDIT_REFRESH "refresh"
#define AUDIT_REVOKE "revoke"		/* a token or a grant ended */
#define AUDIT_INTROSPECT "introspect"
#define AUDIT_FIRST_CALL "first-call"	/* the first request at the MCP endpoint with a token of a grant */
#define AUDIT_CALL "call"		/* a tool call; only with audit = calls */
#define AUDIT_ACCOUNT "account"		/* sessions and password of a person */
#define AUDIT_SETUP "setup"		/* the page that makes the first user */

/*
 * Writes an event that went well, in the transaction that is open.  Nothing is written when the settings say audit = off.
 */
const struct fail *audit_note(struct context *cx, const char *event) __attribute__((nonnull, warn_unused_result));

/*
 * Logs a refusal, undoes what is open, and writes it down for itself.  Best effort: a busy or full file loses it, and an
 * address that fails all the time is not written down all the time.  Our own faults (5xx) are logged where they happen.
 */
void audit_refusal(struct context *cx, const char *event, const struct fail *no) __attribute__((nonnull));

/* The same for an event that went well and is not worth waiting for (a tool call). */
void audit_remark(struct context *cx, const char *event) __attribute__((nonnull));

#endif
