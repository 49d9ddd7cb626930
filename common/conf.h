/* SPDX-License-Identifier: ISC */
/*
 * conf: the settings file.  `key = value` lines; one table in conf.c knows every key, checks every value, and prints
 * the reference for the manual page.  An unknown key, a key given twice or a bad value stops the program with
 * file, line and reason.
 */
#ifndef CONF_H
#define CONF_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "arena.h"

enum registration { REGISTRATION_OPEN, REGISTRATION_TOKEN, REGISTRATION_OFF };

struct conf {
	const char *issuer;		/* no trailing slash: compared byte for byte (RFC 8414 section 3.3) */
	const char *resource;		/* the canonical URI of the MCP endpoint (RFC 8707 section 2) */
	const char *database;		/* absolute */
	const char *site_name;
	const char *accent_color;	/* #rrggbb, or NULL */
	const char *logo;		/* path on this origin, or NULL */
	int64_t registration;		/* enum registration */
	const char *registration_token;	/* NULL unless needed */
	const char *redirect_schemes;	/* words */
	const char *trusted_redirects;	/* words */
	const char *allowed_origins;	/* words */
	int64_t code_ttl, access_ttl, refresh_idle_ttl, refresh_ttl, refresh_grace;	/* seconds */
	int64_t request_ttl, session_idle_ttl, session_ttl;				/* seconds */
	int64_t rate_limits;		/* bool */
	int64_t max_body;		/* bytes */
	int64_t password_ln;
	int64_t busy_timeout;		/* milliseconds */
	int64_t workers, mcp_workers;

	/* derived */
	bool loopback;			/* is the issuer http on this machine? */
	const char *folder;		/* where the settings file lies */
};

/* Why a file was refused. */
struct conf_error {
	const char *file;
	int line;			/* 0: the file as a whole */
	const char *reason;
};

/* The name of the settings file: MCP_CGI_CONF, /etc/mcp-cgi/mcp-cgi.conf, or mcp-cgi/mcp-cgi.conf in the home folder
 * of the effective user as /etc/passwd gives it.  env is the CGI environment, or NULL. */
const char *conf_find(struct arena *a, char *const *env) __attribute__((nonnull(1), returns_nonnull));

/* Reads the file into the arena.  False: *e says where and why. */
bool conf_read(struct arena *a, const char *file, struct conf *c, struct conf_error *e)
    __attribute__((nonnull, warn_unused_result));

/* Prints every key with its default and meaning, as the list of the manual page. */
void conf_print_reference(FILE *to) __attribute__((nonnull));

/* Is word one of the words of a setting?  Case matters. */
bool conf_has_word(const char *words, const char *word) __attribute__((nonnull));

#endif
