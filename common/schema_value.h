/* SPDX-License-Identifier: ISC */
/*
 * schema_value: JSON values as JSON Schema sees them (Core section 4.2): six types and the integers among the numbers,
 * 1 and 1.0 the same number, members of an object without order.
 */
#ifndef SCHEMA_VALUE_H
#define SCHEMA_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include <json-c/json.h>

struct schema_type {
	const char *name;			/* as `type` spells it */
	const char *words;			/* for people: "an integer" */
	bool (*is)(struct json_object *v);
};

/* The type that a value of the keyword `type` names, or NULL when it names none. */
const struct schema_type *schema_value_type(struct json_object *name);

bool schema_value_is_bool(struct json_object *v);
bool schema_value_is_text(struct json_object *v);
bool schema_value_is_list(struct json_object *v);
bool schema_value_is_object(struct json_object *v);
bool schema_value_is_number(struct json_object *v);

/* Is it a number without a fraction (Validation section 6.1.1)? */
bool schema_value_is_integer(struct json_object *v);

/* The number; exact for 64-bit integers and doubles alike, where long double has a mantissa of 64 bits. */
long double schema_value_number(struct json_object *v);

/* Code points of a string (Validation section 6.3.1). */
size_t schema_value_length(struct json_object *v);

/* Are they the same value (Core section 4.2.2)? */
bool schema_value_is_equal(struct json_object *a, struct json_object *b);

/*
 * The same where it must not cost too much: each value that is compared, and every 64 bytes of a string, take one
 * from *left, and with none left nothing is the same.
 */
bool schema_value_is_same(struct json_object *a, struct json_object *b, size_t *left) __attribute__((nonnull(3)));

/* Is v equal to one of the first n items of the list? */
bool schema_value_is_among(struct json_object *v, struct json_object *list, size_t n, size_t *left)
    __attribute__((nonnull(2, 4)));

#endif
