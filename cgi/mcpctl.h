/* SPDX-License-Identifier: ISC */
/*
 * mcpctl: what the operator's commands share.  Each command is a function that returns the exit status; it
 * says why on standard error before it returns anything but EXIT_SUCCESS.
 */
#ifndef MCPCTL_H
#define MCPCTL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "arena.h"
#include "conf.h"
#include "fail.h"
#include "store.h"

enum { EXIT_USAGE = 2 };

struct mcpctl {
	struct arena *arena;
	int64_t now;			/* one instant for the whole command */
	const char *file;		/* the settings file */
	const char *usage;		/* of this command, without the name of the program */
	struct conf conf;		/* valid after mcpctl_open() */
	struct store *store;		/* the same */
};

/* One line on standard error, after "mcpctl: ".  Returns EXIT_FAILURE. */
int mcpctl_fail(const char *format, ...) __attribute__((nonnull(1), format(printf, 1, 2)));

/* As mcpctl_fail(), and how it is used.  Returns EXIT_USAGE. */
int mcpctl_misuse(const struct mcpctl *m, const char *format, ...)
    __attribute__((nonnull(1, 2), format(printf, 2, 3)));

/* Reads the settings and readies the store.  False: it was said why. */
bool mcpctl_open(struct mcpctl *m) __attribute__((nonnull, warn_unused_result));

/* Prints `FILE:LINE: reason`. */
void mcpctl_print_conf_error(const struct conf_error *e) __attribute__((nonnull));

/* Says what the store refused.  Returns EXIT_FAILURE. */
int mcpctl_refused(const struct fail *no) __attribute__((nonnull));

/* Prints text with every control character as '?': what a client has written must not drive a terminal. */
void mcpctl_print_plain(const char *text) __attribute__((nonnull));

/* The date (UTC) of a second, as 2026-07-28. */
const char *mcpctl_date(struct arena *a, int64_t second) __attribute__((nonnull, returns_nonnull));

/* A password from the terminal (asked twice) or the first line of standard input; NULL: it was said why. */
const char *mcpctl_read_password(struct mcpctl *m, bool from_stdin, size_t *len) __attribute__((nonnull));

/* The folder that a file lies in. */
const char *mcpctl_folder(struct arena *a, const char *file) __attribute__((nonnull, returns_nonnull));

/* What root makes belongs to the owner of its folder.  False: it was said why. */
bool mcpctl_give_to_folder_owner(struct arena *a, int fd, const char *file) __attribute__((nonnull));

/* uid and gid of a user by /etc/passwd: a static program has no name service. */
bool mcpctl_find_user_id(const char *name, uid_t *uid, gid_t *gid)
    __attribute__((nonnull, warn_unused_result));

/* The commands; argv[0] is the first word behind them. */
int mcpctl_init(struct mcpctl *m, int argc, char **argv);
int mcpctl_check(struct mcpctl *m, int argc, char **argv);
int mcpctl_migrate(struct mcpctl *m, int argc, char **argv);
int mcpctl_user_add(struct mcpctl *m, int argc, char **argv);
int mcpctl_user_passwd(struct mcpctl *m, int argc, char **argv);
int mcpctl_user_disable(struct mcpctl *m, int argc, char **argv);
int mcpctl_user_enable(struct mcpctl *m, int argc, char **argv);
int mcpctl_user_list(struct mcpctl *m, int argc, char **argv);
int mcpctl_document_import(struct mcpctl *m, int argc, char **argv);
int mcpctl_document_list(struct mcpctl *m, int argc, char **argv);

#endif
