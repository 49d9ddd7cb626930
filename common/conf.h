/* SPDX-License-Identifier: ISC */
/*
 * conf: the settings file.  `key = value` lines, then sections `[resource URL]` and `[scope NAME]` with lines of their own;
 * conf_key.c knows every key, checks every value, and prints the reference for the manual page.  An unknown key, a
 * key given twice or a bad value stops the program with file, line and reason.
 */
#ifndef CONF_H
#define CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "arena.h"

enum registration { REGISTRATION_OPEN, REGISTRATION_APPROVE, REGISTRATION_TOKEN, REGISTRATION_OFF };
enum documents { DOCUMENTS_ON, DOCUMENTS_PINNED, DOCUMENTS_OFF };
enum kb_visibility { KB_TEAM, KB_PRIVATE };
enum audit_level { AUDIT_ACCESS, AUDIT_CALLS, AUDIT_OFF };
enum require_https { HTTPS_AUTO, HTTPS_ON, HTTPS_OFF };

/* How often something may happen; see limit.h. */
enum conf_limit {
	LIMIT_REGISTER, LIMIT_REGISTER_ALL, LIMIT_AUTHORIZE, LIMIT_AUTHORIZE_ALL, LIMIT_LOGIN, LIMIT_LOGIN_ACCOUNT,
	LIMIT_LOGIN_ALL, LIMIT_TOKEN, LIMIT_FETCH, LIMIT_FETCH_HOST, LIMIT_KEYS, LIMIT_AUDIT, LIMIT_CALLS, LIMIT_DOCUMENTS,
	LIMIT_COMPLETIONS,
	LIMIT_TOOL_CALLS,
	LIMITS,
};

struct conf_rate {
	int64_t most;
	int64_t window;			/* seconds */
};

/* An MCP endpoint: a protected resource (RFC 9728). */
struct conf_resource {
	const char *uri;		/* canonical (RFC 8707 section 2), as the owner spelled it */
	const char *path;		/* of the URI; "" if it is the origin itself */
	const char *name;
	const char *scopes;		/* words that can be asked for there; NULL: all */
	const char *tools;		/* words: names of the tools there; NULL: all */
	const char *resources, *prompts;	/* the same of these; a folder of resources ends with a slash */
};

/* A scope (RFC 6749 section 3.3). */
struct conf_scope {
	const char *name;
	const char *words;		/* what it allows, as the consent page says it */
	const char *implies;		/* words: scopes that it includes */
};

enum { RESOURCES_MAX = 32, SCOPES_MAX = 64, SCOPES_BUILT_IN = 2 };

struct conf {
	const char *issuer;		/* no trailing slash: compared byte for byte (RFC 8414 section 3.3) */
	struct conf_resource resource[RESOURCES_MAX];	/* the first is meant when a client names none */
	size_t resources;		/* at least one */
	struct conf_scope scope[SCOPES_MAX];	/* all but offline_access */
	size_t scopes;
	struct conf_scope offline;	/* offline_access */
	const char *database;		/* absolute */
	const char *site;		/* absolute: the folder with tools, resources and prompts */
	const char *site_name;
	const char *accent_color;	/* #rrggbb, or NULL */
	const char *logo;		/* path on this origin, or NULL */
	int64_t registration;		/* enum registration */
	int64_t client_id_documents;	/* enum documents */
	const char *cimd_ca_file;	/* absolute, or NULL */
	int64_t client_credentials, introspection;	/* bool */
	int64_t kb_visibility;		/* enum kb_visibility */
	int64_t audit;			/* enum audit_level */
	int64_t audit_days;
	struct conf_rate limit[LIMITS];
	const char *registration_token;	/* NULL unless needed */
	const char *setup_secret;	/* NULL: the page /setup makes nobody */
	const char *redirect_schemes;	/* words */
	const char *trusted_redirects;	/* words */
	const char *allowed_origins;	/* words */
	int64_t require_https;		/* enum require_https */
	const char *trusted_proxies;	/* words: ADDRESS or ADDRESS/BITS (address.h) */
	const char *authorization_header;	/* field that may stand for Authorization, or NULL */
	int64_t code_ttl, access_ttl, refresh_idle_ttl, refresh_ttl, refresh_grace;	/* seconds */
	int64_t request_ttl, session_idle_ttl, session_ttl;				/* seconds */
	int64_t rate_limits;		/* bool */
	int64_t max_body;		/* bytes */
	int64_t password_ln;
	int64_t busy_timeout;		/* milliseconds */
	int64_t workers, mcp_workers, mcp_waiters;
	int64_t tasks;			/* bool */
	int64_t task_max, task_person_max, task_ttl;
	int64_t listen_max, listen_person;
	int64_t listen_life;		/* seconds */
	int64_t question_ttl;		/* seconds */

	/* of the reading itself */
	const char *first_resource;	/* the plain key resource, or NULL */
	bool scope_named[SCOPES_BUILT_IN], offline_named;	/* had a section */

	/* derived */
	bool site_given;		/* was there a line `site`? */
	bool loopback;			/* is the issuer http on this machine? */
	const char *folder;		/* where the settings file lies */
	const char *file;		/* the settings file itself, absolute */
};

/* Why a file was refused. */
struct conf_error {
	const char *file;
	int line;			/* 0: the file as a whole */
	const char *reason;
	bool passing;			/* not the file is to blame: it could not be opened just now */
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
