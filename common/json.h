/* SPDX-License-Identifier: ISC */
/*
 * json: text to json-c values, strictly (RFC 8259), and text out.  What json-c would let pass or change silently is
 * refused before it sees the text: duplicate member names, NUL, lone surrogates, invalid UTF-8, integers beyond 64
 * bits, numbers beyond double, more than JSON_DEPTH levels or JSON_VALUES values (a tree takes far more memory than its
 * text), anything behind the value.
 */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include "arena.h"
#include "buf.h"

enum { JSON_DEPTH = 64, JSON_VALUES = 50000 };

/* Parses n bytes.  The value lives as long as the arena.  False if it is not one JSON text; null gives *value NULL. */
bool json_read(struct arena *a, const char *text, size_t n, struct json_object **value)
    __attribute__((nonnull, warn_unused_result));

/*
 * As json_read(), with the one mistake told apart that a protocol may want to name: *duplicate is true when the text
 * would be JSON but for a member name that occurs twice.
 */
bool json_read_strict(struct arena *a, const char *text, size_t n, struct json_object **value, bool *duplicate)
    __attribute__((nonnull, warn_unused_result));

/* The line (from 1) on which a text that is no JSON stops being it. */
int json_line(const char *text, size_t n) __attribute__((nonnull));

/* Member of an object; NULL when o is no object, has no such member, or the member is null. */
struct json_object *json_get(struct json_object *o, const char *name) __attribute__((nonnull(2)));

/* Is the member there, even as null? */
bool json_has(struct json_object *o, const char *name) __attribute__((nonnull(2)));

/* Text of a string member; NULL when absent or not a string.  Never holds a NUL inside (json_read() refuses them). */
const char *json_text(struct json_object *o, const char *name) __attribute__((nonnull(2)));

/* Appends a JSON string with its quotes. */
void json_put_text(struct buf *b, const char *text) __attribute__((nonnull));

/* The same for n bytes. */
void json_put_textn(struct buf *b, const char *text, size_t n) __attribute__((nonnull));

/* Appends a value as json-c spells it, without blanks; NULL is null. */
void json_put(struct buf *b, struct json_object *value) __attribute__((nonnull(1)));

/* Appends `"name":` after a comma unless the object has just been opened. */
void json_put_name(struct buf *b, const char *name) __attribute__((nonnull));

/* Appends `"name":"text"`; nothing when text is NULL. */
void json_put_member(struct buf *b, const char *name, const char *text) __attribute__((nonnull(1, 2)));

/* Appends `"name":number`. */
void json_put_number(struct buf *b, const char *name, int64_t number) __attribute__((nonnull));

/* Appends `"name":["word","word"]` from a text of words between blanks. */
void json_put_words(struct buf *b, const char *name, const char *words) __attribute__((nonnull));

#endif
