/* SPDX-License-Identifier: ISC */
/*
 * mcpctl: what the operator's commands share; the commands themselves are listed in mcpctl_command.h.
 */
#ifndef MCPCTL_H
#define MCPCTL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "arena.h"
#include "buf.h"
#include "conf.h"
#include "context.h"
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

/* Commits what `no` is the result of, or undoes it.  Returns the exit status. */
int mcpctl_finish(struct mcpctl *m, const struct fail *no) __attribute__((nonnull(1)));

/* What a decision of the domain stands on; in the audit it is the operator's. */
struct context mcpctl_context(struct mcpctl *m) __attribute__((nonnull));

/* ---- words of the command line (mcpctl_option.c) ---- */

/* What an option is for; the table of a command ends with a NULL name.  One of the three is not NULL. */
struct option {
	const char *name;		/* with its dashes */
	bool *flag;			/* it has no value */
	const char **value;		/* it has one, given once */
	struct words *list;		/* it has one, given as often as one likes */
};

struct words {
	const char **v;
	size_t n;
};

/*
 * Reads `--name`, `--name value` and `--name=value` wherever they stand before a `--`.  The other words are moved to the
 * front of argv; returns how many they are, or -1 when something was not understood and that was said.
 */
int mcpctl_read_options(const struct mcpctl *m, int argc, char **argv, const struct option *o) __attribute__((nonnull(1, 4)));

/* A whole number above zero, such as the id of a row. */
bool mcpctl_read_number(const char *word, int64_t *number) __attribute__((nonnull, warn_unused_result));

/* ---- what is printed (mcpctl_print.c) ---- */

/*
 * Prints text with every control character, invisible mark of direction and broken byte as '?': what a client has written must
 * not drive a terminal.  NULL or "" is "-".
 */
void mcpctl_print_plain(const char *text);

/* The date (UTC) of a second, as 2026-07-28, or with the time, as 2026-07-28 14:05:09; "-" for 0. */
const char *mcpctl_date(struct arena *a, int64_t second) __attribute__((nonnull, returns_nonnull));
const char *mcpctl_time(struct arena *a, int64_t second) __attribute__((nonnull, returns_nonnull));

/* Appends members of a JSON object: text (NULL is null; broken bytes become U+FFFD), a second (0 is null), true or false. */
void mcpctl_put_text(struct buf *b, const char *name, const char *text) __attribute__((nonnull(1, 2)));
void mcpctl_put_second(struct buf *b, const char *name, int64_t second) __attribute__((nonnull));
void mcpctl_put_bool(struct buf *b, const char *name, bool is) __attribute__((nonnull));

/* Appends a member that is JSON already; text that is none is null. */
void mcpctl_put_json(struct buf *b, const char *name, const char *json) __attribute__((nonnull(1, 2)));

/* Begins the next object of an array. */
void mcpctl_put_object(struct buf *b) __attribute__((nonnull));

/* Prints a document as one line. */
void mcpctl_print_document(const struct buf *b) __attribute__((nonnull));

/* A list under way: lines for people, or the elements of a JSON array. */
struct mcpctl_list {
	struct mcpctl *m;
	struct buf json;
	bool as_json;
};

/* The whole of a command that takes --json alone and lists what `each` gives.  Returns the exit status. */
int mcpctl_list(struct mcpctl *m, int argc, char **argv, const struct fail *(*each)(struct mcpctl_list *l))
    __attribute__((nonnull(1, 4)));

/* A password from the terminal (asked twice) or the first line of standard input; NULL: it was said why. */
const char *mcpctl_read_password(struct mcpctl *m, bool from_stdin, size_t *len) __attribute__((nonnull));

/* The folder that a file lies in. */
const char *mcpctl_folder(struct arena *a, const char *file) __attribute__((nonnull, returns_nonnull));

/* What root makes belongs to the owner of its folder.  False: it was said why. */
bool mcpctl_give_to_folder_owner(struct arena *a, int fd, const char *file) __attribute__((nonnull));

/* uid and gid of a user by /etc/passwd: a static program has no name service. */
bool mcpctl_find_user_id(const char *name, uid_t *uid, gid_t *gid)
    __attribute__((nonnull, warn_unused_result));

/* The first line of standard input, at most n bytes, in the arena; NULL when there is none. */
const char *mcpctl_read_line(struct mcpctl *m, size_t n) __attribute__((nonnull));

/* All of a file of at most `most` bytes; NULL: it was said why. */
char *mcpctl_read_file(struct mcpctl *m, const char *file, size_t most, size_t *n) __attribute__((nonnull));

/* Ends every grant of a person (0: all), of a client (NULL: all), in the open transaction, and says how many. */
const struct fail *mcpctl_revoke(struct mcpctl *m, int64_t user_id, const char *client_id, const char *why, int *n)
    __attribute__((nonnull(1, 4, 5), warn_unused_result));

#endif
