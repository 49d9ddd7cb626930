/* SPDX-License-Identifier: ISC */
/* schema_number: multipleOf, exactly: 0.0075 is a multiple of 0.0001, whatever a double makes of either. */
#ifndef SCHEMA_NUMBER_H
#define SCHEMA_NUMBER_H

#include <stdbool.h>

#include <json-c/json.h>

/*
 * Is the number a multiple of the other, which is above 0 (Validation section 6.2.1)?  Both are taken as the decimals
 * that they were written as; of more digits than 64 bits hold, the first 17 count.
 */
bool schema_number_is_multiple(struct json_object *number, struct json_object *of) __attribute__((nonnull));

#endif
