/* SPDX-License-Identifier: ISC */
/* conf_key: the keys that a settings file may have, what each may be and what it means; for conf*.c. */
#ifndef CONF_KEY_H
#define CONF_KEY_H

#include <stddef.h>

#include "conf.h"

enum conf_kind { TEXT, WORDS, NUMBER, SWITCH, MODE, RATE, COLOR, ORIGIN, URL, PATH, ADDRESSES, FIELD };

struct conf_key {
	const char *name;
	enum conf_kind kind;
	size_t at;			/* offset in the struct that the section fills */
	int64_t least, most;		/* NUMBER; TEXT: bytes */
	const char *preset;		/* as it would be written; NULL: none; MODE: all words of the enum, the default first */
	const char *meaning;
};

/* The tables end with a NULL name.  Plain keys fill struct conf, those of a section struct conf_resource or conf_scope. */
extern const struct conf_key conf_keys[], conf_resource_keys[], conf_scope_keys[];

enum { CONF_KEYS_MAX = 128 };

/* Reads a value into its field.  NULL, or what it must be instead. */
const char *conf_key_read(struct arena *a, const struct conf_key *k, const char *value, void *field)
    __attribute__((nonnull, warn_unused_result));

/* Is it an issuer (an origin), or with `path` a resource?  NULL, or what it must be instead. */
const char *conf_url_check(struct arena *a, const char *value, bool path) __attribute__((nonnull, warn_unused_result));

#endif
