/* SPDX-License-Identifier: ISC */
/* definition: what the files of all three shelves have in common: a JSON object with known keys, scope words, icons. */
#ifndef DEFINITION_H
#define DEFINITION_H

#include "site.h"

#include <json-c/json.h>

struct definition_key {
	const char *key;		/* NULL: the end */
	enum json_type type;		/* json_type_null: any */
};

/* The JSON text that an item is; NULL: item->wrong and item->line say why. */
struct json_object *definition_load(struct site_item *item) __attribute__((nonnull));

/*
 * NULL, or the first thing that is wrong: no object, a key that is not listed (program: those of a program are, too), a value of
 * another type.  what: "a prompt".
 */
const char *definition_check(struct arena *a, struct json_object *d, const char *what, const struct definition_key *keys,
    bool program)
    __attribute__((nonnull(1, 3, 4)));

/* Are all words scopes of the settings?  NULL, or a sentence. */
const char *definition_check_scope(struct context *cx, struct arena *a, const char *words) __attribute__((nonnull));

/* Icons have addresses that a host may load.  NULL, or a sentence. */
const char *definition_check_icons(struct json_object *icons);

/* Adds what is missing. */
void definition_add_text(struct json_object *d, const char *key, const char *text) __attribute__((nonnull(1, 2)));

/* 1 to 64 of A-Z a-z 0-9 _ -: what every client and every model takes for the name of a tool or prompt. */
bool definition_is_name(const char *name) __attribute__((nonnull));

/* The folder that an item stands in. */
const char *definition_folder(struct arena *a, const struct site_item *item) __attribute__((nonnull, returns_nonnull));

/* Does a text end so?  Returns how long it is without that end; 0: it does not, or is nothing else. */
size_t definition_stem(const char *name, const char *end) __attribute__((nonnull));

#endif
